"""Labeling functions on as many rows as the tutorial has: applying them, an edit, the analysis; the peer is Snorkel's own code."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.common import in_turn, peaks, result, temporary_workspace
from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.files import PROJECT
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.analysis import lf_summary
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.exchange.snorkel_module import snorkel_module
from weakrec_core.labeling.exchange.snorkel_rows import snorkel_rows
from weakrec_core.labeling.kinds import KeywordLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace

ROWS = 796_319  # of the tutorial's train split
_ROWS_PER_USER = 17.3  # of the demo's train split
_DEV_ROWS = 8_000


def apply(rows: int = ROWS, runs: int = 5, folder: Path | None = None, sample: int = 20_000) -> dict[str, Any]:
    """Seconds to apply the tutorial's five LFs to train; Snorkel's applier is timed on a sample and scaled to all rows."""
    with train_of(rows, folder) as (dataset, signals, lf_set):
        sampled = _sample(dataset, sample)
        theirs = snorkel_rows(dataset, "train", lf_set).iloc[sampled]
        snorkel = _snorkel_lfs(lf_set)

        def peer() -> Any:
            from snorkel.labeling import PandasLFApplier

            return PandasLFApplier(snorkel).apply(theirs, progress_bar=False)

        def ours() -> Any:
            return Applier(dataset, signals).of(lf_set).votes("train")

        same = bool((ours()[sampled] == peer()).all())
        memory = peaks(_apply_ours, _apply_peer, dataset.workspace, dataset.name, sample)
        ours_s, peer_s = in_turn(ours, peer, runs, warm=True)
        n, reviewed = dataset.n_rows("train"), float(dataset.split("train")["review_text"].notna().mean())
    work = f"the tutorial's 5 LFs on {n:,} train rows, {reviewed:.0%} with a review, signals cached on both sides; "
    work += f"the peer is Snorkel's PandasLFApplier, timed on {len(sampled):,} rows and scaled"
    return result("lf_apply", work, ours_s, peer_s * n / len(sampled), "s", runs, memory_mb=memory, same_votes=same)


def edit(rows: int = ROWS, runs: int = 9, folder: Path | None = None) -> dict[str, Any]:
    """Milliseconds from an edited LF to the figures that a page shows: votes, analysis, label model; the peer applies that LF anew."""
    with train_of(rows, folder) as (dataset, signals, lf_set):
        applier = Applier(dataset, signals)
        _figures(applier.of(lf_set))
        keyword = [_figures_ms(applier.of(_with_keyword(lf_set, f"edit number {i}"))) for i in range(runs)]
        threshold = [_figures_ms(applier.of(_with_threshold(lf_set, 0.3 + i / 100))) for i in range(1, runs + 1)]
        edited = _with_keyword(lf_set, "the last edit")
        sampled = _sample(dataset, 20_000)
        theirs = snorkel_rows(dataset, "train", edited).iloc[sampled]
        peer = _seconds(lambda: _apply_one(edited, theirs)) * dataset.n_rows("train") / len(sampled) * 1000
        n = dataset.n_rows("train")
    ours = statistics.median(keyword)
    work = f"one LF of the tutorial's set edited over {n:,} train and {_DEV_ROWS:,} dev rows: votes, LF analysis and label model; "
    work += "the peer is Snorkel's applier for the edited LF alone, scaled from 20,000 rows"
    return result("lf_edit", work, ours, peer, "ms", runs, threshold_ms=statistics.median(threshold), keyword_ms=ours)


def analysis(rows: int = ROWS, runs: int = 5, folder: Path | None = None) -> dict[str, Any]:
    """Seconds from the label matrix to LFAnalysis' table of train."""
    from snorkel.labeling import LFAnalysis

    with train_of(rows, folder) as (dataset, signals, lf_set):
        L, gold = Applier(dataset, signals).of(lf_set).votes("train"), dataset.train_gold()
        wide = np.ascontiguousarray(L)

        def ours() -> pd.DataFrame:
            return lf_summary(group_votes(L, gold)[0], lf_set.active)

        def peer() -> pd.DataFrame:
            return LFAnalysis(wide, _snorkel_lfs(lf_set)).lf_summary(gold)

        memory = peaks(_analysis_ours, _analysis_peer, dataset.workspace, dataset.name)
        mine, theirs = ours(), peer()
        columns = {"coverage": "Coverage", "overlaps": "Overlaps", "conflicts": "Conflicts", "correct": "Correct"}
        same = all(np.allclose(mine[a], theirs[b]) for a, b in columns.items())
        ours_s, peer_s = in_turn(ours, peer, runs, warm=True)
    work = f"LF analysis of {len(L):,} rows and {L.shape[1]} LFs from the votes; the peer is Snorkel's LFAnalysis.lf_summary"
    return result("lf_analysis", work, ours_s, peer_s, "s", runs, memory_mb=memory, same_table=same)


def _apply_ours(workspace: Workspace, name: str, sample: int) -> None:
    Applier(open_dataset(workspace, name)).of(_tutorial()).votes("train")


def _apply_peer(workspace: Workspace, name: str, sample: int) -> None:
    from snorkel.labeling import PandasLFApplier

    dataset = open_dataset(workspace, name)
    rows = snorkel_rows(dataset, "train", _tutorial()).iloc[_sample(dataset, sample)]
    PandasLFApplier(_snorkel_lfs(_tutorial())).apply(rows, progress_bar=False)


def _analysis_ours(workspace: Workspace, name: str) -> None:
    dataset = open_dataset(workspace, name)
    L = Applier(dataset).of(_tutorial()).votes("train")
    lf_summary(group_votes(L, dataset.train_gold())[0], _tutorial().active)


def _analysis_peer(workspace: Workspace, name: str) -> None:
    from snorkel.labeling import LFAnalysis

    dataset = open_dataset(workspace, name)
    L = np.ascontiguousarray(Applier(dataset).of(_tutorial()).votes("train"))
    LFAnalysis(L, _snorkel_lfs(_tutorial())).lf_summary(dataset.train_gold())


def _tutorial() -> LFSet:
    return read_lf_set(PROJECT / "lfs" / "tutorial.yaml")


@contextmanager
def train_of(rows: int, folder: Path | None) -> Iterator[tuple[Dataset, SignalStore, LFSet]]:
    """The demo with about so many train rows, its signals computed; it stays in the folder and is made once."""
    with temporary_workspace(folder) as workspace:
        name = f"demo-{rows}"
        if name not in list_datasets(workspace):
            files = write_demo(workspace.root / "raw", users=round((rows + _DEV_ROWS) / _ROWS_PER_USER))
            ingest_goodreads(workspace, name, **files, splits=SplitConfig(dev_rows=_DEV_ROWS))
        dataset = open_dataset(workspace, name)
        signals, lf_set = SignalStore(dataset), _tutorial()
        Applier(dataset, signals).of(lf_set).votes("train")
        yield dataset, signals, lf_set


def _sample(dataset: Dataset, rows: int) -> Any:
    n = dataset.n_rows("train")
    return np.random.default_rng(0).choice(n, min(rows, n), replace=False)


def _snorkel_lfs(lf_set: LFSet) -> list[Any]:
    """The set as Snorkel's labeling functions, by the module that `export lfs` writes."""
    module = ModuleType("exported")
    exec(compile(snorkel_module(lf_set), "exported.py", "exec"), vars(module))
    lfs: list[Any] = module.lfs
    return lfs


def _apply_one(lf_set: LFSet, rows: pd.DataFrame) -> Any:
    from snorkel.labeling import PandasLFApplier

    return PandasLFApplier(_snorkel_lfs(lf_set)[:1]).apply(rows, progress_bar=False)


def _figures(applied: AppliedSet) -> None:
    applied.summary()
    set_figures(applied)


def _figures_ms(applied: AppliedSet) -> float:
    return _seconds(lambda: _figures(applied)) * 1000


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _with_keyword(lf_set: LFSet, keyword: str) -> LFSet:
    """The set with one more keyword in its first LF."""
    first, *others = lf_set.lfs
    assert isinstance(first, KeywordLF)
    group, *groups = first.groups
    more = group.model_copy(update={"keywords": (*group.keywords, keyword)})
    return lf_set.model_copy(update={"lfs": (first.model_copy(update={"groups": (more, *groups)}), *others)})


def _with_threshold(lf_set: LFSet, threshold: float) -> LFSet:
    """The set with another threshold in its first LF that has one."""
    lfs = list(lf_set.lfs)
    at = next(i for i, lf in enumerate(lfs) if isinstance(lf, ThresholdLF) and lf.signal == "polarity")
    lfs[at] = lfs[at].model_copy(update={"threshold": threshold})
    return lf_set.model_copy(update={"lfs": tuple(lfs)})
