"""What `pip install` gets: the library, the app in it, and the command ``weakrec``."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from email import message_from_string
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement

import weakrec_core
from pages.shared.help import TOPICS
from tests.conftest import PROJECT

APP = "weakrec_core/app"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    (path,) = WheelBuilder(str(PROJECT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    with ZipFile(path) as opened:
        yield opened


def files_of(*folders: str) -> set[str]:
    """Of the checkout, without what Python and the system leave there."""
    found = (path for folder in folders for path in (PROJECT / folder).rglob("*") if path.is_file())
    return {str(p.relative_to(PROJECT)) for p in found if "__pycache__" not in p.parts}


def read(wheel: ZipFile, name: str) -> str:
    (path,) = (n for n in wheel.namelist() if n.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def requirements(*lines: str) -> dict[str, Requirement]:
    return {r.name.lower(): r for r in map(Requirement, lines)}


def test_the_wheel_has_the_library_the_app_and_nothing_else(wheel: ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    topics = {f"docs/{topic}.md" for topic in TOPICS}
    beside = {"workbench.py", ".streamlit/config.toml", *files_of("pages", "lfs"), *topics}
    assert names == files_of("weakrec_core") | {f"{APP}/{name}" for name in beside}
    assert sum(info.compress_size for info in wheel.infolist()) < 3_000_000


def test_the_command_and_the_version_are_the_library_s(wheel: ZipFile) -> None:
    entry = ConfigParser()
    entry.read_string(read(wheel, "entry_points.txt"))
    module, _, function = entry["console_scripts"]["weakrec"].partition(":")
    assert callable(getattr(import_module(module), function))
    assert message_from_string(read(wheel, "METADATA"))["Version"] == weakrec_core.__version__


@pytest.mark.parametrize(
    ("file", "extra"),
    [
        ("requirements.txt", ""),
        ("requirements-auth.txt", "auth"),
        ("requirements-lexicons.txt", "lexicons"),
        ("requirements-dask.txt", "dask"),
        ("requirements-mlflow.txt", "mlflow"),
        ("requirements-peers.txt", "peers"),
        ("requirements-wordllama.txt", "wordllama"),
    ],
)
def test_what_is_developed_on_is_within_the_ranges(wheel: ZipFile, file: str, extra: str) -> None:
    lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
    pinned = requirements(*(line for line in lines if line and not line.startswith(("#", "-c"))))
    every = message_from_string(read(wheel, "METADATA")).get_all("Requires-Dist") or []
    ranges = requirements(
        *(line for line in every if (f"extra == '{extra}'" in line if extra else "extra ==" not in line))
    )
    assert pinned.keys() == ranges.keys()
    for name, pin in pinned.items():
        (version,) = (s.version for s in pin.specifier)
        assert ranges[name].specifier.contains(version), name
        assert {s.operator for s in ranges[name].specifier} == {">=", "<"}, name


def test_an_installed_library_finds_its_app(wheel: ZipFile, tmp_path: Path) -> None:
    """From an unpacked wheel, in another directory."""
    wheel.extractall(tmp_path / "installed")
    (tmp_path / "elsewhere").mkdir()
    script = """
from weakrec_core import files
from weakrec_core.labeling.versions import list_sets
from weakrec_core.workspace import Workspace
assert files.PROCESS_DIRECTORY is None
print(files.PROJECT, list_sets(Workspace.from_environment()))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path / "elsewhere",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{tmp_path / 'installed' / APP} ['recommended', 'tutorial']"


def test_open_starts_streamlit_on_the_app(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it starts, the browser tests start for real."""
    started: list[tuple[str, str]] = []

    def run_module(name: str, run_name: str, alter_sys: bool) -> None:
        started.append((name, run_name))
        raise SystemExit(0)

    monkeypatch.setattr("weakrec_core.cli.workbench.run_module", run_module)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    home = os.environ["WEAKREC_HOME"]
    assert cli("open", "--no-browser").status == 0
    assert sys.argv[sys.argv.index("--server.headless") + 1] == "true"
    assert os.environ["WEAKREC_HOME"] == home
    monkeypatch.setenv("WEAKREC_HOME", home)  # what the next one sets is taken back
    assert cli("open", "--workspace", tmp_path / "w", "--port", 8765).status == 0
    assert started == [("streamlit", "__main__")] * 2
    assert sys.argv[:3] == ["streamlit", "run", str(PROJECT / "workbench.py")]
    options = dict(zip(sys.argv[3::2], sys.argv[4::2], strict=True))
    assert options["--server.port"] == "8765"
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.headless"] == "false"
    assert os.environ["WEAKREC_HOME"] == str(tmp_path / "w")
    assert sys.path[0] == str(Path.cwd())


def test_the_files_that_the_container_copies_are_there() -> None:
    lines = (PROJECT / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert copied
    assert all((PROJECT / name).exists() for name in copied)
    needed = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = needed["tool"]["hatch"]["build"]["targets"]["wheel"]
    built = {
        *wheel["packages"],
        *wheel["force-include"],
        needed["project"]["readme"],
        *needed["project"]["license-files"],
    }
    assert {Path(name).parts[0] for name in built} <= {Path(name).parts[0] for name in copied}
