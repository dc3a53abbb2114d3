"""A run by a link: made and revoked on Results, and what its bearer gets to see."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.share import links, share
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]
NO_READER = {"k": "10"}  # no model is loaded for a reader without books


@pytest.fixture
def runs(demo_workspace: Workspace, prepared_runs: Path) -> Iterator[list[Run]]:
    shutil.copytree(prepared_runs / "runs", demo_workspace.root / "runs", dirs_exist_ok=True)
    yield list_runs(demo_workspace)
    for kept in ("runs", "looks", "shares"):
        shutil.rmtree(demo_workspace.root / kept, ignore_errors=True)


def test_made_shown_once_and_revoked(open_page: OpenPage, runs: list[Run], demo_workspace: Workspace) -> None:
    app = open_page("pages/results/page.py", run=runs[0].id)
    app.button("share_make").click().run()
    (link,) = links(demo_workspace, runs[0].id)
    assert not app.exception and "/?share=" in app.code[0].value
    secret = app.code[0].value.partition("=")[2]
    app.run()
    assert not app.code and any(link.id in m.value for m in app.markdown)
    bearer = open_page(share=secret, **NO_READER)
    assert bearer.title[0].value == f"Run {runs[0].id}" and not bearer.error
    app.button(f"revoke_{link.id}").click().run()
    assert links(demo_workspace) == [] and not app.exception
    bearer.run()
    assert "does not open anything" in bearer.error[0].value and not bearer.title


def test_who_may_only_look_shares_nothing(
    open_page: OpenPage, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    app = open_page("pages/results/page.py", run=runs[0].id)
    assert not app.exception and not any(b.key == "share_make" for b in app.button)


def test_a_link_shows_its_run_alone(open_page: OpenPage, runs: list[Run]) -> None:
    """Whatever else the address asks for; and no page but this one, no dataset, no LF set."""
    secret, _ = share(runs[0], 7)
    asked = {
        "share": secret,
        "run": runs[1].id,
        "beside": runs[1].id,
        "dataset": "other",
        "draft": "0" * 16,
        **NO_READER,
    }
    for page in ("workbench.py", "pages/results/page.py", "pages/data/page.py", "pages/activity/page.py"):
        app = open_page(page, **asked)
        assert app.title[0].value == f"Run {runs[0].id}" and not app.error
        drawn = str([element.proto for element in app.main])
        assert runs[0].id in drawn and runs[1].id not in drawn and not app.sidebar.children
        assert {s.key for s in app.selectbox} == {"rec_k"}


def test_the_report_is_below_the_path_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.share import report

    assert report.route().path == "/shared/report"
    monkeypatch.setattr(report.st, "get_option", {"server.baseUrlPath": "/team/weakrec/"}.get)
    assert report.route().path == report.address() == "/team/weakrec/shared/report"
