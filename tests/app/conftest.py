"""Pages run in-process on a small demo dataset."""

import gc
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from pages.shared.errors import LOGGER
from weakrec_core.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def demo_workspace(prepared_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a small demo dataset, shared by the tests of the session."""
    return Workspace(shutil.copytree(prepared_pages, tmp_path_factory.mktemp("app"), dirs_exist_ok=True))


@pytest.fixture(scope="module", autouse=True)
def modules_frozen() -> None:
    """Streamlit collects garbage after every run: as a server does, what has been imported is taken from that."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def packages_scanned_once() -> Iterator[None]:
    """Each AppTest looks through all installed packages for Streamlit components, which takes longer than most pages."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def own_lf_sets(demo_workspace: Workspace) -> None:
    """Saved versions of one test are not there for the next."""
    for path in (demo_workspace.root / "lf_sets").glob("*/*.yaml"):
        path.unlink()


@pytest.fixture(autouse=True)
def nothing_unexpected(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A fault that the pages say in one sentence fails the test; its traceback is in the log."""
    yield
    assert not [r.getMessage() for r in caplog.get_records("call") if r.name == LOGGER]


def opened(page: str = "workbench.py", **query: str) -> AppTest:
    """A page of the workbench in a fresh session, on the workspace of the environment."""
    app = AppTest.from_file(str(PROJECT / "workbench.py"), default_timeout=300)
    app.query_params.update(query)
    if page != "workbench.py":
        # As a link does: before the first run `switch_page` knows no page's address yet.
        app._page_hash = calc_hash(Path(page).parent.name.capitalize())
    app.run()
    assert not app.exception, app.exception
    return app


def open_popover(app: AppTest, name: str) -> AppTest:
    """Open the popover whose key begins with `name`, as a click does: only then it has its content."""
    keys = [block.proto.popover.id.split("-", 2)[-1] for block in app.get("popover")]
    app.session_state[next(key for key in keys if key.startswith(name))] = True
    return app.run()


@pytest.fixture
def open_page(demo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a page of the workbench in a fresh session."""
    monkeypatch.setenv("WEAKREC_HOME", str(demo_workspace.root))
    monkeypatch.chdir(PROJECT)
    return opened
