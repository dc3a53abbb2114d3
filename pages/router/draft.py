"""The draft that a tab edits: its LF set is chosen in the sidebar, its id stands in the address."""

from contextlib import suppress

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared import fmt
from pages.shared.address import DRAFT
from pages.shared.errors import plain_sentence, sentence
from pages.shared.workbench import put_draft, refresh_widgets, why_not_kept
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.labeling.drafts import Draft, open_draft, prune, recall
from weakrec_core.labeling.versions import list_sets, version_numbers
from weakrec_core.workspace import Workspace

_FIRST_SET = "tutorial"
_TO_TELL, _TOLD = "draft_to_tell", "draft_told"


def current_draft(workspace: Workspace) -> Draft:
    """The draft of the address; where it names none that can be used, that of the session, or a fresh one.

    A tab that is loaded anew goes on with its draft. A second tab on the same address goes on with a copy of its own:
    two that write to one draft would undo each other's edits. What is not as the address says is told.
    """
    held: Draft | None = st.session_state.get("draft")
    asked = st.query_params.get(DRAFT, "")
    if held is not None and asked in ("", held.id):
        draft = held
    else:
        recalled = recall(workspace, asked)
        draft = recalled or held or _first_draft(workspace)
        if asked and recalled is None:
            _tell(f"There is no draft {asked!r} (any more): LF set {_named(draft)} is open instead.")
    if not _hold(draft.id):
        draft = Draft(draft.base, draft.lf_set, draft.past, draft.future)
        _hold(draft.id)
        _tell(
            f"These edits of {draft.base.name} are open in another tab, too: this one goes on with a copy, and what is edited "
            "in one does not reach the other. Save a version to share it."
        )
    if draft is not held:
        put_draft(workspace, draft)
        if held is None:
            with suppress(OSError):  # a workspace that may only be read
                prune(workspace)
        else:
            refresh_widgets()
    for said in st.session_state.pop(_TO_TELL, ()):
        st.warning(said, icon=":material/info:")
    if (why := why_not_kept()) is not None:
        st.warning(f"Edits are gone when this tab is closed: {sentence(why)}", icon=":material/info:")
    return draft


def choose_lf_set(workspace: Workspace, draft: Draft) -> None:
    """The widget; a choice opens a fresh draft."""
    st.session_state["lf_set"] = draft.base.name
    names = dict.fromkeys([*list_sets(workspace), draft.base.name])  # renamed in another tab, it goes on here
    st.selectbox("LF set", list(names), key="lf_set", on_change=_choose, args=(workspace,))


def open_lf_set(workspace: Workspace, name: str) -> None:
    """Go on with a fresh draft of another LF set; nothing changes where none of its versions can be read."""
    draft = _newest(workspace, name)
    if draft is None:
        return
    _hold(draft.id)
    put_draft(workspace, draft)
    refresh_widgets()
    st.session_state.pop("selected_lf", None)
    st.query_params[DRAFT] = draft.id


def _choose(workspace: Workspace) -> None:
    open_lf_set(workspace, st.session_state["lf_set"])


def _first_draft(workspace: Workspace) -> Draft:
    """A fresh draft of the tutorial's set, or of the first one that can be read."""
    for name in dict.fromkeys([_FIRST_SET, *list_sets(workspace)]):
        if (draft := _newest(workspace, name)) is not None:
            return draft
    raise SpecError("There is no LF set that can be read; those shipped with the workbench are missing.")


def _newest(workspace: Workspace, name: str) -> Draft | None:
    """A fresh draft of the newest version that can be read; those that cannot are told, each once."""
    for number in reversed(version_numbers(workspace, name)):
        try:
            return open_draft(workspace, name, number)
        except WeakrecError as e:
            _tell(f"{plain_sentence(e)} LF set {name} v{number} is left out.", once=True)
    return None


def _named(draft: Draft) -> str:
    return f"{draft.base.name} v{draft.base.number}"


def _tell(said: str, once: bool = False) -> None:
    """Let the page that is drawn next say something."""
    told = st.session_state.setdefault(_TOLD, set())
    if not (once and said in told):
        told.add(said)
        st.session_state.setdefault(_TO_TELL, []).append(fmt.literal(said))


@st.cache_resource(show_spinner=False)
def _holders() -> dict[str, str]:
    """The session that edits each draft."""
    return {}


def _hold(draft_id: str) -> bool:
    """Let this session hold a draft, unless another one does whose tab is open."""
    context = get_script_run_ctx()
    assert context is not None
    holder = _holders().get(draft_id, context.session_id)
    if holder != context.session_id and get_instance().is_active_session(holder):
        return False
    _holders()[draft_id] = context.session_id
    return True
