"""An LF from a row: drafted on Error analysis, shown with what it is worth, kept; and its editor."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_error_analysis import click, query, texts
from weakrec_core.data.dataset import open_dataset
from weakrec_core.labeling.kinds import SimilarLF
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]


@pytest.fixture
def draft(open_page: OpenPage) -> AppTest:
    """Of the first uncovered row."""
    return click(open_page("pages/error_analysis/page.py", kind="uncovered"), "more_like_this")


def lf_of(app: AppTest) -> SimilarLF:
    lf = app.session_state["draft"].lf_set.lfs[-1]
    assert isinstance(lf, SimilarLF)
    return lf


def test_from_a_row_to_a_kept_lf(draft: AppTest, demo_workspace: Workspace) -> None:
    said = texts(draft)
    assert "A labeling function from this review" in said and "chosen on other users" in said
    assert "log loss" in said and "AUC" in said
    before = draft.session_state["draft"].lf_set.lfs
    click(draft, "similar_keep")
    lf = lf_of(draft)
    assert draft.session_state["draft"].lf_set.lfs[:-1] == before
    reviews = open_dataset(demo_workspace, "demo").split("dev")["review_text"]
    assert (reviews == lf.examples[0]).any()
    assert "A labeling function from" not in texts(draft)
    click(draft, "icon_undo")
    assert draft.session_state["draft"].lf_set.lfs == before


def test_another_label_and_threshold_before_it_is_kept(draft: AppTest) -> None:
    control = next(c for c in draft.get("button_group") if "similar_label" in str(c.key))
    other = "NEGATIVE" if control.value == "POSITIVE" else "POSITIVE"
    control.set_value(other).run()
    next(n for n in draft.number_input if "similar_threshold" in str(n.key)).set_value(0.61).run()
    assert not draft.exception and "chosen on other users" not in texts(draft)
    click(draft, "similar_keep")
    assert (lf_of(draft).label, lf_of(draft).threshold) == (other, 0.61)


def test_dropped(draft: AppTest) -> None:
    before = draft.session_state["draft"].lf_set.lfs
    click(draft, "similar_drop")
    assert "A labeling function from" not in texts(draft)
    assert draft.session_state["draft"].lf_set.lfs == before


def test_the_editor(draft: AppTest) -> None:
    click(draft, "similar_keep")
    draft.switch_page("pages/labeling_functions/page.py").run()
    assert not draft.exception and query(draft)
    name, threshold = lf_of(draft).name, next(n for n in draft.number_input if "threshold" in str(n.key))
    threshold.set_value(0.4).run()
    assert lf_of(draft).threshold == 0.4
    before = lf_of(draft).examples
    next(a for a in draft.text_area if "another_example" in str(a.key)).set_value("could not put it down")
    next(b for b in draft.button if b.label == "Add example").click().run()
    assert lf_of(draft).examples == (*before, "could not put it down")
    next(a for a in draft.text_area if a.key.startswith("counterexample_0_")).set_value("").run()
    assert len(lf_of(draft).unlike) == 19 and lf_of(draft).name == name
    assert not draft.exception


def test_from_the_rows_of_another_lf(open_page: OpenPage) -> None:
    app = open_page("pages/labeling_functions/page.py")
    click(app, next(b.key for b in app.button if str(b.key).startswith("more_like_")))
    assert "A labeling function from this review" in texts(app)
    click(app, "similar_keep")
    lf = lf_of(app)
    assert app.session_state["selected_lf"] == lf.name
    app.switch_page("pages/error_analysis/page.py")
    app.query_params["error_view"] = "Thresholds"
    app.run()
    near = next(c for c in app.get("button_group") if c.key == "near_lf")
    near.set_value(lf.name).run()
    assert not app.exception and f"similarity >= {lf.threshold:g}" in texts(app)
    before = lf.threshold
    click(app, "move_0")
    assert lf_of(app).threshold == pytest.approx(before - 0.01)


def test_what_is_not_above_the_base_rate_is_said(open_page: OpenPage) -> None:
    """A threshold at which every row votes is right as often as the base rate."""
    app = open_page("pages/error_analysis/page.py", kind="uncovered")
    click(app, "more_like_this")
    next(n for n in app.number_input if "similar_threshold" in str(n.key)).set_value(-1.0).run()
    assert [w.value for w in app.warning if "base rate" in w.value]
    assert app.button(key="similar_keep").label == "Keep anyway"
