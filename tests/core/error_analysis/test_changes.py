"""Rows that an edit mends and breaks, against what the label model says of each before and after."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.error_analysis.changes import row_changes
from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet


def keyword(name: str, label: str, *keywords: str) -> dict[str, Any]:
    return {"kind": "keyword", "name": name, "groups": [{"label": label, "keywords": list(keywords)}]}


def lf_set(*lfs: dict[str, Any]) -> LFSet:
    return LFSet.model_validate({"name": "s", "lfs": list(lfs)})


LIKES, HATES = keyword("likes", "POSITIVE", "good"), keyword("hates", "NEGATIVE", "bad")
TEXTS = ["good", "bad", "dull", "dull", "plain", "odd"] * 5
GOLD = [1, 0, 0, 0, 1, 1] * 5


@pytest.fixture
def applier(make_dataset: Callable[..., Dataset]) -> Applier:
    return Applier(make_dataset(TEXTS, gold=GOLD))


def test_a_new_vote_mends_and_breaks_rows_and_is_named_there(applier: Applier) -> None:
    before = applier.of(lf_set(LIKES, HATES))
    after = applier.of(lf_set(LIKES, keyword("hates", "NEGATIVE", "bad", "dull", "odd")))
    changes = row_changes(before, after)
    dull, odd = ([i for i, text in enumerate(TEXTS) if text == word] for word in ("dull", "odd"))
    table = changes.table
    assert sorted(table.loc[table["change"] == "mended", "row"]) == dull
    assert sorted(table.loc[table["change"] == "broken", "row"]) == odd
    assert set(table["before"]) == {"ABSTAIN"} and set(table["after"]) == {"NEGATIVE"}
    assert table["lfs"].tolist() == [["hates"]] * len(table)
    assert changes.by_lf.to_dict("records") == [{"name": "hates", "mended": len(dull), "broken": len(odd)}]
    assert [vars(vote) for vote in changes.votes(dull[0])] == [
        {"lf": "hates", "before": "ABSTAIN", "after": "NEGATIVE"}
    ]


def test_the_way_back_breaks_what_was_mended(applier: Applier) -> None:
    one, other = applier.of(lf_set(LIKES, HATES)), applier.of(lf_set(LIKES, keyword("hates", "NEGATIVE", "dull")))
    there, back = row_changes(one, other), row_changes(other, one)
    assert sorted(there.rows) == sorted(back.rows) and len(there.rows)
    assert (there.count("mended"), there.count("broken")) == (back.count("broken"), back.count("mended"))
    same = row_changes(one, one)
    assert not len(same.table) and same.by_lf.empty and same.to_json()["rows"] == []


def test_rows_and_figures_are_those_of_error_analysis_and_the_strip(demo_applier: Applier, tutorial: LFSet) -> None:
    before = demo_applier.of(tutorial)
    after = demo_applier.of(LFSet(name="s", lfs=tutorial.lfs[1:]))
    changes, (old, new) = row_changes(before, after), (buckets(before), buckets(after))
    gain = (new.correct == 1).sum() - (old.correct == 1).sum()
    right = changes.table["gold"] == changes.table["after"]
    was_right = changes.table["gold"] == changes.table["before"]
    assert right.sum() - was_right.sum() == gain and gain != 0
    figures = changes.to_json()["figures"]["after"]
    assert figures["log_loss"] == set_figures(after).everywhere["log_loss"]
    moved = np.abs(changes.table["p_after"] - changes.table["p_before"])
    assert (np.diff(moved) <= 1e-12).all()


@pytest.mark.parametrize("kind", ["majority", "auto"])
def test_another_label_model_decides_by_its_own_probabilities(
    demo_applier: Applier, tutorial: LFSet, kind: str
) -> None:
    before, after = demo_applier.of(LFSet(name="s", lfs=tutorial.lfs[1:])), demo_applier.of(tutorial)
    changes = row_changes(before, after, kind)
    assert kind == "auto" or changes.label_model == kind
    votes = after.votes("dev")
    positive, negative = (votes == 1).sum(axis=1), (votes == 0).sum(axis=1)
    table = changes.table
    if changes.label_model == "majority":
        rows = table["row"].to_numpy()
        want = np.where(positive > negative, "POSITIVE", np.where(negative > positive, "NEGATIVE", "ABSTAIN"))[rows]
        assert table["after"].tolist() == want.tolist()
    assert len(table)


def test_without_gold_nothing_is_right_or_wrong(make_dataset: Callable[..., Dataset]) -> None:
    applied = Applier(make_dataset(TEXTS, gold=[-1] * len(TEXTS))).of(lf_set(LIKES))
    with pytest.raises(LabelModelError, match="no gold"):
        row_changes(applied, applied)


def test_the_command_prints_the_rows_and_the_votes_that_did_it(cli: Any, demo: Dataset) -> None:
    done = cli("changes", "--dataset", "demo", "--lfs", "recommended", "--against", "tutorial", "--json")
    assert done.status == 0, done.err
    assert done.json["mended"] + done.json["broken"] == len(done.json["rows"]) > 0
    votes = done.json["rows"][0]["votes"]
    assert votes and all(vote["before"] != vote["after"] for vote in votes)
    bad = cli("changes", "--dataset", "demo", "--lfs", "recommended", "--against", "tutorial", "--label-model", "no")
    assert bad.status == 2 and "no" in bad.err
