"""What every page starts with: title, first run, the open dataset and the LF set being edited."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.data.ingest.ingest_jobs import job_status, start_demo_job
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.drafts import Draft, keep, open_draft, recall
from weakrec_core.labeling.spec import LF, LFSet, parse_lf
from weakrec_core.labeling.versions import list_sets
from weakrec_core.workspace import Workspace

_FIRST_SET = "tutorial"
_SIDEBAR_WIDTH = 220
# Streamlit's wide layout leaves 80 px on each side, and a width asked of the sidebar is not always kept: too much for a
# table of 14 columns at 1280 px.
_ROOM = f"""<style>
[data-testid="stMainBlockContainer"] {{padding: 4.4rem 1.2rem 3rem 1.2rem}}
[data-testid="stSidebar"][data-collapsed="false"] {{width: {_SIDEBAR_WIDTH}px !important}}
</style>"""


@dataclass(eq=False)
class Workbench:
    """The workspace, and the dataset and the LF set that are open in this browser tab."""

    workspace: Workspace
    dataset: Dataset
    applier: Applier

    @property
    def draft(self) -> Draft:
        return st.session_state["draft"]

    @draft.setter
    def draft(self, draft: Draft) -> None:
        if draft is not st.session_state.get("draft"):
            st.session_state["draft"] = draft
            keep(self.workspace, draft)

    @property
    def lf_set(self) -> LFSet:
        """The draft's set, LFs that cannot be applied switched off: what label models and training work on."""
        return self.applier.usable(self.draft.lf_set)

    @property
    def revision(self) -> int:
        """Part of the keys of editing widgets: it goes up when their values change from elsewhere."""
        return st.session_state.setdefault("revision", 0)

    def edit(self, lfs: tuple[LF, ...]) -> None:
        """Put an edit on the draft."""
        self.draft = self.draft.edit(LFSet(name=self.draft.lf_set.name, lfs=lfs))

    def replace(self, name: str, lf: LF) -> None:
        """Put a changed LF in the place of the one called `name`."""
        self.edit(tuple(lf if old.name == name else old for old in self.draft.lf_set.lfs))

    def change(self, lf: LF, **changes: object) -> None:
        """Change fields of an LF; if that is not valid, the last valid state stays and the problem is shown."""
        try:
            self.replace(lf.name, parse_lf(lf.model_dump() | changes))
            st.session_state["edit_problem"] = None
        except SpecError as e:
            st.session_state["edit_problem"] = (lf.name, str(e))

    def show_edit_problem(self, name: str) -> None:
        """The box that says why the last edit of an LF was not taken."""
        problem = st.session_state.get("edit_problem")
        if problem and problem[0] == name:
            st.error(f"{problem[1]} The last valid state stays in force.", icon=":material/error:")

    def refresh_widgets(self) -> None:
        """Let editing widgets show the draft's values anew."""
        st.session_state["revision"] = self.revision + 1
        st.session_state["edit_problem"] = None


def page_setup(title: str) -> Workbench:
    """Set the page up and open what the tab works on; shows the first run's progress until there is data."""
    st.set_page_config(
        page_title=f"{title} · Weakrec Workbench",
        page_icon=":material/menu_book:",
        layout="wide",
    )
    st.html(_ROOM)
    workspace = Workspace.from_environment()
    names = list_datasets(workspace)
    demo = job_status(workspace, "demo")
    if not names or (names == ["demo"] and demo is not None and not demo.done):
        _first_run(workspace)
        st.stop()
    with st.sidebar:
        name = st.selectbox("Dataset", names, key="dataset", bind="query-params")
        try:
            dataset = _dataset(workspace, name)
        except WeakrecError as e:
            st.error(str(e))
            st.stop()
        sizes = " · ".join(f"{dataset.n_rows(split):,} {split}" for split in ("dev", "train", "valid", "test"))
        st.caption(f"{sizes} rows")
        _open_lf_set(workspace)
    return Workbench(workspace, dataset, _applier(workspace, dataset.name, dataset.fingerprint))


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show what the library refuses as an error box."""
    try:
        yield
    except WeakrecError as e:
        st.error(str(e), icon=":material/error:")


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def _open_lf_set(workspace: Workspace) -> None:
    """Choose the LF set; the draft's id stands in the URL so that a reload finds it again."""
    if "draft" not in st.session_state:
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
def _opened(workspace: Workspace, name: str, fingerprint: str) -> Dataset:
    return open_dataset(workspace, name)


def _dataset(workspace: Workspace, name: str) -> Dataset:
    return _opened(workspace, name, open_dataset(workspace, name).fingerprint)


@st.cache_resource(max_entries=4, show_spinner=False)
def _applier(workspace: Workspace, name: str, fingerprint: str) -> Applier:
    return Applier(_opened(workspace, name, fingerprint), background=True)


@st.fragment(run_every=0.5)
def _first_run(workspace: Workspace) -> None:
    status = job_status(workspace, "demo")
    if status is None:
        start_demo_job(workspace)
        status = job_status(workspace, "demo")
    assert status is not None
    if status.done:
        st.rerun(scope="app")
    st.title("Weakrec Workbench")
    if status.error:
        st.error(f"The demo data could not be made: {status.error}")
        if st.button("Try again", icon=":material/refresh:"):
            start_demo_job(workspace)
    else:
        st.write(
            "First start: making a synthetic demo dataset of readers, books and reviews. This takes about ten seconds."
        )
        st.progress(status.fraction, text=status.message)
