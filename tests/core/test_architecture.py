"""The library stands on its own: no Streamlit, no pages, and no heavy import before it is needed."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import weakrec_core

LIBRARY = Path(weakrec_core.__file__).parent
MODULES = sorted(
    ".".join(p.relative_to(LIBRARY.parent).with_suffix("").parts).removesuffix(".__init__")
    for p in LIBRARY.rglob("*.py")
    if p.name != "__main__.py"
)
HEAVY = {"streamlit", "tensorflow", "keras", "torch", "snorkel", "sklearn", "scipy.stats"}


def test_importing_the_library_imports_nothing_heavy() -> None:
    script = f"""
import importlib, json, sys
found = {{}}
for module in {MODULES!r}:
    importlib.import_module(module)
    new = {HEAVY!r} & set(sys.modules) - set().union(*found.values())
    if new:
        found[module] = sorted(new)
print(json.dumps(found))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=LIBRARY.parent, check=True
    )
    assert json.loads(done.stdout) == {}
    assert len(MODULES) > 20


def test_the_router_loads_the_library_only_once_it_answers() -> None:
    """What `weakrec` and workbench.py import before: a server is up, and a browser has its first frame, before pandas and scipy are."""
    text = (LIBRARY.parent / "workbench.py").read_text(encoding="utf-8")
    first = [node.module for node in ast.parse(text).body if isinstance(node, ast.ImportFrom) and node.module]
    assert "pages.router.sections" in first
    first.append("weakrec_core.__main__")
    script = f"import importlib, json, sys; [importlib.import_module(m) for m in {first!r}]; print(json.dumps([*sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=LIBRARY.parent, check=True
    )
    assert {"pandas", "pyarrow", "scipy", "duckdb", "weakrec_core.labeling"}.isdisjoint(json.loads(done.stdout))


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.add((node.module or "").split(".")[0])
    return found


def test_the_library_never_imports_streamlit_or_the_pages() -> None:
    for path in LIBRARY.rglob("*.py"):
        assert not imported(path) & {"streamlit", "pages", "workbench", "tests", "benchmarks"}, path


def layers() -> list[str]:
    """Packages and modules of the library from the top down, by the contract of import-linter."""
    project = tomllib.loads((LIBRARY.parent / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (contract,) = (c for c in contracts if c["type"] == "layers")
    return [name.strip().removeprefix("weakrec_core.") for layer in contract["layers"] for name in layer.split("|")]


def test_the_contract_lists_all_that_is_in_the_library() -> None:
    parts = {path.name.removesuffix(".py") for path in LIBRARY.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert parts - {"__init__", "__pycache__"} == set(layers())


def test_the_picture_of_the_layers_is_true() -> None:
    text = (LIBRARY.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = text.split("```")[1].partition("▼\n  doctor")
    drawn = [word for line in ("  doctor" + picture[2]).splitlines() for word in line[:17].split()]
    assert drawn == layers()[3:]
    assert all(name in picture[0] for name in layers()[:3])


def test_pages_are_folders_and_no_folder_is_crowded() -> None:
    pages = LIBRARY.parent / "pages"
    assert [path.name for path in pages.iterdir() if path.is_file()] == []
    for folder in (path for path in pages.iterdir() if path.name != "__pycache__"):
        assert 0 < len([path for path in folder.iterdir() if path.is_file()]) <= 12, folder


def test_the_attacks_that_the_docs_name_have_their_tests() -> None:
    root = LIBRARY.parent
    text = (
        (root / "docs" / "deployment.md")
        .read_text(encoding="utf-8")
        .split("## Attacks that are tested")[1]
        .split("## ")[0]
    )
    attacks = [line for line in text.splitlines() if "::test_" in line]
    assert len(attacks) == 10
    for file, test in (name.split("::") for line in attacks for name in re.findall(r"[\w/]+\.py::\w+", line)):
        assert f"def {test}(" in (root / "tests" / file).read_text(encoding="utf-8"), (file, test)
