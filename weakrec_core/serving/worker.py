"""A process that holds a run's model and answers for a server that must not load TensorFlow.

Both sides exchange one JSON object a line. The process says ``{"ready": true}`` once the model is loaded, answers
``{"read": [...], "liked": [...], "k": 10, "labels": true}`` with ``{"recommendations": [...]}`` or ``{"error": "..."}``, and ends when
its standard input closes, also when the server was killed.
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Any

from weakrec_core import files
from weakrec_core.baselines.ease import fit_ease
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import RunError, WeakrecError
from weakrec_core.evaluation.recommender import Recommender
from weakrec_core.network.blend import Blended, fit_blend, load_blended
from weakrec_core.runs.result_tables import labels_in_lists_of
from weakrec_core.runs.store import Run
from weakrec_core.serving.explain import Reason
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.recommend import Recommendation, recommend

_LOAD_SECONDS = 180.0  # TensorFlow and the model, on a busy machine
_ANSWER_SECONDS = 60.0
_THREADS = {"OPENBLAS_NUM_THREADS": "1"}  # NumPy's threads and TensorFlow's, which spin, would keep each other waiting
Message = dict[str, Any]


def dataset_of(run: Run) -> Dataset:
    """The dataset of a run that can recommend.

    Raises
    ------
    RunError
        If the run has not succeeded, or its dataset is another one by now.
    DataError
        If its dataset is gone.
    """
    state = run.status.state
    if state != "succeeded":
        raise RunError(f"Run {run.id} has no model to recommend with: it is {state}.")
    return run.open_dataset()


def load_model(run: Run) -> Blended:
    """The model of a run; `WeakrecError` if it cannot recommend (see `dataset_of`) or its model cannot be read."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    dataset_of(run)
    return load_blended(run.path)


def without_labels(run: Run, model: Blended) -> Blended:
    """What the run recommends by where no book read counts by how far it is liked: what its lists are measured against.

    Raises
    ------
    RunError
        If labels are not in its lists: see `result_tables.labels_in_lists_of`.
    """
    result = run.result or {}
    if labels_in_lists_of(result) != "weighed":
        raise RunError(f"Run {run.id} has no lists without labels.")
    dataset, seed = dataset_of(run), int(run.config.train["seed"])
    ease = fit_ease(dataset, seed, penalties=[result["blend"]["ease_penalty"]])
    return fit_blend(dataset, model.network, [ease], seed)


def serve(
    load: Callable[[], Recommender],
    requests: Iterable[str],
    answer: Callable[[Message], None],
    unlabeled: Callable[[], Recommender] | None = None,
) -> None:
    """Answer requests until they end; a model that cannot be loaded is the only answer.

    `unlabeled` makes the model of requests without labels, when first asked.
    """
    other: Recommender | None = None
    try:
        model = load()
        recommend(model, Reader((0,)), 1)  # compiles what every answer needs
    except WeakrecError as e:
        answer({"error": str(e)})
        return
    answer({"ready": True})
    for line in requests:
        request = json.loads(line)
        try:
            reader = Reader(tuple(request["read"]), tuple(request["liked"]))
            if not request.get("labels", True) and unlabeled is not None:
                other = other or unlabeled()
            asked = model if request.get("labels", True) or other is None else other
            answer({"recommendations": [asdict(r) for r in recommend(asked, reader, request["k"])]})
        except WeakrecError as e:
            answer({"error": str(e)})


def serve_run(run: Run) -> None:
    """`serve` on standard input and output, for the process itself."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not look like an answer

        def answer(message: Message) -> None:
            out.write(json.dumps(message, allow_nan=False) + "\n")
            out.flush()

        serve(
            lambda: load_model(run).for_many_answers,
            sys.stdin,
            answer,
            lambda: without_labels(run, load_model(run)).for_many_answers,
        )


class Worker:
    """The serving process of a run, started when first asked and again after it died.

    Requests from several threads are answered one after another.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._lock = threading.Lock()
        self._process: _Process | None = None

    @property
    def loaded(self) -> bool:
        """Whether the next answer comes without loading the model first."""
        process = self._process
        return process is not None and process.alive

    def recommend(self, reader: Reader, k: int, labels: bool = True) -> list[Recommendation]:
        """See `weakrec_core.serving.recommend.recommend`; without `labels` by `without_labels`.

        Raises
        ------
        WeakrecError
            If the model cannot be loaded, or the process died twice over this request or does not answer.
        """
        request = {"read": reader.read, "liked": reader.liked, "k": k, "labels": labels}
        with self._lock:
            try:
                reply = self._running().ask(request)
            except _Died:
                reply = self._again(request)
        return [
            Recommendation(**r | {"because": tuple(Reason(**b) for b in r["because"])})
            for r in _checked(reply)["recommendations"]
        ]

    def close(self) -> None:
        """End the process, after the request at hand."""
        with self._lock:
            if self._process is not None:
                self._process.close()
                self._process = None

    def _running(self) -> "_Process":
        if self._process is None or not self._process.alive:
            if self._process is not None:
                self._process.close()
            self._process = None
            self._process = _Process(self.run)
        return self._process

    def _again(self, request: Message) -> Message:
        try:
            return self._running().ask(request)
        except _Died as e:
            raise RunError(f"The recommender of run {self.run.id} ended unexpectedly: {e}") from None


class _Died(Exception):
    """The process is gone; the message is its last word."""


class _Process:
    """One process, its model loaded."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "weakrec_core", "serve", "--run", run.id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            cwd=files.PROCESS_DIRECTORY,
            env=os.environ | run.workspace.environment | _THREADS,
        )
        self._replies: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            _checked(self._reply(_LOAD_SECONDS))
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Message) -> Message:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise _Died(self._last_word()) from None
        return self._reply(_ANSWER_SECONDS)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):  # what could not be written any more
                self._process.stdin.close()
        self._log.close()

    def _listen(self) -> None:
        """Pass replies on; an empty one says that there will be no more."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._replies.put(line)
        self._replies.put("")

    def _reply(self, seconds: float) -> Message:
        try:
            line = self._replies.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise RunError(f"The recommender of run {self._run.id} did not answer within {seconds:.0f} s.") from None
        if not line:
            raise _Died(self._last_word())
        reply: Message = json.loads(line)
        return reply

    def _last_word(self) -> str:
        self._process.wait(_ANSWER_SECONDS)
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self._process.returncode}."


def _checked(reply: Message) -> Message:
    if "error" in reply:
        raise WeakrecError(reply["error"])
    return reply
