"""The examples under deploy/: what they start, set and mount is what there is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from streamlit import config

from tests.conftest import PROJECT
from weakrec_core.__main__ import app

DEPLOY = PROJECT / "deploy"
CONTAINERFILE = (PROJECT / "Containerfile").read_text(encoding="utf-8")
GUIDE = (PROJECT / "docs" / "deployment.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """The settings of the systemd unit."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "weakrec.service").read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def options(command: str, *arguments: str) -> dict[str, Any]:
    """A command's options as it would get them; an error if it knew one of them not."""
    group: Any = typer.main.get_command(app)
    return dict(group.commands[command].make_context(command, list(arguments)).params)


def known(variable: str) -> bool:
    """Whether the guide or Streamlit knows a variable."""
    names = [re.sub(r"[A-Z]", r"_\g<0>", key.replace(".", "_")).upper() for key in config.get_config_options()]
    return f"`{variable}`" in GUIDE or variable in [f"STREAMLIT_{name}" for name in names]


def test_the_unit(unit: dict[str, list[str]], tmp_path: Path) -> None:
    program, command, *arguments = unit["ExecStart"][0].split()
    assert program.endswith("/bin/weakrec")
    assert options(command, *arguments) == options("open") | {
        "no_browser": True
    }  # the ports and addresses of the guide
    variables = dict(value.strip('"').split("=", 1) for value in unit["Environment"])
    assert all(known(name) for name in variables) and not known("STREAMLIT_SERVER_ALLOWED_HOST")
    assert variables["WEAKREC_HOME"] == f"/var/lib/{unit['StateDirectory'][0]}"
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed: the unit is checked as far as that goes without it.")
    copy = tmp_path / "weakrec.service"
    copy.write_text((DEPLOY / "weakrec.service").read_text(encoding="utf-8").replace(program, sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True)
    assert (done.returncode, [line for line in done.stderr.splitlines() if copy.name in line]) == (0, [])


def test_the_containers(compose: Any) -> None:
    workbench, proxy = compose["services"]["workbench"], compose["services"]["proxy"]
    assert (DEPLOY / workbench["build"]["context"] / workbench["build"]["dockerfile"]).is_file()
    assert all(known(name) for name in workbench["environment"])
    assert re.search(r"WEAKREC_HOME=(\S+)", CONTAINERFILE)[1] == workbench["volumes"][0].partition(":")[2]  # type: ignore[index]
    (secret,) = workbench["secrets"]
    assert (
        workbench["environment"]["STREAMLIT_SECRETS_FILES"] == f"/run/secrets/{secret}" and secret in compose["secrets"]
    )
    assert {volume.partition(":")[0] for volume in workbench["volumes"] + proxy["volumes"]} == {
        "./Caddyfile",
        *compose["volumes"],
    }
    assert "ports" not in workbench  # whoever gets to it comes through the proxy


def test_the_proxy(compose: Any) -> None:
    caddy = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    host = re.search(r"^(\S+) \{$", caddy, re.MULTILINE)[1]  # type: ignore[index]
    name, port = re.search(r"^\treverse_proxy (\S+):(\d+)$", caddy, re.MULTILINE).groups()  # type: ignore[union-attr]
    workbench = compose["services"][name]
    assert [port] == workbench["expose"] == re.findall(r"^EXPOSE (\d+)$", CONTAINERFILE, re.MULTILINE)
    assert int(port) == options("open")["port"]
    assert host in workbench["environment"]["STREAMLIT_SERVER_ALLOWED_HOSTS"].split() and host in GUIDE
    assert f":{port}/_stcore/health" in CONTAINERFILE
