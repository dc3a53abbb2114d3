"""What every page starts with: the open dataset and the LF set being edited."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import streamlit as st

from pages.shared import fmt
from weakrec_core.access import acting_as, at_work
from weakrec_core.data.dataset import Dataset
from weakrec_core.engine.sampled_train import counted, on_same_rows
from weakrec_core.error_analysis.changes import RowChanges, row_changes
from weakrec_core.errors import LabelModelError, SpecError, WeakrecError, os_sentence
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.drafts import Draft, keep
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.limits import LF_OWNER_CHARACTERS
from weakrec_core.workspace import Workspace

_WRITING = "draft_being_written"
_writers = ThreadPoolExecutor(8, thread_name_prefix="drafts")


@dataclass(eq=False)
class Workbench:
    """The workspace, and the dataset and the LF set that are open in this browser tab.

    Where `dataset` has more train rows than pages read, LFs are applied to a sample of them: `applier.dataset`.
    """

    workspace: Workspace
    dataset: Dataset
    applier: Applier
    _applied: dict[str, AppliedSet] = field(default_factory=dict)
    _changes: tuple[AppliedSet, AppliedSet, RowChanges | None] | None = None

    @property
    def draft(self) -> Draft:
        draft: Draft = st.session_state["draft"]
        return draft

    @draft.setter
    def draft(self, draft: Draft) -> None:
        if draft is not st.session_state.get("draft"):
            put_draft(self.workspace, draft)

    @property
    def applied(self) -> AppliedSet:
        """The draft's set, LFs that cannot be applied switched off: what label models and training work on."""
        return self._of_usable("draft", self.draft.lf_set)

    @property
    def saved(self) -> AppliedSet:
        """The same of the version that the draft started from."""
        return self._of_usable("saved", self.draft.base.lf_set)

    def _of_usable(self, which: str, lf_set: LFSet) -> AppliedSet:
        """Asked for by every part of a page: to go through all LFs takes milliseconds each time."""
        if which not in self._applied or self._applied[which].lf_set is not lf_set:
            self._applied[which] = self.applied_of(lf_set)
        return self._applied[which]

    def applied_of(self, lf_set: LFSet) -> AppliedSet:
        """What can be applied of a set; where train is looked at by a sample, with what is known of all of it."""
        return counted(self.applier.of_usable(lf_set))

    @property
    def changes(self) -> RowChanges | None:
        """What the edits do to dev since the saved version, by the label model of the bar; None without edits or without gold.

        Asked for by the bar and by the rows under it, in the same run of the page.
        """
        saved, applied = self.saved, self.applied
        if self._changes is None or self._changes[0] is not saved or self._changes[1] is not applied:
            self._changes = saved, applied, _changes(saved, applied)
        return self._changes[2]

    @property
    def revision(self) -> int:
        """Part of the keys of editing widgets: it goes up when their values change from elsewhere."""
        return int(st.session_state.setdefault("revision", 0))

    def edit(self, lfs: tuple[LF, ...]) -> None:
        """Put an edit on the draft."""
        self.draft = self.draft.edit(LFSet(name=self.draft.lf_set.name, lfs=lfs))

    def add(self, lfs: tuple[LF, ...]) -> None:
        """`edit` with new LFs among these: who is at work is their owner."""
        there, me = {lf.name for lf in self.draft.lf_set.lfs}, at_work().name
        owned = {"owner": me[:LF_OWNER_CHARACTERS]}
        self.edit(tuple(lf if lf.name in there or lf.owner else lf.model_copy(update=owned) for lf in lfs))

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
            st.error(f"{fmt.literal(problem[1])} The last valid state stays in force.", icon=":material/error:")

    def refresh_widgets(self) -> None:
        """Let editing widgets show the draft's values anew."""
        refresh_widgets()


def _changes(saved: AppliedSet, applied: AppliedSet) -> RowChanges | None:
    if applied.key == saved.key:
        return None
    try:
        return row_changes(*on_same_rows(saved, applied))
    except LabelModelError:
        return None


def put_draft(workspace: Workspace, draft: Draft) -> None:
    """Go on with a draft, which is written down meanwhile: until the disk has it, half of an edit can be drawn."""
    why_not_kept()  # of two edits the later one is written last
    person = at_work()

    def write() -> None:
        with acting_as(person):
            keep(workspace, draft)

    st.session_state["draft"] = draft
    st.session_state[_WRITING] = _writers.submit(write)


def why_not_kept() -> str | None:
    """Once the draft is written down None; where it cannot be, it lives as long as its tab, and this says why."""
    try:
        if _WRITING in st.session_state:
            st.session_state[_WRITING].result()
    except OSError as e:  # a workspace that may only be read, or is full
        return os_sentence(e)
    except WeakrecError as e:
        return str(e)
    return None


def refresh_widgets() -> None:
    """Let editing widgets show the draft's values anew."""
    st.session_state["revision"] = st.session_state.get("revision", 0) + 1
    st.session_state["edit_problem"] = None


def opened() -> Workbench:
    """What the router has opened for this tab."""
    wb: Workbench = st.session_state["workbench"]
    return wb


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"
