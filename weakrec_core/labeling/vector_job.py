"""Vectors of large splits are made in a process of its own: they take minutes, and the page goes on."""

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.jobs.job import Job
from weakrec_core.labeling.python_votes import StillRunning
from weakrec_core.text_vectors.store import VectorStore

_AT_ONCE = 20_000  # rows: a few seconds


def need_vectors(dataset: Dataset, store: VectorStore, kind: str, split: str) -> None:
    """Return once the vectors of a split are there, or are few enough to be made at once.

    Raises
    ------
    StillRunning
        While a process is at it; the first call starts it.
    SpecError
        With what made it fail.
    """
    if store.is_ready(kind, split) or dataset.n_rows(split) <= _AT_ONCE:
        return
    job = Job(store.directory / f"vectors-{kind}-{split}.job", f"The vectors {kind} of {split}")
    status = job.status
    if status is not None and status.state == "failed":
        raise SpecError(status.error or "It failed without a word.")
    if status is None or not status.active:
        arguments = ["vectors", "--dataset", dataset.name, "--fingerprint", dataset.data_fingerprint]
        job.start(dataset.workspace, [*arguments, "--vectors", kind, "--split", split])
    raise StillRunning(f"The reviews of {split} are being read in the background, once.")
