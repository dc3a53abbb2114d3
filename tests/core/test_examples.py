"""Examples in the library's docstrings run; those of the façade have a dataset (test_notebook.py)."""

import doctest
import importlib

import pytest

from tests.conftest import PROJECT

_ON_A_DATASET = {"__init__.py", "notebook.py", "applied.py", "lf_set.py"}
_WITH_EXAMPLES = [
    ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    for path in sorted((PROJECT / "weakrec_core").rglob("*.py"))
    if path.name not in _ON_A_DATASET and ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", _WITH_EXAMPLES)
def test_examples(module: str) -> None:
    namespace = importlib.import_module(module)
    found = doctest.testmod(namespace, extraglobs={"np": importlib.import_module("numpy")})
    assert found.attempted > 0
    assert found.failed == 0
