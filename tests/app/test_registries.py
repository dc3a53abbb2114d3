"""What is added to a registry appears on the pages."""

from collections.abc import Callable, Iterator

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.toys import Optimist, ShortReviewLF
from weakrec_core.label_model.fitting import LABEL_MODELS
from weakrec_core.labeling.kinds import LF_KINDS

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def own_caches() -> Iterator[None]:
    """What other tests have remembered knows nothing of the toys, and they nothing of these."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def row(app: AppTest, lf: str) -> pd.Series:
    """An LF's row of the table."""
    table = next(d.value for d in app.dataframe if "name" in d.value)
    return table.set_index("name").loc[lf]


def test_a_kind_is_offered_edited_by_its_fields_and_in_the_table(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LF_KINDS, "short_review", ShortReviewLF)
    app = open_page("pages/labeling_functions/page.py")
    assert ShortReviewLF.title in app.radio(key="new_kind").options
    app.radio(key="new_kind").set_value("short_review")
    app.text_input(key="new_name").set_value("short")
    next(b for b in app.button if b.label == "Add" and b.form_id).click().run()
    assert not app.exception
    before = row(app, "short")
    most = next(n for n in app.number_input if n.label == "At most")
    most.set_value(150).run()
    assert not app.exception
    after = row(app, "short")
    assert after["kind"] == "short_review"
    assert int(after["n"].replace(",", "")) > int(before["n"].replace(",", ""))
    next(s for s in app.selectbox if s.label == "Label").set_value("POSITIVE").run()
    assert app.session_state["draft"].lf_set.lfs[-1].label == "POSITIVE"


def test_a_label_model_is_compared_explained_and_offered_for_training(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LABEL_MODELS, "optimist", Optimist)
    app = open_page("pages/label_model/page.py")
    assert "Optimist" in app.dataframe[0].value["Model"].tolist()
    app = open_page("pages/training/page.py")
    assert "Optimist" in app.selectbox(key="label_model").options
