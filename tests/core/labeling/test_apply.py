"""Applying LFs to a dataset."""

from typing import Any

import numpy as np
import pytest

from weakrec_core.data.dataset import SPLITS
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet

TEXTS = ["good bad", "bad", None, "good", ""]


def keyword(name: str, *groups: tuple[str, list[str]], **more: Any) -> dict[str, Any]:
    return {"kind": "keyword", "name": name, "groups": [{"label": k, "keywords": v} for k, v in groups]} | more


def threshold(
    name: str, op: str, label: str = "POSITIVE", signal: str = "review_length", **bounds: float
) -> dict[str, Any]:
    return {"kind": "threshold", "name": name, "signal": signal, "op": op, "label": label} | bounds


def lf_set(*lfs: dict[str, Any]) -> LFSet:
    return LFSet.model_validate({"name": "s", "lfs": list(lfs)})


def votes(dataset: Any, *lfs: dict[str, Any]) -> list[list[int]]:
    """One list an LF."""
    return Applier(dataset).of(lf_set(*lfs)).votes("dev").T.tolist()


def test_the_first_group_with_a_hit_wins(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS)
    good, bad = ("POSITIVE", ["good"]), ("NEGATIVE", ["bad"])
    assert votes(dataset, keyword("a", good, bad), keyword("b", bad, good)) == [[1, 0, -1, 1, -1], [0, 0, -1, 1, -1]]
    three = keyword("c", ("NEGATIVE", ["nothing"]), ("POSITIVE", ["zzz", "bad"]), ("NEGATIVE", ["good", "bad"]))
    assert votes(dataset, three) == [[1, 1, -1, 0, -1]]


@pytest.mark.parametrize(
    ("op", "bounds", "fires"),
    [
        (">", {"threshold": 4}, [1, 0, 0, 0, 0]),
        (">=", {"threshold": 4}, [1, 0, 0, 1, 0]),
        ("<", {"threshold": 3}, [0, 0, 0, 0, 1]),
        ("<=", {"threshold": 3}, [0, 1, 0, 0, 1]),
        ("between", {"low": 3, "high": 4}, [0, 1, 0, 1, 0]),
        ("between", {"low": 0, "high": 0}, [0, 0, 0, 0, 1]),
    ],
)
def test_thresholds_abstain_where_the_signal_is_not_known(
    make_dataset: Any, op: str, bounds: dict[str, float], fires: list[int]
) -> None:
    dataset = make_dataset(TEXTS)  # lengths 8, 3, not known, 4, 0
    both = votes(dataset, threshold("p", op, **bounds), threshold("n", op, label="NEGATIVE", **bounds))
    assert both == [[1 if f else -1 for f in fires], [0 if f else -1 for f in fires]]


def test_columns_follow_the_set_and_leave_out_what_is_switched_off(make_dataset: Any) -> None:
    applier = Applier(make_dataset(TEXTS))
    off = keyword("off", ("POSITIVE", ["good"]), enabled=False)
    first, second = threshold("x", ">", threshold=3), keyword("y", ("NEGATIVE", ["bad"]))
    mixed = lf_set(off, second, first)
    L = applier.of(mixed).votes("dev")
    assert mixed.names == ["y", "x"]
    assert L.dtype == np.int8
    assert L.tolist() == np.array([applier.votes(lf, "dev") for lf in mixed.active]).T.tolist()
    assert applier.of(lf_set(off)).votes("dev").shape == (5, 0)
    assert applier.of(lf_set()).votes("train").shape == (5, 0)


def test_an_lf_is_applied_once_whatever_its_name(make_dataset: Any) -> None:
    applier = Applier(make_dataset(TEXTS))
    one, other = keyword("one", ("POSITIVE", ["good"])), threshold("two", ">", threshold=3)
    applier.of(lf_set(one, other)).votes("dev")
    assert applier.applications == 2
    applier.of(lf_set(other | {"name": "renamed"}, one)).votes("dev")
    assert applier.applications == 2
    edited = lf_set(one, other | {"threshold": 3.5})
    applier.of(edited).votes("dev")
    assert applier.applications == 3
    applier.of(edited).votes("train")
    assert applier.applications == 5
    with pytest.raises(ValueError, match="read-only"):
        applier.votes(edited.lfs[0], "dev")[0] = 1


def test_patterns_carry_the_gold_of_the_split(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS, gold=[1, 0, 1, -1, 1])
    applier = Applier(dataset)
    s = lf_set(keyword("a", ("POSITIVE", ["good"]), ("NEGATIVE", ["bad"])), threshold("b", ">", threshold=3))
    for split in SPLITS:
        applied = applier.of(s)
        patterns = applied.patterns(split)
        assert np.array_equal(patterns.votes[applied.pattern_of_row(split)], applied.votes(split))
        assert patterns.gold_counts.sum(axis=0).tolist() == ([0, 0] if split == "train" else [1, 3])
