"""Signals of train computed in parts, here and by dask's workers: the same as in one piece."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import MakeDataset
from weakrec_core.data.dataset import SPLITS, Dataset, open_dataset
from weakrec_core.engine.base import Engine, LocalEngine
from weakrec_core.engine.dask_engine import DaskEngine
from weakrec_core.engine.signals import precompute_in_parts
from weakrec_core.errors import SpecError
from weakrec_core.signals import SIGNALS, SignalStore
from weakrec_core.signals.scored_texts import ScoredTexts
from weakrec_core.workspace import Workspace

TEXTS = ["A good book!", None, "", "very bad", "A good book!", "5/5 stars, I loved it", None, "dull"]


@pytest.fixture
def dataset(make_dataset: MakeDataset) -> Dataset:
    return make_dataset(TEXTS, also_read=[[i, (i + 1) % 8, 3] for i in range(8)], authors=["a", "b", None, "c"] * 2)


def values_on_disk(dataset: Dataset) -> dict[tuple[str, str], Any]:
    store = SignalStore(dataset)
    names = [name for name, signal in SIGNALS.items() if signal.installed]
    return {(name, split): store.kept(name, split) for name in names for split in SPLITS}


@pytest.fixture
def in_process() -> Iterator[Engine]:
    distributed = pytest.importorskip("distributed", reason="requirements-dask.txt is not installed")
    with distributed.Client(processes=False, n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        yield DaskEngine(client)


@pytest.mark.parametrize("kind", ["local", "dask"])
def test_in_parts_as_in_one_piece(
    kind: str, dataset: Dataset, workspace: Workspace, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    SignalStore(dataset).precompute()
    expected = values_on_disk(dataset)
    shutil.rmtree(workspace.signals)
    shutil.rmtree(workspace.scored_texts)
    engine = LocalEngine() if kind == "local" else request.getfixturevalue("in_process")
    told, said = list[float](), list[str]()
    store = SignalStore(dataset)

    def tell(fraction: float, message: str) -> None:
        told.append(fraction)
        said.append(message)

    precompute_in_parts(store, engine, 3, tell)
    assert store.missing() == []
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1
    assert "Computing signals on train, 3 of 3 parts" in said
    found = values_on_disk(dataset)
    for of, values in expected.items():
        np.testing.assert_array_equal(found[of], values)
        assert found[of].dtype == values.dtype
    shutil.rmtree(workspace.signals)  # texts are known: none is read again
    monkeypatch.setattr("weakrec_core.signals.text.stated_stars", None)
    precompute_in_parts(SignalStore(dataset), engine, 100)
    np.testing.assert_array_equal(SignalStore(dataset).kept("stated_stars", "train"), expected["stated_stars", "train"])


def test_what_breaks_off_leaves_no_half_file(dataset: Dataset, workspace: Workspace) -> None:
    class Breaking(LocalEngine):
        def map(self, function: Any, tasks: Any, *done: Any) -> Iterator[Any]:
            yield from super().map(function, tasks[:1], *done)
            raise SpecError("no more")

    with pytest.raises(SpecError, match="no more"):
        precompute_in_parts(SignalStore(dataset), Breaking(), 3)
    assert not list(workspace.signals.rglob("*.npy*"))


def test_texts_merged_by_two_at_once_stay_one_each(tmp_path: Path) -> None:
    known = ScoredTexts(tmp_path, 1)
    for i in range(40):
        known.add(np.array([i % 4], np.uint64), np.array([[float(i % 4)]]))
    assert sum(len(np.load(path)) for path in tmp_path.iterdir()) <= 4 + 16


def test_ingest_on_an_engine(cli: Any, tmp_path: Path, workspace: Workspace) -> None:
    table = tmp_path / "ratings.csv"
    rows = [(f"u{u}", f"b{b}", 1 + (u + b) % 5, f"Book {b} by {u}: good!") for u in range(40) for b in range(3)]
    pd.DataFrame(rows, columns=["who", "what", "stars", "text"]).to_csv(table, index=False)
    of = ["ingest", "table", table, "--user", "who", "--item", "what", "--rating", "stars", "--text", "text"]
    assert "--scheduler goes with" in cli(*of, "--name", "none", "--scheduler", "tcp://127.0.0.1:1").err
    assert not list(workspace.datasets.glob("*"))
    for name, parts in (("whole", []), ("parts", ["--part-rows", "5"])):
        assert cli(*of, "--name", name, *parts).status == 0
        shutil.move(workspace.signals, tmp_path / name)
    files = {path.relative_to(tmp_path / "whole") for path in (tmp_path / "whole").rglob("*.npy")}
    assert files and all(
        (tmp_path / "parts" / path).read_bytes() == (tmp_path / "whole" / path).read_bytes() for path in files
    )
    assert open_dataset(workspace, "parts").n_rows("train") > 5
