"""LFs applied to train in parts, here and by dask's workers: the same as in one piece."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import common, engines
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.train_part import TrainPart, parts_of_train
from weakrec_core.engine.base import LocalEngine
from weakrec_core.engine.dask_engine import DaskEngine, dask_engine
from weakrec_core.engine.votes import MergedSet, PartTask, PartVotes, apply_in_parts, part_votes
from weakrec_core.errors import WeakrecError
from weakrec_core.files import PROJECT
from weakrec_core.label_model.label_train import label_train
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.lf_set import LFSet, read_lf_set

PART = 700


@pytest.fixture(scope="module")
def applied(demo: Dataset) -> AppliedSet:
    shipped = read_lf_set(PROJECT / "lfs" / "recommended.yaml")
    texts = [
        demo.split(split)["review_text"].dropna().iloc[at] for split, at in (("dev", 0), ("train", 0), ("train", -1))
    ]
    alike = {"kind": "similar", "name": "alike", "label": "POSITIVE", "examples": texts, "threshold": 0.1}
    lfs = [*shipped.model_dump(mode="json")["lfs"], alike]
    return Applier(demo).of(LFSet.model_validate({"name": "parts", "lfs": lfs}))


@pytest.fixture(scope="module")
def dask() -> Iterator[DaskEngine]:
    pytest.importorskip("distributed", reason="requirements-dask.txt is not installed")
    with dask_engine(workers=2) as engine:
        yield engine


def test_parts_are_all_of_train_and_no_user_is_in_two(demo: Dataset) -> None:
    parts = list(parts_of_train(demo, PART))
    assert len(parts) > 3
    pieces = [TrainPart(demo, part.start, part.stop) for part in parts]
    pd.testing.assert_frame_equal(
        pd.concat([piece.split("train") for piece in pieces], ignore_index=True), demo.split("train")
    )
    users = [set(piece.split("train")["user_idx"]) for piece in pieces]
    assert sum(map(len, users)) == len(set.union(*users))
    assert [piece.n_rows("train") for piece in pieces] == [len(piece.split("train")) for piece in pieces]
    assert len({piece.fingerprint for piece in pieces} | {demo.fingerprint}) == len(pieces) + 1
    assert pieces[0].split("dev") is demo.split("dev")


def check(found: MergedSet, applied: AppliedSet) -> None:
    """What is merged from parts is what one piece gives, and so is all that is derived from it."""
    one, merged = applied.patterns("train"), found.patterns("train")
    for name in ("votes", "counts", "gold_counts"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(one, name))
    np.testing.assert_array_equal(found.pattern_of_row("train"), applied.pattern_of_row("train"))
    np.testing.assert_array_equal(found.vote_sums("train"), applied.vote_sums("train"))


@pytest.mark.parametrize("kept", [True, False], ids=["signals on disk", "signals of the part"])
def test_in_parts_as_in_one_piece(applied: AppliedSet, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = label_train(applied)
    if not kept:
        monkeypatch.setattr(
            "weakrec_core.engine.part_applier.PartSignals.kept", lambda self, name, split, rows=None: None
        )
    applier = Applier(applied.dataset)  # its cache is empty
    found = apply_in_parts(applier.of(applied.lf_set), LocalEngine(), PART)
    check(found, applied)
    labels = label_train(found)
    np.testing.assert_array_equal(labels.p_positive, expected.p_positive)
    pd.testing.assert_frame_equal(labels.probabilities, expected.probabilities)
    monkeypatch.setattr("weakrec_core.label_model.label_train._PIECE", PART)
    pieces = list(labels.probabilities_in_pieces())
    assert len(pieces) > 2
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), expected.probabilities)
    pd.testing.assert_frame_equal(drift_table(found), drift_table(applied))
    assert labels.to_json() == expected.to_json()
    assert applier.applications == len(applied.active)  # to dev


def dying_once(task: PartTask) -> PartVotes:
    """The worker that begins the third part is gone, the first time."""
    mark = task.workspace.root / "died"
    if task.rows.start > 2 * PART and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part_votes(task)


def always_dying(task: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_by_dask_as_in_one_piece_though_a_worker_is_killed(
    applied: AppliedSet, dask: DaskEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weakrec_core.engine.votes.part_votes", dying_once)
    told: list[float] = []
    check(apply_in_parts(applied, dask, PART, lambda share, said: told.append(share)), applied)
    assert told == sorted(told) and told[-1] == 1
    assert (applied.dataset.workspace.root / "died").exists()


def test_errors_of_workers_are_the_callers(
    applied: AppliedSet, dask: DaskEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [PartTask(applied.dataset.workspace, "no-such-data", "", slice(0, 1), applied.lf_set)]
    with pytest.raises(WeakrecError, match="There is no dataset 'no-such-data'"):
        list(dask.map(part_votes, gone))
    monkeypatch.setattr(dask.client.cluster.scheduler, "allowed_failures", 0)
    with pytest.raises(WeakrecError, match="one worker after another died"):
        list(dask.map(always_dying, gone))
    dask.client.wait_for_workers(2)  # the one that is started in its place among them


def test_the_benchmark_in_small(dask: DaskEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "apart", lambda function, *arguments: common._measured(function, arguments))
    found = engines.beside_one_piece(dask, 2_000, 1, tmp_path, PART)
    assert found["same_labels"] and found["same_labels_after_a_kill"]
    assert "2 workers of dask in parts of 700 rows" in found["work"]


def test_fit_on_an_engine(cli: Any, demo: Dataset, tmp_path: Path) -> None:
    of = ["fit", "--dataset", "demo", "--lfs", "recommended", "--text-model", "on", "--json"]
    whole, parts = (tmp_path / name for name in ("whole.parquet", "parts.parquet"))
    expected = cli(*of, "--out", whole)
    found = cli(*of, "--out", parts, "--part-rows", PART)
    assert found.json == expected.json and found.json["text_model"]
    pd.testing.assert_frame_equal(pd.read_parquet(parts), pd.read_parquet(whole))
    assert "--scheduler goes with --engine dask" in cli(*of, "--out", parts, "--scheduler", "tcp://127.0.0.1:1").err
    nobody = cli(*of, "--out", parts, "--engine", "dask", "--scheduler", "nonsense://127.0.0.1:1")
    assert nobody.status == 2 and "No dask scheduler answers at nonsense://127.0.0.1:1" in nobody.err
