"""The library as a notebook uses it: the examples of the docstrings run, and nothing heavy comes with the import.

The training runs in tests/docs, with the tutorial's notebook.
"""

import doctest
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import weakrec_core as wr
from tests.conftest import PROJECT
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import RunError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.workspace import Workspace

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FUNCTIONS = [name for name in wr.__all__ if inspect.isfunction(getattr(wr, name))]


@pytest.fixture
def notebook(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Where examples run: in the project, with the demo there."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("WEAKREC_HOME", str(demo.workspace.root))
    yield demo.workspace


@pytest.mark.parametrize("of", [wr, AppliedSet, LFSet, *(getattr(wr, name) for name in FUNCTIONS)])
def test_examples(of: object, notebook: Workspace) -> None:
    """Every public name has an example, and it runs."""
    finder = doctest.DocTestFinder(recurse=False)
    (found,) = finder.find(of, name=getattr(of, "__name__", "weakrec_core"), globs={})
    assert found.examples
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(found)
    assert runner.summarize(verbose=False).failed == 0


def test_all_names_are_there_and_documented() -> None:
    assert sorted(wr.__all__, key=str.lower) == sorted(set(wr.__all__), key=str.lower)
    for name in wr.__all__:
        assert name in dir(wr)
        value = getattr(wr, name)
        assert isinstance(value, int) or (inspect.getdoc(value) or "").strip()
    with pytest.raises(AttributeError, match="no attribute 'gone'"):
        _ = wr.gone


def test_a_sweep_displays(notebook: Workspace) -> None:
    sweep = wr.load_lf_set("lfs/tutorial.yaml").apply(wr.load_demo()).sweep("polarity_positive")
    assert "<table" in sweep._repr_html_()
    spec = sweep.chart().to_dict()
    assert len(spec["vconcat"]) == 2
    assert len(spec["datasets"]["bins"]) == len(sweep.bins)
    assert 0 < len(spec["datasets"]["table"]) <= len(sweep.table)


def test_labels_of_another_dataset_are_refused(notebook: Workspace, tmp_path: Path) -> None:
    demo = wr.load_demo()
    labels = wr.fit(wr.load_lf_set("lfs/tutorial.yaml").apply(demo), "majority")
    rows = [f"u{u},b{b},{1 + (u * b) % 5}" for u in range(40) for b in range(12)]
    (tmp_path / "films.csv").write_text("who,film,stars\n" + "\n".join(rows) + "\n", encoding="utf-8")
    other = wr.ingest_table(tmp_path / "films.csv", "films", user="who", item="film", rating="stars")
    assert (other.n_users, other.n_books) == (40, 12)
    assert {"demo", "films"} <= set(wr.list_datasets())
    with pytest.raises(RunError, match="made on dataset 'demo', not on 'films'"):
        wr.train(other, labels)
