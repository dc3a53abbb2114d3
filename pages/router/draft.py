"""The draft that a tab edits: its LF set is chosen in the sidebar, its id stands in the address."""

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared.address import DRAFT
from pages.shared.workbench import refresh_widgets
from weakrec_core.labeling.drafts import Draft, keep, open_draft, prune, recall
from weakrec_core.labeling.versions import list_sets
from weakrec_core.workspace import Workspace

_FIRST_SET = "tutorial"


def current_draft(workspace: Workspace) -> Draft:
    """The draft of the address; where it names none that can be used, that of the session, or a fresh one.

    A tab that is loaded anew goes on with its draft. A second tab on the same address goes on with a copy of its own:
    two that write to one draft would undo each other's edits.
    """
    held: Draft | None = st.session_state.get("draft")
    asked = st.query_params.get(DRAFT, "")
    if held is not None and asked in ("", held.id):
        draft = held
    else:
        draft = recall(workspace, asked) or held or open_draft(workspace, _FIRST_SET)
    if not _hold(draft.id):
        draft = Draft(draft.base, draft.lf_set, draft.past, draft.future)
        _hold(draft.id)
    if draft is not held:
        _put(workspace, draft)
        if held is None:
            prune(workspace)
        else:
            refresh_widgets()
    return draft


def choose_lf_set(workspace: Workspace, draft: Draft) -> None:
    """The widget; a choice opens a fresh draft."""
    st.session_state["lf_set"] = draft.base.name
    st.selectbox("LF set", list_sets(workspace), key="lf_set", on_change=_choose, args=(workspace,))


def open_lf_set(workspace: Workspace, name: str) -> None:
    """Go on with a fresh draft of another LF set."""
    draft = open_draft(workspace, name)
    _hold(draft.id)
    _put(workspace, draft)
    refresh_widgets()
    st.session_state.pop("selected_lf", None)
    st.query_params[DRAFT] = draft.id


def _choose(workspace: Workspace) -> None:
    open_lf_set(workspace, st.session_state["lf_set"])


def _put(workspace: Workspace, draft: Draft) -> None:
    st.session_state["draft"] = draft
    keep(workspace, draft)


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
