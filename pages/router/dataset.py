"""The dataset that a tab works on: chosen in the sidebar, kept in the session and in the address."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import fmt
from pages.shared.address import DATASET
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.train_sample import SAMPLE_ROWS, TrainSample, most_rows
from weakrec_core.engine.sampled_train import SampleApplier
from weakrec_core.labeling.apply import Applier
from weakrec_core.workspace import Workspace

_KEY = "dataset"  # of the widget


def dataset_name(names: Sequence[str]) -> str:
    """The dataset of the address; where it names none, that of the session, or the first one.

    A change of the page clears the address, so that the session is what remembers; a link, a reload and the browser's
    way back bring an address of their own.
    """
    asked: str | None = st.query_params.get(DATASET)
    kept: str | None = st.session_state.get("opened_dataset")
    name = next((name for name in (asked, kept) if name is not None and name in names), names[0])
    missing = next((name for name in (asked, kept) if name is not None and name not in names), None)
    if missing is not None:
        st.warning(
            fmt.literal(f"There is no dataset {missing!r} (any more): {name!r} is open instead."),
            icon=":material/info:",
        )
    st.session_state["opened_dataset"] = st.session_state[_KEY] = name
    return name


def choose_dataset(names: Sequence[str]) -> None:
    """The widget; a choice goes into the address, where `dataset_name` finds it."""
    st.selectbox("Dataset", names, key=_KEY, on_change=_choose)


def _choose() -> None:
    st.query_params[DATASET] = st.session_state[_KEY]


def opened_dataset(workspace: Workspace, name: str) -> Dataset:
    """The dataset as it is now, its parts read once for all tabs."""
    dataset = open_dataset(workspace, name)
    return _labeled(str(dataset.path), dataset.fingerprint, _kept(str(dataset.path), dataset), dataset)


def applier_of(dataset: Dataset) -> Applier:
    """The applier of a dataset, shared by all tabs; what its LFs vote does not depend on gold."""
    applier = _applier(str(dataset.path), dataset.n_rows("train") > most_rows(), dataset)
    return (
        applier
        if applier.dataset.fingerprint == dataset.fingerprint
        else _labeled_applier(str(dataset.path), dataset.fingerprint, applier, dataset)
    )


# A directory of a dataset never changes; labels given by hand are beside it, and in the fingerprint.
@st.cache_resource(max_entries=8, show_spinner=False)
def _kept(directory: str, _dataset: Dataset) -> Dataset:
    return _dataset


@st.cache_resource(max_entries=8, show_spinner=False)
def _labeled(directory: str, fingerprint: str, _kept: Dataset, _dataset: Dataset) -> Dataset:
    return _kept if _kept.fingerprint == fingerprint else _kept.with_gold_log(_dataset.gold_log)


@st.cache_resource(max_entries=4, show_spinner=False)
def _applier(directory: str, large: bool, _dataset: Dataset) -> Applier:
    return (
        SampleApplier(TrainSample(_dataset, min(SAMPLE_ROWS, most_rows())))
        if large
        else Applier(_dataset, background=True)
    )


@st.cache_resource(max_entries=2, show_spinner=False)
def _labeled_applier(directory: str, fingerprint: str, _applier: Applier, _dataset: Dataset) -> Applier:
    return _applier.with_gold_of(_dataset)


def forget_datasets() -> None:
    """Hold none of them any more, so that the files of one that was deleted can go; tabs open theirs anew."""
    for kept in (_kept, _labeled, _applier, _labeled_applier):
        kept.clear()
