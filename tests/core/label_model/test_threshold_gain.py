"""What the set comes to at every threshold of one LF."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import MakeDataset
from weakrec_core.label_model import threshold_gain
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.label_model.threshold_gain import sweep_with_gain
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.kinds import ThresholdLF
from weakrec_core.labeling.lf_set import LFSet


def log_loss(applied: AppliedSet, *lfs: ThresholdLF) -> float:
    """The strip's log loss of a set with these LFs in the place of those of the same names."""
    others = tuple(lf for lf in applied.lf_set.lfs if lf.name not in {lf.name for lf in lfs})
    found = set_figures(applied.applier.of(LFSet(name="x", lfs=(*others, *lfs)))).everywhere["log_loss"]
    assert found is not None
    return found


@settings(max_examples=8)
@given(
    signal=st.sampled_from(["polarity", "author_books", "review_length"]),
    op=st.sampled_from([">", ">=", "<", "<="]),
    label=st.sampled_from(["POSITIVE", "NEGATIVE"]),
    share=st.floats(0, 1),
)
def test_it_is_the_log_loss_that_the_set_has_there(
    demo_applier: Applier, tutorial: LFSet, signal: str, op: str, label: str, share: float
) -> None:
    applied = demo_applier.of(tutorial)
    lf = ThresholdLF(name="polarity_positive", signal=signal, op=op, threshold=0.3, label=label)
    table = sweep_with_gain(applied, lf)
    row = table.iloc[round(share * (len(table) - 1))]
    there = log_loss(applied, lf.model_copy(update={"threshold": row.threshold}))
    assert row.set_log_loss == pytest.approx(there, abs=1e-6)
    off = log_loss(applied, lf.model_copy(update={"enabled": False}))
    assert row.set_gain == pytest.approx(off - there, abs=1e-6)


def test_an_lf_alone_is_measured_too(demo_applier: Applier, tutorial: LFSet) -> None:
    lf = next(lf for lf in tutorial.lfs if isinstance(lf, ThresholdLF))
    alone = demo_applier.of(LFSet(name="x", lfs=(lf,)))
    row = sweep_with_gain(alone, lf).iloc[-1]
    assert row.set_log_loss == pytest.approx(
        log_loss(alone, lf.model_copy(update={"threshold": row.threshold})), abs=1e-6
    )


def test_neither_its_threshold_nor_its_switch_counts(demo_applier: Applier, tutorial: LFSet) -> None:
    """So that a slider that moves finds what was computed."""
    lf = next(lf for lf in tutorial.lfs if lf.name == "polarity_positive")
    assert isinstance(lf, ThresholdLF)
    first = sweep_with_gain(demo_applier.of(tutorial), lf)
    moved = lf.model_copy(update={"threshold": 0.7, "enabled": False})
    edited = LFSet(name="x", lfs=tuple(moved if other is lf else other for other in tutorial.lfs))
    used = demo_applier.cache.n_bytes
    assert sweep_with_gain(demo_applier.of(edited), moved).equals(first)
    assert demo_applier.cache.n_bytes == used


def test_of_a_very_large_set_fewer_thresholds_are_measured(
    demo_applier: Applier, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threshold_gain, "_WORK", 1)
    monkeypatch.setattr(threshold_gain, "_CHUNK", 1)
    lf = ThresholdLF(name="more", signal="subjectivity", op="<", threshold=0.3, label="NEGATIVE")
    table = sweep_with_gain(demo_applier.of(tutorial), lf)
    assert table["set_log_loss"].notna().sum() == 8
    assert table["set_log_loss"].iloc[[0, -1]].notna().all()
    row = table[table["set_log_loss"].notna()].iloc[3]
    there = log_loss(demo_applier.of(tutorial), lf.model_copy(update={"threshold": row.threshold}))
    assert row.set_log_loss == pytest.approx(there, abs=1e-6)


def test_the_gold_of_one_user_says_nothing_of_others(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(["good", "bad"], gold=[1, -1])
    lf = ThresholdLF(name="long", signal="review_length", op=">", threshold=1, label="POSITIVE")
    applied = Applier(dataset).of(LFSet(name="x", lfs=(lf,)))
    table = sweep_with_gain(applied, lf)
    assert np.isnan(table["set_log_loss"]).all()
    assert set_figures(applied).everywhere["log_loss"] is None
