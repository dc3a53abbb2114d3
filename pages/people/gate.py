"""The gate: without signing in, where that is asked for, nobody gets a page, a file or an answer."""

import json
from typing import Any

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.people.person import role, role_by, signs_in
from pages.shared import fmt

_GUARDED = ("/media/", "/_stcore/upload_file", "/_stcore/metrics")  # what holds data; the rest is the same for all


def admit() -> None:
    """Go on with who signed in and has a role; others see how to, and no page runs."""
    if not signs_in():
        return
    if not st.user.is_logged_in:
        st.title("Weakrec Workbench", anchor=False)
        st.button("Sign in", icon=":material/login:", type="primary", key="sign_in", on_click=st.login)
        st.stop()
    if role() is None:
        st.title("Weakrec Workbench", anchor=False)
        who = fmt.literal(str(st.user.get("email") or st.user.get("name") or "You"))
        st.warning(f"{who} has no access here: ask the operator of this workbench for it.", icon=":material/lock:")
        st.button("Sign out", icon=":material/logout:", key="sign_out", on_click=st.logout)
        st.stop()


class SignedInOnly:
    """Refuses files that pages offer, and uploads, to requests without the cookie of a sign-in, and to who has no role.

    Streamlit itself asks for it with web sockets, which pages come through, and with nothing else.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = None
        if scope["type"] == "http" and any(part in scope["path"] for part in _GUARDED) and signs_in():
            refused = _refused(_claims(HTTPConnection(scope)))
        await (refused or self.app)(scope, receive, send)


def _refused(claims: dict[str, Any]) -> PlainTextResponse | None:
    if claims.get("is_logged_in") is not True:
        return PlainTextResponse("Sign in first.", 401)
    return PlainTextResponse("You have no access here.", 403) if role_by(claims) is None else None


def _claims(request: HTTPConnection) -> dict[str, Any]:
    """What the cookie of a sign-in says; nothing where there is none, or it is altered or too old."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import AUTH_COOKIE_NAME, get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

    def one(name: str) -> bytes | None:
        value = request.cookies.get(name)
        return None if value is None else decode_signed_value(get_cookie_secret(), name, value.encode("latin-1"))

    cookie = get_cookie_with_chunks(one, AUTH_COOKIE_NAME)
    return {} if cookie is None else dict(json.loads(cookie))
