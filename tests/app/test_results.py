"""The Results page: empty, one run, two compared, filters."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import PROJECT
from weakrec_core.data.dataset import open_dataset
from weakrec_core.labeling.lf_set import read_lf_set
from weakrec_core.runs import test_looks
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run, new_run
from weakrec_core.workspace import Workspace

PAGE = "pages/results/page.py"
RECOMMENDED = read_lf_set(PROJECT / "lfs" / "recommended.yaml")
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="module")
def runs(demo_workspace: Workspace, prepared_runs: Path) -> Iterator[list[Run]]:
    """Two finished runs and one that waits; other tests of the session do not find them."""
    shutil.copytree(prepared_runs / "runs", demo_workspace.root / "runs", dirs_exist_ok=True)
    waiting = new_run(open_dataset(demo_workspace, "demo"), RECOMMENDED, "v0", preset="tutorial")
    yield [*sorted((run for run in list_runs(demo_workspace) if run != waiting), key=lambda run: run.id), waiting]
    for kept in ("runs", "looks"):
        shutil.rmtree(demo_workspace.root / kept)


def texts(app: AppTest) -> str:
    return " ".join(e.value for kind in (app.markdown, app.caption, app.info, app.header) for e in kind)


def test_one_run_in_full(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=runs[0].id)
    assert runs[0].id in texts(app)
    labels = {m.label: m.value for m in app.metric}
    assert labels["Test AUC"] == f"{runs[0].result['test']['auc']:.3f}"  # type: ignore[index]
    ranking = next(d.value for d in app.dataframe if "NDCG@10" in d.value and "Model" in d.value)
    assert set(ranking["Model"]) >= {"This run", "Its network alone", "Item-kNN", "EASE", "Popularity"}
    assert "[" in ranking["NDCG@10"][0]
    ratings = next(d.value for d in app.dataframe if "AUC" in d.value and "Model" in d.value)
    assert set(ratings["Model"]) >= {"This run", "Constant", "Network, dev gold only", "Network, true train labels"}
    assert "looked at for" in texts(app)
    assert test_looks.seen(runs[0])


def test_the_cut_of_the_ranking_can_be_changed(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=runs[0].id)
    app.button_group(key="result_k").set_value(5).run()
    assert not app.exception
    assert any("NDCG@5" in d.value for d in app.dataframe)


def test_two_runs_compared(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=[run.id for run in runs[:2]])
    assert "2 runs compared" in texts(app)
    table = next(d.value for d in app.dataframe if "Verdict" in d.value)
    assert {"AUC", "Log loss", "NDCG@10"} <= set(table["Metric"])
    assert "added" in texts(app) and "removed" in texts(app)
    settings = next(d.value for d in app.dataframe if "What" in d.value)
    assert "LF set" in set(settings["What"])


def test_runs_are_chosen_without_a_mouse(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=runs[0].id)
    box = next(m for m in app.multiselect if m.label == "Runs")
    assert [box.options[i] for i in box.value] == [runs[0].title]
    box.set_value([box.options.index(run.title) for run in runs[:2]]).run()
    assert any(h.value == "2 runs compared" for h in app.header)
    assert set(app.query_params["run"]) == {run.id for run in runs[:2]}


def test_a_run_that_nobody_opened_does_not_show_its_test_metrics(open_page: OpenPage, runs: list[Run]) -> None:
    shutil.rmtree(runs[0].path.parents[1] / "looks", ignore_errors=True)
    table = open_page(PAGE, run=runs[0].id).dataframe[0].value.set_index("Run")
    assert pd.isna(table.loc[runs[1].id, "Test AUC"])
    assert table.loc[runs[1].id, "Valid AUC"] > 0
    assert not test_looks.seen(runs[1])


def test_the_other_tabs(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=runs[0].id)
    app.session_state["result_tabs"] = "Learning and calibration"
    app.run()
    assert not app.exception and "Calibration of P(POSITIVE) on test" in texts(app)
    assert len(app.get("vega_lite_chart")) == 3
    app.session_state["result_tabs"] = "Errors by slice"
    app.run()
    assert not app.exception and "slices are worse than all other rows" in texts(app)
    slices = next(d.value for d in app.dataframe if "Slice" in d.value)
    assert {"author", "length of the history"} <= set(slices["Cut by"])
    app.session_state["result_tabs"] = "What it was made of"
    app.run()
    made = pd.concat([d.value for d in app.dataframe if "What" in d.value])
    assert {"seed", "learning rate", "tensorflow", "dataset fingerprint"} <= set(made["What"])


def test_an_unfinished_run_says_so(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=runs[2].id)
    assert "has no result" in texts(app)


def test_filters(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE)
    app.text_input(key="run_search").set_value(runs[1].id).run()
    assert app.dataframe[0].value["Run"].tolist() == [runs[1].id]
    app.text_input(key="run_search").set_value("no such run").run()
    assert "clear one of them" in app.info[0].value


def test_the_opened_runs_own_figures_show_at_once(open_page: OpenPage, runs: list[Run]) -> None:
    shutil.rmtree(runs[0].path.parents[1] / "looks", ignore_errors=True)
    app = open_page(PAGE)
    newest = runs[1]
    assert "run" not in app.query_params  # each change of the address is one more press of Back
    table = app.dataframe[0].value.set_index("Run")
    assert table.loc[newest.id, "Test AUC"] == newest.result["test"]["auc"]  # type: ignore[index]
    assert table.loc[newest.id, "Label model"] == "Dev-calibrated"


def test_a_run_is_named_and_pinned(open_page: OpenPage, runs: list[Run]) -> None:
    old, new = runs[:2]
    app = open_page(PAGE, run=old.id)
    app.text_input(key=f"run_name_{old.id}").set_value("*before*")
    app.text_area(key=f"run_notes_{old.id}").set_value("The tutorial's set.")
    app.button(key=f"save_about_{old.id}").click().run()
    app.toggle(key=f"pin_{old.id}").set_value(True).run()
    assert not app.exception
    assert f"Run \\*before\\* ({old.id}) :blue-badge[pinned]" in texts(app) and "The tutorial's set." in texts(app)
    assert app.dataframe[0].value.set_index("Run").loc[old.id, "Name"] == "pinned · *before*"
    app = open_page(PAGE, run=new.id)
    assert f"Test metrics beside those of \\*before\\* ({old.id})" in texts(app)
    assert app.tabs[0].label == "Against the pinned run"
    app = open_page(PAGE, run=[new.id, old.id])
    assert app.selectbox(key="reference").value == old.id
    (old.path / "about.json").unlink()
    shutil.rmtree(old.workspace.pinned)


def test_the_way_back_of_the_browser_opens_the_runs_of_its_address(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=runs[0].id)
    assert f"Run {runs[0].id}" in texts(app)
    del app.query_params["run"]
    app.run()
    assert f"Run {runs[1].id}" in texts(app) and "run" not in app.query_params


def test_a_run_that_is_not_there_is_said(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run="gone")
    assert "There is no run 'gone' (any more)" in app.warning[0].value
    assert runs[1].id in app.warning[0].value
    assert runs[1].id in texts(app)


def test_a_damaged_run_is_left_out_and_named(open_page: OpenPage, runs: list[Run]) -> None:
    path = runs[0].path / "result.json"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    try:
        app = open_page(PAGE)
        assert runs[0].id not in app.dataframe[0].value["Run"].tolist()
        assert runs[1].id in app.dataframe[0].value["Run"].tolist()
        assert app.expander[0].label == "A run is left out: the files cannot be read"
        assert "result.json cannot be read" in app.expander[0].markdown[0].value
    finally:
        path.write_bytes(whole)
