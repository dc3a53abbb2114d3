"""The presentation: a run's slides one at a time, and what is said where there is no run."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from weakrec_core.runs import test_looks
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

PAGE = "pages/presentation/page.py"
OpenPage = Callable[..., AppTest]


@pytest.fixture
def runs(demo_workspace: Workspace, prepared_runs: Path) -> Iterator[list[Run]]:
    shutil.copytree(prepared_runs / "runs", demo_workspace.root / "runs", dirs_exist_ok=True)
    yield list_runs(demo_workspace)
    for kept in ("runs", "looks"):
        shutil.rmtree(demo_workspace.root / kept)


def slide(app: AppTest) -> str:
    return next(e.proto.body for e in app.get("html") if "<section" in e.proto.body)


def test_slides_are_turned_and_left(open_page: OpenPage, runs: list[Run]) -> None:
    app = open_page(PAGE, run=runs[0].id)
    assert "slide-problem" in slide(app) and runs[0].id in slide(app)
    assert app.button(key="icon_back").disabled
    assert test_looks.seen(runs[0])
    app.button(key="icon_on").click().run()
    assert "slide-data" in slide(app) and app.query_params["slide"] in ("2", ["2"])
    for at, name in ((6, "reader"), (99, "limits")):
        app.query_params["slide"] = str(at)
        app.run()
        assert f"slide-{name}" in slide(app)
    assert app.button(key="icon_on").disabled
    app.button(key="icon_close").click().run()
    assert not app.exception and app.title[0].value == "Results"
    assert app.query_params["run"] in (runs[0].id, [runs[0].id])


def test_a_run_that_is_not_there(open_page: OpenPage) -> None:
    assert "There is no run 'gone' (any more)." in open_page(PAGE, run="gone").error[0].value.replace("\\", "")
    assert "no finished run" in open_page(PAGE).error[0].value
