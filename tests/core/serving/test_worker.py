"""The process that holds a model: its protocol, and the side that asks."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.recommending import RESULT, finished_run, random_network
from weakrec_core import files
from weakrec_core.baselines.ease import fit_ease
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import RunError, WeakrecError
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.network.blend import Blended, fit_blend
from weakrec_core.runs.store import Run, open_run
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.recommend import recommend
from weakrec_core.serving.worker import Worker, dataset_of, load_model, serve, without_labels
from weakrec_core.workspace import Workspace


@pytest.fixture(scope="module")
def run(few_readers: Dataset, tutorial: LFSet, session_workspace: Workspace) -> Iterator[Run]:
    yield finished_run(few_readers, tutorial)
    shutil.rmtree(session_workspace.runs, ignore_errors=True)


@pytest.fixture(scope="module")
def worker(run: Run) -> Iterator[Worker]:
    worker = Worker(run)
    yield worker
    worker.close()


def served(few_readers: Dataset, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers to some requests."""
    answers: list[dict[str, Any]] = []
    model = Blended(random_network(few_readers))
    serve(lambda: model, [json.dumps(request) for request in requests], answers.append)
    return answers


def test_one_answer_a_request_after_being_ready(few_readers: Dataset) -> None:
    ready, books, refused, again = served(
        few_readers,
        {"read": [1, 2], "liked": [2], "k": 3},
        {"read": [], "liked": [], "k": 3},
        {"read": [1], "liked": [], "k": 1},
    )
    assert ready == {"ready": True}
    assert len(books["recommendations"]) == 3
    assert set(books["recommendations"][0]) == {"book_idx", "p_positive", "score", "fit", "because"}
    assert "history is empty" in refused["error"]
    assert len(again["recommendations"]) == 1


def test_lists_without_labels_are_of_the_other_model_which_is_made_when_asked(few_readers: Dataset) -> None:
    answers: list[dict[str, Any]] = []
    made: list[Blended] = []

    def unlabeled() -> Blended:
        made.append(Blended(random_network(few_readers, seed=1)))
        return made[-1]

    asked = [{"read": [1, 2], "liked": [], "k": 5, "labels": labels} for labels in (True, False, True, False)]
    model = Blended(random_network(few_readers))
    serve(lambda: model, [json.dumps(request) for request in asked], answers.append, unlabeled)
    _, with_labels, without, again, once_more = answers
    assert (with_labels, without) == (again, once_more)
    assert with_labels != without
    assert len(made) == 1


def test_the_list_without_labels_is_what_the_runs_lists_were_measured_against(
    few_readers: Dataset, tutorial: LFSet
) -> None:
    run = finished_run(few_readers, tutorial)
    model = load_model(run)
    with pytest.raises(RunError, match="no lists without labels"):
        without_labels(run, model)
    lists = {"with": 0.2, "without": 0.1, "difference": 0.1, "interval": None, "verdict": "not distinguishable"}
    weighed = {"lists": lists, "blend": {"weight": 0.5, "ease_penalty": 100.0, "label_floor": 0.3}}
    files.write_json(run.path / "result.json", RESULT | weighed)
    found = without_labels(open_run(run.workspace, run.id), model)
    ease = fit_ease(few_readers, run.config.train["seed"], penalties=[100.0])
    want = fit_blend(few_readers, model.network, [ease], run.config.train["seed"])
    assert (found.weight, found.network) == (want.weight, model.network)
    users = np.arange(3)
    np.testing.assert_array_equal(
        found.score_users(few_readers.histories, users), want.score_users(few_readers.histories, users)
    )


def test_a_model_that_cannot_be_loaded_is_the_only_answer() -> None:
    def load() -> Blended:
        raise RunError("It is gone.")

    answers: list[dict[str, Any]] = []
    serve(load, ["{}"], answers.append)
    assert answers == [{"error": "It is gone."}]


def test_the_process_answers_as_the_model_does_and_is_kept(worker: Worker, run: Run) -> None:
    reader = Reader((0, 3, 5), (3,))
    expected = recommend(load_model(run), reader, 4)
    found = worker.recommend(reader, 4)
    assert [one.book_idx for one in found] == [one.book_idx for one in expected]
    assert found[0].p_positive == pytest.approx(expected[0].p_positive, abs=1e-6)
    assert [r.book_idx for r in found[0].because] == [r.book_idx for r in expected[0].because]
    first = worker._process
    assert worker.loaded
    assert worker.recommend(reader, 4) == found
    assert worker._process is first
    with pytest.raises(WeakrecError, match="history is empty"):
        worker.recommend(Reader(()), 4)
    assert worker._process is first


def test_a_process_that_died_is_started_again_and_ends_when_its_input_closes(worker: Worker) -> None:
    reader = Reader((0, 3, 5))
    found = worker.recommend(reader, 2)
    assert worker._process is not None
    worker._process._process.kill()
    worker._process._process.wait()
    assert not worker.loaded
    assert worker.recommend(reader, 2) == found
    process = worker._process._process
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0


def test_runs_that_cannot_recommend(run: Run, few_readers: Dataset, tutorial: LFSet) -> None:
    with pytest.raises(WeakrecError, match=r"There is no run 'nope'"):
        Worker(Run(run.workspace, "nope")).recommend(Reader((0,)), 1)
    broken = finished_run(few_readers, tutorial)
    (broken.path / "model.keras").write_bytes(b"not a model")
    with pytest.raises(WeakrecError, match=r"model\.keras is not a network that can be loaded"):
        load_model(broken)
    broken.write_status(Status(state="cancelled"))
    with pytest.raises(RunError, match=r"has no model to recommend with: it is cancelled\."):
        dataset_of(broken)
    config = json.loads((run.path / "config.json").read_text())
    other = finished_run(few_readers, tutorial)
    files.write_json(other.path / "config.json", config | {"fingerprint": "other"})
    with pytest.raises(RunError, match=r"has changed since run .* was created; launch a new run\."):
        load_model(other)


def test_a_process_that_cannot_even_start_says_its_last_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice, as it is started again."""
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr("weakrec_core.serving.worker.sys.executable", shutil.which("false") or "/bin/false")
    with pytest.raises(RunError, match=r"The recommender of run .* ended unexpectedly: exit status 1\."):
        Worker(run).recommend(Reader((0,)), 1)
