"""The Error analysis page: buckets, filters in the URL, rows, notes, suggestions, and the other views."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from weakrec_core.workspace import Workspace

PAGE = "pages/error_analysis/page.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture
def page(open_page: OpenPage, demo_workspace: Workspace) -> OpenPage:
    for path in (demo_workspace.root / "notes").glob("*/*.json"):
        path.unlink()
    return lambda **query: open_page(PAGE, **query)


def n_rows(app: AppTest) -> int:
    return int(next(s.value for s in app.header if s.value.endswith("dev rows")).split()[0].replace(",", ""))


def texts(app: AppTest) -> str:
    return " ".join(
        [h.value for h in app.get("html")] + [m.value for m in app.markdown] + [c.value for c in app.caption]
    )


def query(app: AppTest) -> dict[str, str]:
    """The address; AppTest has a list where the script has not set a value itself."""
    return {k: v[0] if isinstance(v, list) else v for k, v in dict(app.query_params).items()}


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception, app.exception
    return app


def test_a_cell_of_the_confusion_matrix_opens_its_rows(page: OpenPage) -> None:
    app = page()
    assert n_rows(app) == 800
    cell = app.button(key="cell_POSITIVE_NEGATIVE")
    count = int(cell.label.split("**")[1])
    click(app, "cell_POSITIVE_NEGATIVE")
    assert n_rows(app) == count > 0
    assert (query(app)["model"], query(app)["gold"]) == ("POSITIVE", "NEGATIVE")
    assert "gold NEGATIVE" in texts(app) and "says POSITIVE" in texts(app)
    click(app, "cell_POSITIVE_NEGATIVE")  # again takes it away
    assert n_rows(app) == 800


TITLES = {
    "wrong": "Wrong",
    "right": "Right",
    "conflict": "Conflicts",
    "uncovered": "Uncovered",
    "low_confidence": "Low confidence",
    "tie": "Ties",
}


@pytest.mark.parametrize("kind", list(TITLES))
def test_every_bucket_opens(page: OpenPage, kind: str) -> None:
    app = page(kind=kind)
    pill = next(
        o for o in next(b for b in app.button_group if b.label == "Buckets").options if o.startswith(TITLES[kind])
    )
    count = int(pill.split()[-1].replace(",", ""))
    assert n_rows(app) == count


def test_filters_combine_and_a_chip_takes_one_away(page: OpenPage) -> None:
    app = page(kind="wrong", signal="polarity", low="0.2", text="the")
    fewer = n_rows(app)
    assert "polarity 0.2 to –" in app.button(key="drop_signal").label
    click(app, "drop_signal")
    assert n_rows(app) > fewer
    assert "low" not in query(app) and query(app)["kind"] == "wrong"
    click(app, "clear_filter")
    assert n_rows(app) == 800


@pytest.mark.parametrize(("ends", "words"), [({"low": "0"}, "0 to –"), ({"high": "0"}, "– to 0"), ({}, "known")])
def test_a_chip_names_the_ends_of_a_range_also_where_one_is_zero(
    page: OpenPage, ends: dict[str, str], words: str
) -> None:
    app = page(signal="polarity", **ends)
    assert app.button(key="drop_signal").label == f"polarity {words}"


def test_text_and_gold_can_be_typed(page: OpenPage) -> None:
    app = page()
    revision = 0
    app.text_input(key=f"text_{revision}").set_value("loved").run()
    assert query(app)["text"] == "loved"
    assert 0 < n_rows(app) < 800
    app.text_input(key=f"book_{revision + 1}").set_value("no such book").run()
    assert n_rows(app) == 0
    assert "take one away" in app.info[0].value


def test_a_bad_address_is_named_and_left_out(page: OpenPage) -> None:
    app = page(kind="odd")
    assert "field kind" in app.error[0].value
    assert n_rows(app) == 800
    app = page(lf="gone", outcome="correct")
    assert "no LF 'gone'" in app.error[0].value


def test_pages(page: OpenPage) -> None:
    app = page()
    click(app, "next_page")
    assert any(c.value.startswith("11–20 of 800") for c in app.caption)
    click(app, "last_page")
    assert any(c.value.startswith("791–800 of 800") for c in app.caption)
    assert app.button(key="next_page").disabled
    assert not page(rows_page="99999999999", row="x").exception


def test_the_opened_row_stands_in_the_url_and_says_how_votes_moved_it(page: OpenPage) -> None:
    app = page(model="POSITIVE", gold="NEGATIVE")
    table = app.dataframe[1].value
    assert table["Gold"].tolist() == ["NEGATIVE"] * len(table)
    votes = app.dataframe[2].value
    assert set(votes.columns) == {"LF", "Vote", "Moved log-odds"}
    moved = dict(zip(votes["Vote"], votes["Moved log-odds"].astype(float), strict=True))
    assert moved["POSITIVE"] > 0
    assert "<mark" in texts(app) or "no review" in texts(app)
    assert "Reader " in texts(app)


def test_a_star_and_a_note(page: OpenPage) -> None:
    app = page(model="POSITIVE", gold="NEGATIVE")
    next(t for t in app.text_input if t.label == "Note").set_value("ironic").run()
    click(app, "star")
    assert app.dataframe[1].value["★"][0] == "★"
    app = page(starred="True")
    assert n_rows(app) == 1
    assert next(t for t in app.text_input if t.label == "Note").value == "ironic"
    click(app, "unstar")
    assert n_rows(app) == 0


def test_a_suggestion_is_added_with_one_click_and_undone(page: OpenPage) -> None:
    app = page(model="POSITIVE", gold="NEGATIVE")
    click(app, "suggest_here")
    before = app.session_state["draft"].lf_set
    table = next(d.value for d in app.dataframe if "Gain here" in d.value)
    gains, marked = table["Gain here"].astype(float), table["Edit"].str.contains("this review")
    assert (gains > 0).all()
    assert gains[~marked].is_monotonic_decreasing and gains[marked].is_monotonic_decreasing
    assert marked.is_monotonic_decreasing  # those for the open review come first
    assert set(table["Votes"][table["Edit"].str.startswith("add")]) == {"NEGATIVE"}  # all rows are gold NEGATIVE
    next(m for m in app.multiselect if m.label == "Edits to add").set_value([0]).run()
    click(app, "add_suggestions")
    after = app.session_state["draft"].lf_set
    assert after != before and len(app.session_state["draft"].past) == 1
    click(app, "icon_undo")
    assert app.session_state["draft"].lf_set == before


def test_slices(page: OpenPage) -> None:
    app = page(error_view="Slices")
    table = app.dataframe[0].value
    assert {"author", "language", "history length"} <= set(table["By"])
    assert "slices" in texts(app)
    app.multiselect(key="slice_by").set_value([]).run()
    assert "Choose what to slice by" in app.info[0].value


def test_pairs_point_out_the_dependent_ones(page: OpenPage) -> None:
    app = page(error_view="Pairs")
    assert "polarity_positive** and **subjectivity_positive" in texts(app)
    for field in ("Conflict", "Beyond chance", "Dependence"):
        app.button_group(key="pair_field").set_value(field).run()
        assert not app.exception, app.exception


def test_a_threshold_is_moved_by_a_step(page: OpenPage) -> None:
    app = page(error_view="Thresholds")
    app.button_group(key="near_lf").set_value("polarity_positive").run()
    click(app, "move_1")
    lfs = {lf.name: lf for lf in app.session_state["draft"].lf_set.lfs}
    assert lfs["polarity_positive"].threshold == pytest.approx(0.31)


def test_words_of_the_review_become_a_keyword_once_their_count_is_seen(page: OpenPage) -> None:
    app = page(gold="NEGATIVE", text="the")
    before = app.session_state["draft"].lf_set
    words = next(t for t in app.text_input if t.label == "Make this a keyword")
    words.set_value("the").run()
    gold = app.session_state["workbench"].dataset.gold("dev")
    hits = app.session_state["workbench"].applier.keyword_rows("the", "word", False)
    assert f"**{len(hits):,}** dev rows with it, {(gold[hits] == 0).sum():,} of {len(hits):,} NEGATIVE" in texts(app)
    assert app.session_state["draft"].lf_set == before
    click(app, "keep_keyword")
    lf = app.session_state["draft"].lf_set.lfs[-1]
    assert (lf.name, lf.match, lf.groups[0].label, lf.groups[0].keywords) == ("the", "word", "NEGATIVE", ("the",))
    next(t for t in app.text_input if t.label == "Make this a keyword").set_value("one star").run()
    next(s for s in app.selectbox if s.label == "In").set_value("stars_in_review").run()
    assert "has the keyword 'one star' already" in app.error[0].value
    click(app, "icon_undo")
    assert app.session_state["draft"].lf_set == before
