"""Who is at work: who signed in, where the operator has set sign-in up, with the role that the operator gave them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared import fmt
from weakrec_core.access import Person, Role, at_work, identify_by, role_of


@cache
def signs_in() -> bool:
    """Whether people have to sign in: Streamlit's secrets have a section ``[auth]`` when the server is first asked."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def role() -> Role | None:
    """What who signed in may do, by the section ``[weakrec.roles]`` of the secrets; a viewer where there is none."""
    return role_by(st.user.to_dict())


def role_by(claims: Mapping[str, Any]) -> Role | None:
    """The same of who the identity provider says this of."""
    given = st.secrets.get("weakrec", {}).get("roles")
    return Role.VIEWER if given is None else role_of(claims, given)


def _of_this_tab() -> Person | None:
    if not signs_in():
        return None
    if get_script_run_ctx(suppress_warning=True) is None or not st.user.is_logged_in:
        return Person(Role.VIEWER)  # a thread of no tab writes only for whom it says (`access.acting_as`)
    return Person(role() or Role.VIEWER, str(st.user.get("email") or st.user.get("name") or st.user.get("sub")))


identify_by(_of_this_tab)


def show_person() -> None:
    """In the sidebar: who signed in, with the way out; to who may only look, what that means."""
    person = at_work()
    name = fmt.literal(person.name)
    if person.role < Role.EDITOR:
        st.caption(
            f":material/lock: {f'{name}: r' if name else 'R'}eading only",
            help="Look, filter, try LFs and thresholds, get recommendations: what you edit lives in this tab, and nothing is saved",
        )
    elif name:
        st.caption(f":material/person: {name}, {person.role.name.lower()}")
    if signs_in():
        st.button("Sign out", icon=":material/logout:", type="tertiary", key="sign_out", on_click=st.logout)
