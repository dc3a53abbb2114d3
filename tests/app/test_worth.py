"""The tab that tells what labels are worth, from nothing measured to the curve."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.recommending import RESULT, finished_run
from weakrec_core.data.dataset import open_dataset
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.store import Run
from weakrec_core.runs.worth import WORTH_FILE, worth_job
from weakrec_core.workspace import Workspace

FOUND = {
    "worth": {"gold_labels": 300, "low": 200, "high": 400, "with": 100, "sentence": "These LFs are worth a lot."},
    "curve": [
        {
            "dev_rows": n,
            "dev_only": {"auc": 0.6 + n / 1e4, "log_loss": 0.6, "interval": [0.55, 0.68]},
            "with_labels": {"auc": 0.7, "log_loss": 0.55, "interval": None},
        }
        for n in (100, 400)
    ],
}


@pytest.fixture
def run(demo_workspace: Workspace, tutorial: LFSet) -> Run:
    run = finished_run(open_dataset(demo_workspace, "demo"), tutorial)
    run.write_result(RESULT)
    yield run
    shutil.rmtree(run.path)


def tab(open_page: Callable[..., AppTest], run: Run) -> AppTest:
    app = open_page("pages/results/page.py", run=run.id)
    app.session_state["result_tabs"] = "Worth in gold labels"
    return app.run()


def test_nothing_measured_yet_and_a_start(
    open_page: Callable[..., AppTest], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tab(open_page, run)
    started: list[list[str]] = []
    monkeypatch.setattr("weakrec_core.jobs.job.Job.start", lambda self, workspace, args: started.append(list(args)))
    app.button(key="measure_worth").click().run()
    assert started == [["worth", "--run", run.id]]
    assert not app.exception


def test_what_was_measured(open_page: Callable[..., AppTest], run: Run) -> None:
    (run.path / WORTH_FILE).write_text(json.dumps(FOUND), encoding="utf-8")
    app = tab(open_page, run)
    assert "These LFs are worth a lot" in " ".join(m.value for m in app.markdown)
    assert not [b for b in app.button if b.key == "measure_worth"]
    table = next(d.value for d in app.dataframe if "gold labels" in d.value)
    assert table["gold labels"].tolist() == [100, 400]


def test_one_that_failed_says_why_and_can_be_started_again(open_page: Callable[..., AppTest], run: Run) -> None:
    job = worth_job(run)
    Path(job.path).mkdir()
    job.write(Status(state="failed", stage="Failed", error="It went wrong."))
    app = tab(open_page, run)
    assert [e.value for e in app.error] == ["It went wrong."]
    assert app.button(key="measure_worth").label == "Measure"
    (run.path / WORTH_FILE).write_text("{", encoding="utf-8")
    assert "worth.json cannot be read" in tab(open_page, run).error[0].value


def test_a_rival_that_is_better_is_said_first(open_page: Callable[..., AppTest], run: Run) -> None:
    worse = {"rival": "averages", "value": 0.75, "difference": -0.05, "interval": [-0.08, -0.02], "verdict": "worse"}
    unclear = worse | {"difference": 0.01, "interval": [-0.02, 0.04], "verdict": "not distinguishable"}
    run.write_result(RESULT | {"rivals": {"auc": worse, "log_loss": unclear}})
    app = open_page("pages/results/page.py", run=run.id)
    assert [w.value for w in app.warning] == [
        "Averages of labels is better for ratings: test AUC -0.050, 95 % interval -0.080 to -0.020."
    ]
    deltas = {m.label: (m.delta, m.proto.color) for m in app.metric}
    assert deltas["Test AUC"][0] == "-0.050 vs Averages of labels"
    assert deltas["Test Log loss"][0] == "+0.010 vs Averages of labels, not distinguishable"
    assert deltas["Test Log loss"][1] != deltas["Test AUC"][1]  # grey beside red
