"""The report of a run as a page of its own, for who follows a link to the run."""

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

# The report asks no host for anything, and its scripts are those of a page without an origin: they reach no cookie.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox allow-scripts allow-downloads; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; font-src data:",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def address() -> str:
    """Where it is, below the path that the server is told to be under."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/shared/report" if base else "/shared/report"


def report(request: Request) -> Response:
    """The report, or a sentence."""
    from pages.presentation.deck import lists_of
    from pages.shared.errors import plain_sentence
    from weakrec_core.access import acting_as
    from weakrec_core.errors import WeakrecError
    from weakrec_core.runs.report import render_report
    from weakrec_core.runs.share import PARAMETER, shared_run
    from weakrec_core.workspace import Workspace

    try:
        run, bearer, _ = shared_run(Workspace.from_environment(), request.query_params.get(PARAMETER, ""))
        with acting_as(bearer):
            return HTMLResponse(render_report(run, lists_of(run)), headers=_HEADERS)
    except WeakrecError as e:
        return PlainTextResponse(plain_sentence(e), 404, headers=_HEADERS)


def route() -> Route:
    """For the app."""
    return Route(address(), report, methods=["GET"])
