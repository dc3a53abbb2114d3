"""Entry point of the app, the router: opens what the tab works on, then runs the page of the address.

Streamlit imports this file once for the server that it describes, and runs it as a script whenever a page is drawn.
"""

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pages.router.first_link import load_again_if_first
from pages.router.keyboard import follow_keyboard
from pages.router.libraries import freeze_modules, page_is_shown, wait_for_library
from pages.router.look import set_look
from pages.router.sections import all_sections
from pages.share.link import as_bearer, follows_link, only_page


def main() -> None:
    """Run the app once."""
    set_look()
    shared = follows_link()
    sections = only_page() if shared else all_sections()
    page = st.navigation(sections, position="hidden")
    st.set_page_config(page_title=f"{page.title} · Weakrec Workbench")
    load_again_if_first()
    follow_keyboard(page.title)

    # The library takes a second to load: only now, unless that has begun already.
    wait_for_library()
    from pages.router.opening import open_workbench
    from pages.shared.errors import errors_shown

    freeze_modules()

    from pages.people.gate import admit

    if shared:
        with errors_shown(), as_bearer():
            page.run()
        return
    admit()
    with errors_shown():
        open_workbench(sections, page)
        page.run()
    page_is_shown()


if __name__ == "__main__":
    main()
else:
    from pages.people.gate import SignedInOnly
    from pages.people.own_messages import OwnMessagesOnly
    from pages.router.start import started
    from pages.share.report import route
    from pages.shared.errors import show_error

    # Streamlit itself checks the host of web sockets only: another site's name, led here, would read all the rest.
    hosts = st.get_option("server.allowedHosts") or ["*"]
    known = Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    middleware = [known, Middleware(SignedInOnly), Middleware(OwnMessagesOnly)]
    app = st.App(__file__, lifespan=started, routes=[route()], middleware=middleware, on_script_error=show_error)
