"""Libraries are loaded by the server before a page needs them."""

import sys

from pages.router import libraries


def test_what_pages_need_is_loaded_ahead() -> None:
    libraries.wait_for_library()  # where no server has begun, nobody waits
    thread = libraries.load_libraries()
    libraries.wait_for_library()
    assert {*libraries._EVERY_PAGE} <= sys.modules.keys()
    libraries.page_is_shown()
    thread.join(60)
    assert {*libraries._SOME_PAGES} <= sys.modules.keys()
