"""What a tab works on: the dataset and the LF set, chosen in the sidebar."""

import streamlit as st

from pages.router.first_run import first_run
from pages.shared.workbench import Workbench
from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.data.ingest.ingest_jobs import job_status
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.drafts import Draft, keep, open_draft, prune, recall
from weakrec_core.labeling.versions import list_sets
from weakrec_core.workspace import Workspace

_FIRST_SET = "tutorial"


def open_workbench() -> None:
    """Open what the tab works on; shows the first run's progress until there is data."""
    workspace = Workspace.from_environment()
    names = list_datasets(workspace)
    demo = job_status(workspace, "demo")
    if not names or (names == ["demo"] and demo is not None and not demo.done):
        first_run(workspace)
        st.stop()
    with st.sidebar:
        name = st.selectbox("Dataset", names, key="dataset", bind="query-params")
        dataset = _dataset(workspace, name)
        sizes = " · ".join(f"{dataset.n_rows(split):,} {split}" for split in ("dev", "train", "valid", "test"))
        st.caption(f"{sizes} rows")
        _open_lf_set(workspace)
    st.session_state["workbench"] = Workbench(
        workspace, dataset, _applier(workspace, dataset.name, dataset.fingerprint, dataset)
    )


def _open_lf_set(workspace: Workspace) -> None:
    """Choose the LF set; the draft's id stands in the URL so that a reload finds it again."""
    if "draft" not in st.session_state:
        prune(workspace)
        kept = recall(workspace, st.query_params.get("draft", ""))
        # A second tab on the same URL goes on with a copy of its own.
        draft = Draft(kept.base, kept.lf_set, kept.past, kept.future) if kept else open_draft(workspace, _FIRST_SET)
        st.session_state["draft"] = draft
        keep(workspace, draft)
    draft: Draft = st.session_state["draft"]
    names = list_sets(workspace)
    chosen = st.selectbox("LF set", names, index=names.index(draft.base.name), key=f"lf_set_{draft.base.name}")
    if chosen != draft.base.name:
        st.session_state["draft"] = draft = open_draft(workspace, chosen)
        keep(workspace, draft)
        st.session_state.pop("selected_lf", None)
        st.rerun()
    if st.query_params.get("draft") != draft.id:
        st.query_params["draft"] = draft.id


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept(workspace: Workspace, name: str, fingerprint: str, _dataset: Dataset) -> Dataset:
    return _dataset


def _dataset(workspace: Workspace, name: str) -> Dataset:
    """The dataset as it is now, its parts read once for all tabs."""
    dataset = open_dataset(workspace, name)
    return _kept(workspace, name, dataset.fingerprint, dataset)


@st.cache_resource(max_entries=4, show_spinner=False)
def _applier(workspace: Workspace, name: str, fingerprint: str, _dataset: Dataset) -> Applier:
    return Applier(_dataset, background=True)
