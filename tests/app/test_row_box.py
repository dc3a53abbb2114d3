"""Rows of grids chosen without a mouse, by the boxes before them."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.app.test_error_analysis import PAGE as ERRORS
from tests.app.test_error_analysis import n_rows, query

LFS = "pages/labeling_functions/page.py"
OpenPage = Callable[..., AppTest]


def choose(app: AppTest, label: str, option: str) -> AppTest:
    """By what the option is called."""
    box = next(s for s in app.selectbox if s.label == label)
    box.set_value(box.options.index(option)).run()
    assert not app.exception, app.exception
    return app


def chosen(app: AppTest, label: str) -> int | None:
    value: int | None = next(s.value for s in app.selectbox if s.label == label)
    return value


def test_an_lf_is_chosen_and_the_box_follows_the_mouse(open_page: OpenPage) -> None:
    app = open_page(LFS)
    assert chosen(app, "Labeling function") == 0
    choose(app, "Labeling function", "polarity_positive")
    assert app.session_state["selected_lf"] == "polarity_positive" and chosen(app, "Labeling function") == 2
    names = tuple(next(d.value for d in app.dataframe if "since" in d.value)["name"])
    grid = f"lf_table_False_0_{abs(hash(names))}_1"
    assert app.session_state[grid]["selection"]["rows"] == [2]
    app.session_state[grid] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    app.run()
    assert app.session_state["selected_lf"] == "shared_first_author" and chosen(app, "Labeling function") == 1


def test_a_dev_row_is_opened(open_page: OpenPage) -> None:
    app = open_page(ERRORS)
    box = next(s for s in app.selectbox if s.label == "Dev row")
    assert box.value == 0 and len(box.options) == 10
    box.set_value(3).run()
    first = query(app)["row"]
    next(s for s in app.selectbox if s.label == "Dev row").set_value(4).run()
    assert query(app)["row"] != first and chosen(app, "Dev row") == 4


def test_the_rows_of_an_lf_are_listed(open_page: OpenPage) -> None:
    app = open_page(ERRORS)
    n = int(
        next(d.value for d in app.dataframe if "Could help" in d.value)
        .set_index("LF")
        .loc["polarity_positive", "Incorrect"]
    )
    choose(app, "Rows of an LF", "polarity_positive: Incorrect")
    assert (query(app)["lf"], query(app)["outcome"]) == ("polarity_positive", "incorrect")
    assert n_rows(app) == n > 0


def test_a_slice_is_chosen_and_its_errors_opened(open_page: OpenPage) -> None:
    app = open_page(ERRORS, error_view="Slices")
    assert chosen(app, "Slice") is None and app.button(key="open_slice").disabled
    box = next(s for s in app.selectbox if s.label == "Slice")
    choose(app, "Slice", box.options[1])
    app.button(key="open_slice").click().run()
    assert query(app)["slice"] == box.options[1].partition(": ")[2]


def test_a_group_is_chosen(open_page: OpenPage) -> None:
    app = open_page(ERRORS, error_view="Groups")
    next(s for s in app.selectbox if s.label == "Group").set_value(1).run()
    assert any(h.value.startswith("Group 2: ") for h in app.header)
