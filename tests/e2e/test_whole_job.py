"""The main job in a browser: from an empty workspace to a presentation, without a mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.newcomer import Keyboard, walk
from tests.e2e.browser import serving
from weakrec_core.labeling.versions import load_version
from weakrec_core.runs.listing import list_runs
from weakrec_core.workspace import Workspace


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[str]:
    """The workbench on an empty workspace; the demo that it makes on its first start is a small one."""
    with serving(tmp_path, WEAKREC_DEMO_USERS="300") as url:
        yield url


def test_from_an_empty_workspace_to_a_presentation_by_keyboard_alone(
    page: Page, empty_server: str, tmp_path: Path
) -> None:
    page.goto(f"{empty_server}/Data")  # the first address that a server is asked for can be a page
    expect(page).to_have_title("Data · Weakrec Workbench")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Or make the demo")).to_be_visible()

    workspace = Workspace(tmp_path)
    found = walk(page, empty_server, workspace, Keyboard(), epochs=1)
    assert found["auc_after"] > found["auc_before"]
    assert found["presentation_open"]
    assert found["keys"] <= 120, found["steps"]  # popovers and pages take the focus along
    (run,) = list_runs(workspace)
    assert (run.config.lf_set_title, run.config.train["epochs"], run.status.epoch) == ("tutorial v1", 1, 1)
    saved = load_version(workspace, "tutorial")
    assert saved.number == 1
    assert len(saved.lf_set.lfs) > 5
