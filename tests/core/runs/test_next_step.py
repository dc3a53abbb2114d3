"""What to do next, from each state of the work."""

from typing import Any

import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.next_step import next_step
from weakrec_core.runs.store import new_run


def lf_set(*words: tuple[str, str], name: str = "s", on: bool = True) -> LFSet:
    lfs = [
        {"kind": "keyword", "name": w, "enabled": on, "groups": [{"label": label, "keywords": [w]}]}
        for w, label in words
    ]
    return LFSet.model_validate({"name": name, "lfs": lfs})


GREAT, AWFUL = ("great", "POSITIVE"), ("awful", "NEGATIVE")


@pytest.fixture
def applier(make_dataset: Any) -> Applier:
    """Half of the rows say great and are liked, half awful; every fourth says sure as well."""
    texts = [f"{'great' if i % 2 else 'awful'}{' sure' if i % 4 < 2 else ''}" for i in range(80)]
    return Applier(make_dataset(texts))


def kind(applied: AppliedSet, *others: AppliedSet) -> str:
    return next_step(applied, [], others).kind


def test_without_gold_or_lfs(applier: Applier, make_dataset: Any) -> None:
    assert kind(applier.of(lf_set(GREAT, on=False))) == "lfs"
    blind = Applier(make_dataset(["great"] * 4, gold=[-1] * 4, name="blind"))
    assert kind(blind.of(lf_set(GREAT))) == "gold"


def test_a_better_set_at_hand_comes_first_and_a_worse_one_never(applier: Applier) -> None:
    few, all_ = applier.of(lf_set(("awful sure", "NEGATIVE"))), applier.of(lf_set(GREAT, AWFUL, name="full"))
    step = next_step(few, [], [all_])
    assert (step.kind, step.details) == ("other_set", {"name": "full"})
    assert step.reason.startswith("The set full votes on 100.0 % of the dev rows, this one on 25.0 %")
    assert kind(all_, few) == "train"


def test_low_coverage(applier: Applier) -> None:
    step = next_step(applier.of(lf_set(("great", "POSITIVE"), on=True)), [])
    assert step.kind == "train"  # half of the rows
    step = next_step(applier.of(lf_set(("awful sure", "NEGATIVE"), ("absent", "POSITIVE"))), [])
    assert step.kind == "train"
    step = next_step(applier.of(lf_set(("absent", "POSITIVE"))), [])
    assert (step.kind, "100.0 % of the train rows" in step.reason) == ("coverage", True)


def test_training_until_there_is_a_run_on_these_labels_then_its_results(applier: Applier) -> None:
    applied = applier.of(lf_set(GREAT, AWFUL))
    dataset: Dataset = applier.dataset
    run = new_run(dataset, applied.lf_set, "v1", "majority", preset="recommended", epochs=1)
    assert next_step(applied, [run]).details == {"run": run.id}
    changed = next_step(applier.of(lf_set(GREAT, ("awful sure", "NEGATIVE"))), [run])
    assert changed.kind == "train"
    assert changed.reason == f"The labels have changed since run {run.id}: added awful sure (keyword) and 1 more."


def test_a_slice_that_is_worse_beyond_chance(make_dataset: Any) -> None:
    """Long reviews say great of what is not liked."""
    texts = ["great" + " and long" * 20 * (i % 4 == 0) for i in range(240)]
    applier = Applier(make_dataset(texts, gold=[int(i % 4 != 0) for i in range(240)], name="long"))
    applied = applier.of(lf_set(GREAT, AWFUL))
    run = new_run(applier.dataset, applied.lf_set, "v1", "majority", preset="recommended", epochs=1)
    step = next_step(applied, [run])
    assert (step.kind, step.details["by"]) == ("slice", "review_length")
    assert "right on 0 % of 60 dev rows" in step.reason
