"""What doctor finds, and how it says it."""

import socket
from collections.abc import Callable
from importlib import metadata
from typing import Any

import pytest
from filelock import FileLock

from weakrec_core import doctor
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import save_version
from weakrec_core.workspace import Workspace


@pytest.fixture
def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def by_subject(workspace: Workspace, port: int) -> dict[str, doctor.Finding]:
    return {found.subject: found for found in doctor.examine(workspace, port)}


def test_a_new_workspace_is_well(workspace: Workspace, free_port: int) -> None:
    found = by_subject(workspace, free_port)
    assert [one for one in found.values() if one.state == "bad"] == []
    assert found["libraries"].said.startswith("Python 3.")
    assert found["workspace"].said.endswith("does not exist yet; the first start makes it.")
    assert found["datasets"].said == "None yet."
    assert found["server"].todo == "Start it: weakrec open."
    assert not workspace.root.exists()  # a look changes nothing


def test_what_is_damaged_is_named_with_what_to_do(
    make_dataset: Callable[..., Any], workspace: Workspace, tutorial: LFSet, free_port: int
) -> None:
    dataset = make_dataset(["good", "bad"])
    (dataset.path / "dataset.json").write_text("{")
    save_version(workspace, tutorial, 0)
    (workspace.lf_sets / "tutorial" / "v0001.yaml").write_text("lfs: 7")
    (workspace.runs / "20260101-000000-abcd").mkdir(parents=True)
    (workspace.runs / "20260101-000000-abcd" / "config.json").write_text("[")
    with FileLock(workspace.root / "some.lock"):
        found = by_subject(workspace, free_port)
    assert found["locks"].said.startswith("Held at the moment: ") and found["locks"].said.endswith(" some.lock.")
    for subject in ("dataset tiny", "LF set tutorial v1", "run 20260101-000000-abcd"):
        assert (found[subject].state, bool(found[subject].todo)) == ("bad", True), subject
    assert found["LF sets"].said == "2 sets with 3 versions."
    assert found["runs"].said == "0 runs can be shown."


def test_another_version_of_a_library_is_named(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.1" if name == "pandas" else real(name))
    (found,) = doctor._libraries()
    assert found.state == "bad" and "; pandas is 0.1, not ==" in found.said
    assert found.todo == "Install them as required: pip install -r requirements.txt."


@pytest.mark.parametrize(("free", "state"), [(2**29, "bad"), (3 * 2**30, "note"), (2**40, "ok")])
def test_the_disk(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, free: int, state: str) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": free})())
    (found,) = doctor._disk(workspace)
    assert found.state == state


def test_a_server_of_another_kind_and_a_model_that_is_half_named(
    monkeypatch: pytest.MonkeyPatch, model_server: Any, workspace: Workspace
) -> None:
    (found,) = doctor._server(int(model_server.url.split(":")[2].split("/")[0]))
    assert (found.state, found.todo) == ("bad", "Choose another port: weakrec open --port.")
    monkeypatch.delenv("WEAKREC_LLM_MODEL")
    (found,) = doctor._model()
    assert found.state == "bad" and "belong together" in found.said


def test_the_exit_status_is_for_scripts(cli: Any, workspace: Workspace, free_port: int) -> None:
    done = cli("doctor", "--port", free_port)
    assert done.status == 0
    assert all(line[:4] in ("ok  ", "note") for line in done.out.splitlines())
    workspace.root.write_text("no directory")
    done = cli("doctor", "--port", free_port, "--json")
    assert done.status == 1
    assert {"subject": "workspace", "state": "bad"}.items() <= next(r for r in done.json if r["state"] == "bad").items()
