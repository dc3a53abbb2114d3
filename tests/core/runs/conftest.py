"""Runs of these tests are not there for others."""

import shutil
from collections.abc import Iterator

import pytest

from weakrec_core.workspace import Workspace


@pytest.fixture(scope="module", autouse=True)
def no_runs_left(session_workspace: Workspace) -> Iterator[None]:
    yield
    shutil.rmtree(session_workspace.runs, ignore_errors=True)
