"""Runs of these tests are not there for others."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module", autouse=True)
def no_runs_left(session_home: Path) -> Iterator[None]:
    yield
    shutil.rmtree(session_home / "runs", ignore_errors=True)
