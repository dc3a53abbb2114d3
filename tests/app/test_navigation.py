"""The router: which dataset and draft are open on which page, and what is said where something goes wrong."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import load_version, save_version
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="module", autouse=True)
def two_datasets(demo_workspace: Workspace, prepared_demo: Path) -> Iterator[None]:
    """A second one beside the demo, gone afterwards."""
    raw = {
        kind: prepared_demo / "raw" / f"goodreads_{kind}_demo.json.gz" for kind in ("reviews", "books", "interactions")
    }
    dataset = ingest_goodreads(demo_workspace, "sagas", **raw, splits=SplitConfig(dev_rows=500))
    yield
    shutil.rmtree(demo_workspace.root / "datasets" / dataset.name)


def parameter(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


def expect_open(app: AppTest, dataset: str) -> None:
    assert not app.exception
    assert app.selectbox(key="dataset").value == dataset
    assert app.session_state["workbench"].dataset.name == dataset
    assert parameter(app, "dataset") == dataset


def test_the_dataset_stays_when_a_change_of_the_page_clears_the_address(open_page: OpenPage) -> None:
    app = open_page("pages/error_analysis/page.py", dataset="sagas")
    expect_open(app, "sagas")
    draft = parameter(app, "draft")
    for page in ("labeling_functions", "data", "results", "overview"):
        app.query_params.clear()
        app.switch_page(f"pages/{page}/page.py").run()
        expect_open(app, "sagas")
        assert parameter(app, "draft") == draft


def test_another_dataset_is_chosen_in_the_sidebar_and_by_the_address(open_page: OpenPage) -> None:
    app = open_page("pages/data/page.py")
    expect_open(app, "demo")
    app.selectbox(key="dataset").set_value("sagas").run()
    expect_open(app, "sagas")
    assert any("sagas" in t.value for t in app.title)
    app.query_params["dataset"] = "demo"  # as the browser's way back does
    app.run()
    expect_open(app, "demo")


def test_a_dataset_that_is_not_there_is_said_and_another_one_opened(open_page: OpenPage) -> None:
    app = open_page("pages/data/page.py", dataset="gone")
    assert "There is no dataset 'gone'" in app.warning[0].value
    expect_open(app, "demo")


def test_links_to_other_pages_carry_what_is_open(open_page: OpenPage) -> None:
    app = open_page(dataset="sagas")
    links = [link.proto.query_string for link in app.get("page_link")]
    assert len(links) == 10 + 7  # the navigation, and the steps of the overview
    assert set(links) == {f"dataset=sagas&draft={parameter(app, 'draft')}"}


def test_a_reload_goes_on_with_the_draft_and_writes_no_further_file(
    open_page: OpenPage, demo_workspace: Workspace
) -> None:
    draft = parameter(open_page("pages/data/page.py"), "draft")
    kept = sorted((demo_workspace.root / "drafts").iterdir())
    again = open_page("pages/data/page.py", draft=draft)
    assert parameter(again, "draft") == draft
    assert sorted((demo_workspace.root / "drafts").iterdir()) == kept


def test_where_nothing_can_be_kept_edits_live_as_long_as_the_tab(
    open_page: OpenPage, demo_workspace: Workspace
) -> None:
    """As in a workspace that may only be read; once there is room again, they are kept."""
    drafts, aside = demo_workspace.drafts, demo_workspace.root / "aside"
    drafts.exists() and drafts.rename(aside)
    drafts.write_text("no directory")
    try:
        app = open_page("pages/labeling_functions/page.py")
        assert not app.error
        (said,) = (w.value for w in app.warning if w.value.startswith("Edits are gone when this tab is closed: drafts"))
        keywords = next(m for m in app.multiselect if m.label.startswith("1. votes"))
        keywords.set_value(keywords.value[1:]).run()
        assert app.session_state["draft"].dirty and said in [w.value for w in app.warning]
    finally:
        drafts.unlink()
        aside.exists() and aside.rename(drafts)
    app.selectbox(key="lf_set").set_value("recommended").run()
    assert (drafts / f"{parameter(app, 'draft')}.json").exists()
    assert said not in [w.value for w in app.warning]


def test_another_lf_set_shows_its_own_values_in_widgets_of_the_same_name(
    open_page: OpenPage, demo_workspace: Workspace
) -> None:
    other = load_version(demo_workspace, "tutorial").lf_set.model_dump() | {"name": "other"}
    other["lfs"][0]["groups"][0]["keywords"] = ["did not finish"]
    save_version(demo_workspace, LFSet.model_validate(other), 0)
    app = open_page("pages/labeling_functions/page.py")
    app.selectbox(key="lf_set").set_value("other").run()
    assert app.session_state["draft"].base.name == "other"
    assert parameter(app, "draft") == app.session_state["draft"].id
    assert next(m for m in app.multiselect if m.label.startswith("1. votes")).value == ["did not finish"]


def test_what_nobody_expected_is_one_sentence(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("of the page")

    monkeypatch.setattr("weakrec_core.runs.listing.list_runs", broken)
    app = open_page("pages/results/page.py")
    assert len(app.error) == 1
    assert "ZeroDivisionError" in app.error[0].value
    assert "of the page" not in app.error[0].value
    assert "of the page" in caplog.text
    (record,) = (r for r in caplog.records if r.getMessage().startswith("Unexpected error"))
    assert app.error[0].value.endswith(f"under {record.about['error']}.")  # type: ignore[attr-defined]
    assert app.get("page_link")  # the way to other pages stays
    caplog.clear()
