"""Libraries are loaded by the server before a page needs them."""

import subprocess
import sys
from threading import Event

import pytest

from pages.router import libraries
from tests.app.conftest import PROJECT


def test_what_pages_need_is_loaded_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "_all_loaded", Event())
    libraries.wait_for_library()  # where no server has begun, nobody waits
    thread = libraries.load_libraries()
    libraries.wait_for_library()
    assert {*libraries._EVERY_PAGE} <= sys.modules.keys()
    libraries.page_is_shown()
    thread.join(60)
    assert {*libraries._SOME_PAGES} <= sys.modules.keys()


def test_the_first_page_waits_for_no_library_that_it_does_not_need() -> None:
    script = "import sys; from importlib import import_module; from pages.router.libraries import _EVERY_PAGE\n"
    script += "for name in _EVERY_PAGE: import_module(name)\n"
    script += "print(sorted({'altair', 'duckdb', 'scipy', 'snorkel', 'tensorflow', 'torch'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
