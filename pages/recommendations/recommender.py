"""What the Recommendations page works with: runs, their serving processes, the title index, popularity."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import count_readers, training_users
from weakrec_core.errors import RunError
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run, open_run
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.recommend import Recommendation, most_read
from weakrec_core.serving.title_search import TitleSearch
from weakrec_core.serving.worker import Worker, dataset_of

_WORKERS = 3  # models held at once, all tabs together: a run and two beside it


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The books of a dataset by what is known of them without a model.

    Attributes
    ----------
    readers : int64 array, shape [n_books]
        How many training users read each book.
    test_users : list of str
        Original ids.
    """

    search: TitleSearch
    readers: np.ndarray
    test_users: list[str]

    def most_read(self, reader: Reader, k: int) -> list[int]:
        """The most read books that the reader has not read, as ``book_idx``."""
        return most_read(self.readers, reader, k)


def catalogue(dataset: Dataset) -> Catalogue:
    """The catalogue of a dataset, made once."""
    return _catalogue(dataset.data_fingerprint, dataset)


def finished_runs(dataset: Dataset) -> list[Run]:
    """The runs on a dataset that have a model, newest first."""
    return [
        run
        for run in list_runs(dataset.workspace)
        if run.config.dataset == dataset.name and run.status.state == "succeeded"
    ]


def run_of(run_id: str, dataset: Dataset) -> Run:
    """A run by its id; `RunError` if it is not one on this dataset, or cannot recommend."""
    run = open_run(dataset.workspace, run_id)
    if run.config.dataset != dataset.name:
        raise RunError(
            f"Run {run_id} was trained on dataset {run.config.dataset!r}, but {dataset.name!r} is open: choose the other "
            "one in the sidebar."
        )
    dataset_of(run)
    return run


def recommendations(run: Run, reader: Reader, k: int, labels: bool = True) -> list[Recommendation]:
    """What a run recommends, or would without labels in its lists; says so while its model loads."""
    worker = _worker(run)
    if worker.loaded and labels:
        return worker.recommend(reader, k)
    with st.spinner(f"Loading the model of run {run.id}. This takes a few seconds, the first time only."):
        return worker.recommend(reader, k, labels)


@st.cache_resource(max_entries=8, show_spinner=False)
def _catalogue(fingerprint: str, _dataset: Dataset) -> Catalogue:
    readers = count_readers(_dataset, training_users(_dataset))
    books = _dataset.books
    search = TitleSearch(books["title"].tolist(), books["author_name"].tolist(), readers)
    users = np.unique(_dataset.split("test")["user_idx"].to_numpy())
    return Catalogue(search, readers, _dataset.user_ids.iloc[users].tolist())


@st.cache_resource(max_entries=_WORKERS, on_release=Worker.close, show_spinner=False)
def _worker(run: Run) -> Worker:
    return Worker(run)
