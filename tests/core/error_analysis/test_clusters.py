"""Groups of the rows that an LF set lacks: what each is about, how its gold lies, and what LFs of it are worth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weakrec_core import NEGATIVE, POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.error_analysis.clusters import group_of, lacking_groups
from weakrec_core.errors import SpecError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.suggestions.telling_phrases import keyword_draft

TOPICS = {
    "dragons": "dragon flew over the burning castle",
    "boats": "sailor rowed a leaking boat",
    "cooks": "cook burnt the onion soup",
}


@pytest.fixture
def applied(make_dataset: Callable[..., Dataset], tutorial: LFSet) -> AppliedSet:
    """240 rows no LF covers, of three topics; boats are NEGATIVE four times of five, the others one time of five."""
    filler = np.random.default_rng(0).integers(0, 600, (240, 4))
    topics = list(TOPICS.values())
    texts = [f"{topics[i % 3]} " + " ".join(f"w{w}" for w in filler[i]) for i in range(240)]
    gold = [int((i // 3 % 5 == 0) == (i % 3 == 1)) for i in range(240)]
    return Applier(make_dataset(texts, gold)).of(tutorial)


def test_each_topic_is_a_group(applied: AppliedSet) -> None:
    found = lacking_groups(applied, "tfidf", 3)
    assert (found.n_rows, found.n_grouped, len(found.groups)) == (240, 240, 3)
    assert found.base_rate == pytest.approx(0.6)
    texts, gold = applied.dataset.split("dev")["review_text"], applied.dataset.gold("dev")
    for group in found.groups:
        (topic,) = {text.split(" w")[0] for text in texts.iloc[group.rows]}
        assert len(group.rows) == group.n == 80
        assert all(phrase in topic for phrase in group.phrases[:3])
        label = NEGATIVE if "boat" in topic else POSITIVE
        assert (group.label, group.positive) == (label, 16 if label == NEGATIVE else 64)
        assert group.ci_low < group.positive / 80 < group.ci_high
        seeds = group.seeds(gold)
        assert len(seeds) == 20 and set(seeds) <= set(group.rows) and set(gold[list(seeds)]) == {label}
    assert lacking_groups(applied, "tfidf", 3) is found


def test_a_keyword_lf_of_a_groups_phrases(applied: AppliedSet) -> None:
    group = next(g for g in lacking_groups(applied, "tfidf", 3).groups if g.label == NEGATIVE)
    draft = keyword_draft(applied, group.telling, group.label)
    assert draft is not None
    (keywords,) = draft.lf.groups
    assert keywords.label == "NEGATIVE" and set(" ".join(keywords.keywords).split()) <= set(TOPICS["boats"].split())
    assert np.array_equal(np.flatnonzero(applied.applier.votes(draft.lf, "dev") >= 0), np.sort(group.rows))
    assert (draft.held_out.n, draft.held_out.correct) == (80, 64)
    assert draft.held_out.lift == pytest.approx(0.4)


def test_rows_without_what_tells_have_no_keyword_lf(applied: AppliedSet) -> None:
    every_third = group_of(applied, np.arange(0, 240, 3)[::5], "tfidf")
    assert every_third.label == NEGATIVE  # the rare ones among dragons
    assert keyword_draft(applied, every_third.telling, every_third.label) is None


def test_only_what_is_lacking(demo_applier: Applier, tutorial: LFSet) -> None:
    applied = demo_applier.of(tutorial)
    found = buckets(applied)
    reviewed = applied.dataset.split("dev")["review_text"].notna().to_numpy(bool)
    for which, wanted in (
        ("uncovered", found.kind("uncovered")),
        ("wrong", found.kind("wrong")),
        ("both", found.kind("uncovered") | found.kind("wrong")),
    ):
        groups = lacking_groups(applied, "tfidf", 4, which)  # type: ignore[arg-type]
        rows = np.concatenate([g.rows for g in groups.groups])
        assert groups.n_rows == wanted.sum() and groups.n_grouped == len(rows) == len(set(rows))
        assert (wanted & reviewed)[rows].all() and len(rows) > 0.9 * (wanted & reviewed).sum()
        assert [len(g.rows) for g in groups.groups] == sorted((len(g.rows) for g in groups.groups), reverse=True)


def test_too_few_rows(make_dataset: Callable[..., Dataset], tutorial: LFSet) -> None:
    with pytest.raises(SpecError, match="Only 3 of these rows have a review: too few to group"):
        lacking_groups(Applier(make_dataset(["a b", None, "c d", "e f"])).of(tutorial), "tfidf")


def test_no_gold(make_dataset: Callable[..., Dataset], tutorial: LFSet) -> None:
    texts = [f"{list(TOPICS.values())[i % 3]} w{i}" for i in range(60)]
    applied = Applier(make_dataset(texts, [-1] * 60)).of(tutorial)
    for group in lacking_groups(applied, "tfidf", 3).groups:
        assert (group.n, group.label, group.seeds(applied.dataset.gold("dev"))) == (0, None, ())
        assert keyword_draft(applied, group.telling, group.label) is None


@settings(max_examples=20)
@given(st.sets(st.integers(0, 699), min_size=1, max_size=60))
def test_any_rows_are_a_group(demo_applier: Applier, tutorial: LFSet, rows: set[int]) -> None:
    applied = demo_applier.of(tutorial)
    gold = applied.dataset.gold("dev")
    group = group_of(applied, np.array(sorted(rows)), "tfidf")
    assert set(group.rows) == rows
    assert group.positive == (gold[list(rows)] == POSITIVE).sum() <= group.n <= len(rows)
    draft = keyword_draft(applied, group.telling, group.label)
    if draft is not None:
        assert VALUE[draft.lf.groups[0].label] == group.label and draft.held_out.n <= len(gold)


def test_the_command(demo: Dataset, cli: Callable[..., Any], session_workspace: object) -> None:
    del session_workspace
    lfs = Path(__file__).resolve().parents[3] / "lfs" / "tutorial.yaml"
    arguments = ("clusters", "--dataset", demo.name, "--lfs", lfs, "--groups", 3, "--rows", "uncovered")
    done = cli(*arguments, "--json").json
    assert len(done["groups"]) == 3 and sum(g["rows"] for g in done["groups"]) == done["grouped"] <= done["rows"]
    first = done["groups"][0]
    assert len(first["examples"]) == 3 and first["label"] in ("POSITIVE", "NEGATIVE")
    assert cli(*arguments).out.count("\n") == 4
    assert "There are no vectors 'no'" in cli(*arguments, "--vectors", "no").err
