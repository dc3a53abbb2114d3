"""Every state says so, with a way on: nothing to measure, an address that names nothing, files that cannot be read."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import fmt
from pages.shared.errors import sentence
from weakrec_core.data.dataset import SPLITS, open_dataset
from weakrec_core.data.ingest.ingest_jobs import ingest_job
from weakrec_core.data.saving import save_dataset
from weakrec_core.files import PROJECT
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import test_looks
from weakrec_core.workspace import Workspace

LABELING, ERRORS = "pages/labeling_functions/page.py", "pages/error_analysis/page.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="module", autouse=True)
def without_gold(demo_workspace: Workspace) -> Iterator[None]:
    """The demo without gold on dev, as dataset ``unrated``; gone afterwards."""
    demo = open_dataset(demo_workspace, "demo")
    rows = pd.concat([demo.split(split).assign(split=split) for split in SPLITS], ignore_index=True)
    rows.loc[rows["split"] == "dev", "gold"] = -1
    ids = demo.user_ids.to_numpy(object)
    dataset = save_dataset(demo_workspace, "unrated", rows, demo.books, demo.histories, ids, {"source": "test"})
    yield
    shutil.rmtree(demo_workspace.datasets / dataset.name)


def said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(e.value.replace("\\", "") for kind in (app.error, app.warning, app.info) for e in kind)


def ways_on(app: AppTest) -> list[str]:
    """The links beside those of the navigation."""
    return [link.proto.label for link in app.main.get("page_link")]


def go(app: AppTest, page: str) -> AppTest:
    """Another page, as a link does: its address has no parameter of the one before."""
    app.query_params.clear()
    return app.switch_page(f"pages/{page}/page.py").run()


def open_off(open_page: OpenPage, page: str) -> AppTest:
    """A page with all LFs off."""
    app = open_page(page)
    lfs = tuple(lf.model_copy(update={"enabled": False}) for lf in app.session_state["draft"].lf_set.lfs)
    app.session_state["draft"] = app.session_state["draft"].edit(LFSet(name="tutorial", lfs=lfs))
    return app.run()


def test_all_lfs_off(open_page: OpenPage) -> None:
    app = open_off(open_page, LABELING)
    assert "No LF of tutorial is on" in said(app)
    for page in ("error_analysis", "label_model"):
        go(app, page)
        assert "No LF of tutorial is on" in said(app), page
        assert not app.error
        assert "Labeling functions" in ways_on(app), page


def test_no_gold_in_dev(open_page: OpenPage) -> None:
    app = open_page(dataset="unrated")
    assert any("0 dev rows with gold" in m.value for m in app.markdown)
    for page in ("labeling_functions", "error_analysis", "label_model", "training"):
        go(app, page)
        assert "No dev row of unrated has a gold label" in said(app), page
        assert not app.error
        assert "Data" in ways_on(app), page
    assert app.button(key="launch").disabled
    go(app, "error_analysis")
    app.session_state["error_view"] = "Slices"
    assert "no slice can be judged" in said(app.run())


def test_a_draft_that_is_not_there(open_page: OpenPage) -> None:
    app = open_page(draft="zzz")
    assert "There is no draft 'zzz' (any more): LF set tutorial v0 is open instead." in said(app)
    assert not said(app.run())


def test_two_tabs_on_one_draft(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_page().session_state["draft"]
    from pages.router import draft

    hold = draft._hold
    monkeypatch.setattr(draft, "_hold", lambda draft_id: draft_id != first.id and hold(draft_id))
    app = open_page(draft=first.id)
    assert "open in another tab, too: this one goes on with a copy" in said(app)
    assert app.session_state["draft"].id != first.id


def test_a_reload_keeps_the_selected_lf(open_page: OpenPage) -> None:
    app = open_page(LABELING, lf="polarity_positive")
    assert app.session_state["selected_lf"] == "polarity_positive"
    assert any(s.value.startswith("polarity_positive") for s in app.header)
    app = open_page(LABELING, lf="gone")
    assert "There is no LF 'gone' in this set (any more): 'stars_in_review' is selected." in said(app)
    assert app.query_params["lf"] in ("stars_in_review", ["stars_in_review"])


def test_a_row_that_is_not_there(open_page: OpenPage) -> None:
    app = open_page(ERRORS, row="9" * 30)
    assert "is not among these rows" in said(app)


def test_a_row_is_opened_on_the_page_that_has_it(open_page: OpenPage) -> None:
    pages = set()
    for row in ("0", "799"):
        app = open_page(ERRORS, row=row)
        assert not said(app)
        pages.add(next(c.value for c in app.caption if " of 800, largest errors first" in c.value))
    assert len(pages) == 2


def test_an_lf_set_that_cannot_be_read_is_told_once(open_page: OpenPage, demo_workspace: Workspace) -> None:
    path = demo_workspace.lf_sets / "tutorial" / "v0001.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("lfs: [", encoding="utf-8")
    app = open_page(LABELING)
    assert "lf_sets/tutorial/v0001.yaml" in said(app) and "LF set tutorial v1 is left out" in said(app)
    assert str(demo_workspace.root) not in said(app)
    assert app.session_state["draft"].base.number == 0
    assert not said(app.run())
    for page in ("error_analysis", "label_model", "training"):
        go(app, page)
        assert not app.error and not app.exception
    app.selectbox(key="run_version_tutorial").set_value(1).run()
    assert "Choose another version" in said(app)


def test_messages_name_no_directory_of_the_server(demo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(demo_workspace.root))
    assert sentence(f"{demo_workspace.root}/runs/x is missing; see {PROJECT}/lfs") == "runs/x is missing; see lfs"


@pytest.fixture
def no_dataset(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a page of an empty workspace, in which no process is started."""
    monkeypatch.setattr("weakrec_core.jobs.job.Job.start", lambda self, *_: bool(started.append(self.path.name)))
    started: list[str] = []
    monkeypatch.chdir(PROJECT)

    def open_(page: str = "") -> AppTest:
        app = AppTest.from_file(str(PROJECT / "workbench.py"), default_timeout=300)
        if page:
            from streamlit.util import calc_hash

            app._page_hash = calc_hash(page)
        app.run()
        assert not app.exception
        return app

    return open_


def test_without_a_dataset_the_demo_or_ones_own_data(no_dataset: Callable[..., AppTest], workspace: Workspace) -> None:
    demo = ingest_job(workspace, "demo")
    Path(demo.path).mkdir(parents=True)
    demo.write(Status(state="succeeded", stage="Done"))  # and what it made is gone again
    app = no_dataset()
    assert not app.error
    assert app.button(key="make_demo").label == "Make the demo"
    assert [link.proto.label for link in app.get("page_link")] == ["Use my data"]
    demo.write(Status(state="failed", stage="Failed", error="No space."))
    assert app.run().error[0].value == "The demo data could not be made: No space."
    app = no_dataset("Data")
    assert "There is no dataset yet" in said(app)
    assert app.button_group(key="new_dataset_from").value == "A table of ratings"


def test_ratings_of_test_are_hidden_until_asked_for_which_is_counted(
    open_page: OpenPage, demo_workspace: Workspace
) -> None:
    fingerprint = open_dataset(demo_workspace, "demo").fingerprint
    shutil.rmtree(demo_workspace.test_looks, ignore_errors=True)
    app = open_page("pages/data/page.py")
    splits = app.dataframe[0].value.set_index("split")
    assert splits.loc["test", "positive"] == "hidden" != splits.loc["dev", "positive"]
    app.button_group(key="shown_split").set_value("test").run()
    assert "rating" not in app.dataframe[2].value
    assert "rating" not in test_looks.sentence(demo_workspace, fingerprint)
    app.button(key="show_test").click().run()
    assert "rating" in app.dataframe[2].value
    assert "The ratings of test themselves have been looked at" in test_looks.sentence(demo_workspace, fingerprint)
    assert test_looks.count(demo_workspace, fingerprint) == 0
    shutil.rmtree(demo_workspace.test_looks)


def test_none_is_a_dash() -> None:
    assert [fmt.text(None), fmt.text(0), fmt.text([32])] == ["–", "0", "[32]"]


def test_a_dataset_that_cannot_be_opened_leaves_the_way_to_others(
    open_page: OpenPage, demo_workspace: Workspace
) -> None:
    folder = demo_workspace.datasets / "damaged"
    folder.mkdir()
    try:
        shutil.copy(demo_workspace.datasets / "demo" / "current.json", folder)
        app = open_page(dataset="damaged")
        assert "Dataset 'damaged' cannot be opened: " in said(app)
        assert str(demo_workspace.root) not in said(app)
        assert ways_on(app) == ["Make it again, or choose another one in the sidebar"]
        app.selectbox(key="dataset").set_value("demo").run()
        assert not said(app)
    finally:
        shutil.rmtree(folder)
