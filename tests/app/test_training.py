"""The Training page on a small dataset; no process is started."""

import shutil
from collections.abc import Callable, Iterator

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import PROJECT
from weakrec_core.data.dataset import open_dataset
from weakrec_core.jobs.job import Job
from weakrec_core.jobs.status import Status, created
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.versions import save_version
from weakrec_core.network.presets.registry import PRESETS
from weakrec_core.network.presets.tutorial import Tutorial
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run, new_run, open_run
from weakrec_core.workspace import Workspace

PAGE = "pages/training/page.py"
TUTORIAL = read_lf_set(PROJECT / "lfs" / "tutorial.yaml")
ME = psutil.Process()
HERE = {"pid": ME.pid, "process_started": created(ME.pid)}
GONE = {"pid": ME.pid, "process_started": created(ME.pid) - 1}
OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def launched(demo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Ids of the runs that would have been started; runs of one test are not there for the next."""
    monkeypatch.setenv("WEAKREC_HOME", str(demo_workspace.root))
    started: list[str] = []

    def start(self: Job, workspace: Workspace, arguments: list[str], told: bool) -> bool:
        assert (workspace, arguments, told) == (demo_workspace, ["train", "--run-dir", str(self.path)], False)
        started.append(self.path.name)
        return True

    monkeypatch.setattr(Job, "start", start)
    yield started
    for run in list_runs(demo_workspace):
        run.write_status(Status(state="cancelled"))
        shutil.rmtree(run.path)


def a_run(state: str, epochs: int = 0, **status: object) -> Run:
    run = new_run(open_dataset(Workspace.from_environment(), "demo"), TUTORIAL, "v0", preset="recommended", epochs=10)
    for epoch in range(1, epochs + 1):
        run.append_epoch(
            {"epoch": epoch, "epochs": 10, "loss": 0.6, "val_loss": 0.6, "val_auc": 0.7, "val_ndcg": 0.1}
            | {"seconds": 1.0, "elapsed": 3.0 * epoch}
        )
    known = {"stage": "Training", "epoch": epochs, "epochs": 10} | status
    run.write_status(Status.model_validate({"state": state} | known))
    return run


def texts(app: AppTest) -> str:
    return "\n".join(m.value for m in [*app.markdown, *app.header, *app.caption])


def keys(app: AppTest) -> set[str]:
    return {b.key for b in app.button if b.key}


def progress(app: AppTest) -> list[str]:
    return [p.proto.text for p in app.get("progress")]


def test_nothing_launched_yet(open_page: OpenPage) -> None:
    assert "No run yet" in open_page(PAGE).info[0].value


def test_launch_freezes_what_the_form_says(open_page: OpenPage, launched: list[str], demo_workspace: Workspace) -> None:
    app = open_page(PAGE)
    app.selectbox(key="label_model").set_value("majority")
    app.selectbox(key="run_preset").set_value("tutorial")
    app.number_input(key="run_epochs").set_value(3)
    app.number_input(key="run_seed").set_value(7)
    app.number_input(key="run_budget").set_value(12.0)
    app.checkbox(key="run_text").uncheck()
    app.button(key="launch").click().run()
    assert not app.exception
    (run,) = list_runs(demo_workspace)
    assert launched == [run.id]
    config = run.config
    assert (config.label_model, config.text_model, config.budget) == ("majority", "off", 12.0)
    assert [config.train[key] for key in ("preset", "epochs", "seed")] == ["tutorial", 3, 7]
    assert (config.lf_version, config.dataset) == ("v0", "demo")
    assert run.id in texts(app)
    assert "budget 12 min" in texts(app)


def test_the_form_offers_every_preset_of_the_registry(
    open_page: OpenPage, launched: list[str], demo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Toy(Tutorial):
        name, title, description = "toy", "Toy", "a test's own"

    monkeypatch.setitem(PRESETS, "toy", Toy())
    app = open_page(PAGE)
    preset = app.selectbox(key="run_preset")
    assert preset.options == ["Recommended", "Tutorial", "Toy"]
    assert "Toy: a test's own" in preset.help
    preset.set_value("toy")
    app.button(key="launch").click().run()
    (run,) = list_runs(demo_workspace)
    assert launched == [run.id]
    assert run.config.train["preset"] == "toy"


def test_the_settings_of_the_label_model_page_reach_the_run(
    open_page: OpenPage, launched: list[str], demo_workspace: Workspace
) -> None:
    app = open_page("pages/label_model/page.py")
    app.selectbox(key="balance").set_value("set").run()
    app.slider(key="prior").set_value(0.4)
    app.number_input(key="lm_epochs").set_value(50).run()
    app.switch_page(PAGE).run()
    assert "class balance 0.40, Snorkel's epochs 50 (set on the Label model page)" in texts(app)
    app.button(key="launch").click().run()
    assert not app.exception
    (run,) = list_runs(demo_workspace)
    assert launched == [run.id]
    assert (run.config.class_balance, run.config.snorkel.n_epochs) == (0.4, 50)


def test_any_saved_version_can_be_trained_on(open_page: OpenPage, demo_workspace: Workspace) -> None:
    fewer = LFSet(name="tutorial", lfs=TUTORIAL.lfs[:3])
    save_version(demo_workspace, fewer, base=0, note="three")
    save_version(demo_workspace, TUTORIAL, base=1)
    app = open_page(PAGE)
    choice = app.selectbox(key="run_version_tutorial")
    assert choice.options == ["As open: v2", "v2", "v1", "v0"]
    choice.set_value(1)
    app.button(key="launch").click().run()
    (run,) = list_runs(demo_workspace)
    assert run.config.lf_version == "v1"
    assert run.config.frozen_lf_set.names == fewer.names


def test_the_running_run_shows_curves_and_the_time_left(open_page: OpenPage) -> None:
    run = a_run("running", epochs=4, **HERE)
    app = open_page(PAGE)
    assert progress(app) == ["Training · epoch 4 of 10 · at most 18 s left"]
    assert len(app.get("vega_lite_chart")) == 3
    assert f"cancel_{run.id}" in keys(app)
    assert not {f"resume_{run.id}", f"retry_{run.id}"} & keys(app)


def test_those_that_wait_stand_in_the_queue_with_their_places(open_page: OpenPage) -> None:
    first = a_run("running", epochs=1, queued=1, **HERE)
    third, second = a_run("queued", queued=3), a_run("queued", queued=2)  # without a process: cancel would end ours
    app = open_page(PAGE)
    places = [m.value for m in app.markdown if m.value.startswith("**1**") or "before it" in m.value]
    for place, (run, where) in zip(
        places, [(first, "running"), (second, "1 before it"), (third, "2 before it")], strict=True
    ):
        assert run.id in place
        assert f"[{where}]" in place
    assert first.id in app.header[0].value
    app.button(key=f"watch_{third.id}").click().run()
    assert third.id in app.header[0].value
    assert progress(app) == ["Waiting: 2 runs before it"]
    app.button(key=f"cancel_queued_{second.id}").click().run()
    assert (second.path / "CANCEL").exists()


def test_a_run_is_chosen_to_watch_without_a_mouse(open_page: OpenPage) -> None:
    runs = [a_run("cancelled"), a_run("cancelled")]
    app = open_page(PAGE)
    for run in runs:
        box = next(s for s in app.selectbox if s.label == "Run to watch")
        box.set_value(box.options.index(run.id)).run()
        assert app.session_state["watched"] == run.id


def test_cancel_asks_the_run_to_stop(open_page: OpenPage) -> None:
    run = a_run("queued")
    app = open_page(PAGE)
    app.button(key=f"cancel_{run.id}").click().run()
    assert (run.path / "CANCEL").exists()


def test_a_lost_run_shows_its_log_and_is_resumed(open_page: OpenPage, launched: list[str]) -> None:
    run = a_run("running", epochs=2, **GONE)
    (run.path / "train.log").write_text("Killed", encoding="utf-8")
    app = open_page(PAGE)
    assert "The process ended without a word" in app.error[0].value
    assert app.code[0].value == "Killed"
    assert app.button(key=f"resume_{run.id}").help == "Goes on after epoch 2, the last finished one"
    app.button(key=f"resume_{run.id}").click().run()
    assert not app.exception
    assert launched == [run.id]
    assert run.status.state == "queued"
    assert f"cancel_{run.id}" in keys(app)


def test_retry_is_a_new_run(open_page: OpenPage, launched: list[str], demo_workspace: Workspace) -> None:
    run = a_run("failed", error="Why not.")
    app = open_page(PAGE)
    assert app.error[0].value == "Why not."
    app.button(key=f"retry_{run.id}").click().run()
    (again,) = launched
    assert again != run.id
    assert open_run(demo_workspace, again).config.train == run.config.train
    assert again in texts(app)


def test_one_choice_of_the_label_model_for_both_pages(
    open_page: OpenPage, launched: list[str], demo_workspace: Workspace
) -> None:
    app = open_page("pages/label_model/page.py")
    assert app.selectbox(key="label_model").options[0].startswith("Recommended on dev (")
    app.selectbox(key="label_model").set_value("majority").run()
    assert any(s.value == "What Majority vote learned" for s in app.header)
    app.switch_page(PAGE).run()
    assert app.selectbox(key="label_model").value == "majority"
    app.button(key="launch").click().run()
    (run,) = list_runs(demo_workspace)
    assert (launched, run.config.label_model) == ([run.id], "majority")
    app.selectbox(key="label_model").set_value("auto").run()
    app.switch_page("pages/label_model/page.py").run()
    assert app.selectbox(key="label_model").value == "auto"


def test_a_damaged_run_does_not_keep_the_others_from_being_watched(open_page: OpenPage) -> None:
    damaged, whole = a_run("succeeded", 1), a_run("succeeded", 2)
    (damaged.path / "status.json").write_text("[" * 10_000)
    app = open_page(PAGE)
    assert whole.id in texts(app) and app.dataframe[-1].value["Run"].tolist() == [whole.id]
    assert app.expander[0].label == "A run is left out: the files cannot be read"
    shutil.rmtree(damaged.path)


def test_launch_says_why_it_cannot_be_pressed(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert not app.button(key="launch").disabled
    off = LFSet(name="tutorial", lfs=tuple(lf.model_copy(update={"enabled": False}) for lf in TUTORIAL.lfs))
    app.session_state["draft"] = app.session_state["draft"].edit(off)
    app.run()
    assert not app.exception and app.button(key="launch").disabled
    assert "No LF is on" in app.warning[0].value
