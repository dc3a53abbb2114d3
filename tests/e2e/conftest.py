"""Browser tests share one server on one workspace. Skipped where no browser is found; in CI that is an error."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.e2e.browser import BROWSERS, browsing, executable, serving, window


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        message = f"No browser found ({', '.join(BROWSERS)}): install chromium to run the browser tests."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with browsing(path, "--process-per-site") as browser:
        yield browser


@pytest.fixture(scope="session")
def workspace_dir(prepared_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that the server serves: a small demo and two finished runs."""
    return Path(shutil.copytree(prepared_runs, tmp_path_factory.mktemp("workspace"), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def runs(prepared_runs: Path) -> list[str]:
    """Ids of the two finished runs, older first."""
    return sorted(path.name for path in (prepared_runs / "runs").glob("[!.]*"))


@pytest.fixture(scope="session")
def leftover(workspace_dir: Path) -> Path:
    """A file that a process was writing when it was killed, two hours ago."""
    path = workspace_dir / "drafts" / ".a.json.123.456.tmp"
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.utime(path, (path.stat().st_mtime - 7200,) * 2)
    return path


@pytest.fixture(scope="session")
def server(workspace_dir: Path, leftover: Path) -> Iterator[str]:
    """The workbench on a workspace with a demo and two runs."""
    with serving(workspace_dir) as url:
        yield url


@pytest.fixture(scope="session")
def context(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """One window for all tests, whose cache spares each the loading of Streamlit's scripts.

    A tab that stays open keeps the process of all others, which has compiled them.
    """
    with window(browser) as context:
        context.new_page().goto(f"{server}/_stcore/health")
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A fresh tab; neither it nor one that it opens asks another host for anything."""
    asked: set[str] = set()

    def ask(request: Request) -> None:
        asked.add(request.url)

    def watch(opened: Page) -> None:
        opened.on("websocket", lambda socket: asked.add(socket.url))

    context.on("request", ask)
    context.on("page", watch)
    yield context.new_page()
    for page in context.pages[1:]:  # those that the test has opened, too
        page.close()
    context.remove_listener("request", ask)
    context.remove_listener("page", watch)
    assert {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))} == {"127.0.0.1"}
