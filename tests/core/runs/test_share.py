"""Links to a run: what is kept of them, what they open, and when no more."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Done
from weakrec_core import access
from weakrec_core.access import AccessError, Person, Role, acting_as
from weakrec_core.activity import entries
from weakrec_core.data.dataset import list_datasets, open_dataset
from weakrec_core.errors import RunError
from weakrec_core.labeling.versions import list_sets, load_version
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.share import ShareLink, address, links, revoke, share, shared_run
from weakrec_core.runs.store import Run, open_run
from weakrec_core.serving.worker import dataset_of
from weakrec_core.workspace import Workspace

REFUSED = "^This link does not open anything"


@pytest.fixture
def runs(prepared_runs: Path, workspace: Workspace) -> list[Run]:
    """Two finished runs and their dataset."""
    for kept in ("runs", "datasets", "cache"):
        shutil.copytree(prepared_runs / kept, workspace.root / kept)
    return list_runs(workspace)


def test_the_secret_is_kept_nowhere(runs: list[Run], workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_identify", [lambda: Person(Role.EDITOR, "ada@example.org")])
    secret, link = share(runs[0], 7)
    other, _ = share(runs[0], 7)
    assert len(secret) >= 43 and secret != other
    kept = b"".join(path.read_bytes() for path in workspace.root.rglob("*") if path.is_file())
    assert secret.encode() not in kept and link.digest.encode() in kept
    assert (link.by, link.run, link.until - link.made) == ("ada@example.org", runs[0].id, timedelta(days=7))
    assert shared_run(workspace, secret)[0] == runs[0]
    assert address("https://workbench.example.org/", secret) == f"https://workbench.example.org/?share={secret}"
    newest = entries(workspace).iloc[0]
    assert (newest["who"], newest["what"]) == ("ada@example.org", "shared run") and link.run in newest["subject"]


def test_what_opens_nothing(runs: list[Run], workspace: Workspace) -> None:
    secret, link = share(runs[0], 1)
    kept = workspace.shares / f"{link.id}.json"
    for wrong in ("", secret[:-1], secret + "a", secret.swapcase(), link.id, link.digest, "é\ud800", "../runs"):
        with pytest.raises(RunError, match=REFUSED):
            shared_run(workspace, wrong)
    past = json.loads(kept.read_text()) | {"until": str(datetime.now(UTC) - timedelta(seconds=1))}
    whole = kept.read_text()
    for content in (json.dumps(past), "{", whole.replace(link.run, "gone"), whole.replace(link.digest[:9], "0" * 9)):
        kept.write_text(content)
        with pytest.raises(RunError, match=REFUSED):
            shared_run(workspace, secret)
    kept.write_text(whole)
    assert shared_run(workspace, secret)[0] == runs[0]
    revoke(workspace, link.id)
    with pytest.raises(RunError, match=REFUSED):
        shared_run(workspace, secret)
    assert links(workspace) == [] and entries(workspace)["what"].iloc[0] == "revoked link"
    with pytest.raises(RunError, match="There is no link 'abc'"):
        revoke(workspace, "abc")


def test_its_bearer_sees_the_run_and_nothing_else(runs: list[Run], workspace: Workspace) -> None:
    run, bearer, _ = shared_run(workspace, share(runs[0], 7)[0])
    with acting_as(bearer):
        assert list_runs(workspace) == [run] and list_datasets(workspace) == ["demo"] and list_sets(workspace) == []
        assert dataset_of(run).name == "demo"
        for look in (
            lambda: open_run(workspace, runs[1].id),
            lambda: open_dataset(workspace, "another"),
            lambda: load_version(workspace, "tutorial"),
        ):
            with pytest.raises(AccessError, match="one run and nothing else"):
                look()
        for write in (lambda: share(run, 7), lambda: run.describe(name="mine"), lambda: revoke(workspace, "abc")):
            with pytest.raises(AccessError, match=r"link \w+ is a viewer"):
                write()


def test_by_command(runs: list[Run], cli: object) -> None:
    run = runs[0].id

    def done(*arguments: object) -> Done:
        return cli("share", *arguments)  # type: ignore[operator,no-any-return]

    made = done("make", run, "--days", 30, "--server", "https://w.example.org", "--json").json
    assert made["url"].startswith("https://w.example.org/?share=") and "digest" not in made
    assert done("make", run).out.startswith("http://127.0.0.1:8501/?share=")
    found = done("list", "--run", run, "--json").json
    assert (
        made["id"] in [link["id"] for link in found] and len(found) == 2 and not any("digest" in link for link in found)
    )
    assert f"{made['id']}  {run}  good until " in done("list").out
    assert done("revoke", made["id"]).status == 0
    assert done("list", "--run", runs[1].id).out == "" and made["id"] not in done("list").out
    for arguments in (("make", "gone"), ("make", run, "--days", 0), ("revoke", made["id"])):
        refused = done(*arguments)
        assert refused.status == 2 and refused.err.startswith("error: ")


def test_a_link_is_for_a_finished_run_and_for_a_while(runs: list[Run]) -> None:
    with pytest.raises(RunError, match="1 to 90 days, not 91"):
        share(runs[0], 91)
    (runs[0].path / "result.json").unlink()
    with pytest.raises(RunError, match="no result"):
        share(runs[0], 7)
    assert ShareLink.model_fields.keys() == {"id", "digest", "run", "by", "made", "until"}
