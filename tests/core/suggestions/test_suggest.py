"""Suggestions: what they propose, that their figures are those of the LFs they become, and that their promises are honest."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from tests.conftest import MakeDataset
from weakrec_core.data.dataset import KEPT, SPLITS, Dataset
from weakrec_core.data.kept_columns import KeptColumn
from weakrec_core.data.saving import save_dataset
from weakrec_core.errors import LabelModelError, SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.kinds import KeywordGroup, KeywordLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.stats.folds import N_FOLDS, user_folds
from weakrec_core.stats.probability_metrics import probability_metrics
from weakrec_core.suggestions.candidates import Candidates, gather_candidates
from weakrec_core.suggestions.expected_gain import expected_gain, held_out_loss
from weakrec_core.suggestions.greedy_choice import base_model, greedy_choice, lfs_of, votes_of
from weakrec_core.suggestions.relevance import is_open, touched_rows
from weakrec_core.suggestions.suggest import Suggestion, apply_suggestions, suggest, to_json

K = 25


@pytest.fixture(scope="module")
def suggestions(demo_applier: Applier, tutorial: LFSet) -> list[Suggestion]:
    return suggest(demo_applier.of(tutorial), K)


def keyword(text: str, label: str = "POSITIVE", lf_name: str = "suggested_positive_1") -> Suggestion:
    return Suggestion(
        "add_keyword",
        "",
        lf_name,
        label,
        text,
        None,
        None,
        None,
        0,
        0,
        None,
        None,
        None,
        "dev",
        0.0,
        0.0,
        (0.0, 0.0),
        0.0,
        0.0,
        (0.0, 0.0),
        0.0,
    )


def test_the_list_is_ordered_distinct_and_new(suggestions: list[Suggestion], tutorial: LFSet) -> None:
    assert len(suggestions) == K
    scores = [s.score for s in suggestions]
    assert scores == sorted(scores, reverse=True)
    edits = [(s.action, s.keyword, s.signal, s.op) for s in suggestions]
    assert len(set(edits)) == K
    stars = tutorial.lfs[0]
    assert isinstance(stars, KeywordLF)
    there = {k for group in stars.groups for k in group.keywords}
    assert not there & {s.keyword for s in suggestions if s.action == "add_keyword"}
    assert not {"polarity", "subjectivity", "author_books_with_target"} & {s.signal for s in suggestions}
    assert all("log loss" in s.text and "coverage" in s.text for s in suggestions)


def test_dev_figures_are_those_of_the_lf_alone(
    suggestions: list[Suggestion], demo_applier: Applier, tutorial: LFSet
) -> None:
    for s in suggestions:
        added = apply_suggestions(LFSet(name="one", lfs=()), [s])
        row = demo_applier.of(added).summary().iloc[0]
        assert (s.hits, s.correct) == (row["n"], row["correct"])
        np.testing.assert_allclose([s.ci_low, s.ci_high, s.lift], row[["ci_low", "ci_high", "lift"]].astype(float))


def test_coverage_changes_are_exact_where_all_reviews_are_read(
    suggestions: list[Suggestion], demo_applier: Applier, tutorial: LFSet
) -> None:
    def coverage(chosen: list[Suggestion]) -> float:
        return demo_applier.of(apply_suggestions(tutorial, chosen)).shares("train")["coverage"]

    before = coverage([])
    for i in (0, 7, K - 1):
        assert suggestions[i].coverage_change == pytest.approx(coverage([suggestions[i]]) - before)
        together = suggestions[i].coverage_change_together
        assert together == pytest.approx(coverage(suggestions[: i + 1]) - before)


def test_the_votes_that_are_judged_are_those_of_the_set_with_the_suggestions(
    demo_applier: Applier, tutorial: LFSet, suggestions: list[Suggestion]
) -> None:
    candidates = gather_candidates(demo_applier.of(tutorial))
    picks = greedy_choice(candidates, demo_applier.dataset.gold("dev"), K)
    judged = votes_of(candidates, picks, lfs_of(picks))
    real = demo_applier.of(apply_suggestions(tutorial, suggestions)).votes("dev")
    assert sorted(map(bytes, judged.T.copy())) == sorted(map(bytes, real.T.copy()))


def test_a_promise_is_what_a_selection_without_the_fold_gives_on_it(demo_applier: Applier, tutorial: LFSet) -> None:
    candidates, gold = gather_candidates(demo_applier.of(tutorial)), demo_applier.dataset.gold("dev")
    folds = user_folds(candidates.users)
    change = 0.0
    for fold in range(N_FOLDS):
        held = folds == fold
        rest = np.where(held, -1, gold).astype(np.int8)
        picks = greedy_choice(candidates, rest, 8)
        labels = [
            base_model(L, rest).predict_proba(L[held])
            for L in (candidates.L, votes_of(candidates, picks, lfs_of(picks)))
        ]
        before, after = (probability_metrics(p, gold[held] == 0, gold[held] == 1)["log_loss"] for p in labels)
        assert before is not None and after is not None
        change += (after - before) * held.sum() / len(gold)
    expected = expected_gain(candidates, gold, 8)
    assert expected.together[-1] == pytest.approx(change)
    low, high = expected.together_interval.T
    assert (low < expected.together).all() and (expected.together < high).all()


def test_luck_is_not_promised(demo_applier: Applier, tutorial: LFSet) -> None:
    """Where gold is noise, the best of thousands of phrases looks good on the rows it was chosen by, and on no others."""
    candidates = gather_candidates(demo_applier.of(tutorial))
    gold = np.random.default_rng(0).permutation(demo_applier.dataset.gold("dev"))
    picks = greedy_choice(candidates, gold, K)
    L = votes_of(candidates, picks, lfs_of(picks))
    everyone = np.ones(len(gold), bool)
    in_sample = [held_out_loss(votes, gold, gold, everyone).mean() for votes in (candidates.L, L)]
    assert in_sample[1] < in_sample[0] - 0.002
    promised = expected_gain(candidates, gold, K)
    assert promised.together[-1] > -0.002
    assert all(kept < 0.5 for kept in promised.kept.values())
    assert (promised.together_interval[:, 1] > 0).all()
    assert all(low <= 0 for low, _ in promised.kept_interval.values())


def test_a_telling_phrase_comes_first(make_dataset: MakeDataset) -> None:
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 2, 400)
    told = rng.random(400) < 0.15
    fillers = rng.choice(["the tale", "some pages", "a voyage", "her house"], 400)
    endings = np.where(told, np.where(gold == 1, "what a gem", "so dull"), "the end")
    texts = [f"{filler}, {ending}" for filler, ending in zip(fillers, endings, strict=True)]
    found = suggest(Applier(make_dataset(texts, gold.tolist())).of(LFSet(name="s", lfs=())), 10)
    first = {s.label: s for s in reversed(found) if s.action == "add_keyword"}
    assert first["POSITIVE"].keyword in {"what", "gem", "what a", "a gem", "what a gem"}
    assert first["NEGATIVE"].keyword in {"so", "dull", "so dull"}
    for s in first.values():
        assert s.correct == s.hits > 10 and s.log_loss_change < 0 < s.coverage_change
        low, high = s.log_loss_interval
        assert low < s.log_loss_change < high < 0


def material_of(users: list[int], beyond: np.ndarray) -> Candidates:
    n, empty = len(users), sparse.csr_array((len(users), 0))
    return Candidates(
        users=np.array(users),
        L=np.full((n, 1), -1, np.int8),
        L_read=np.zeros((0, 1), np.int8),
        phrases=[],
        dev=empty,
        read=sparse.csr_array((0, 0)),
        dev_tfidf=empty,
        read_tfidf=sparse.csr_array((0, 0)),
        offered=np.zeros(0, bool),
        thresholds=[("review_length", ">=", 10.0)],
        categories=[],
        beyond=beyond[:, None],
        only=[],
        dropped=[],
        rows_read=np.zeros(0, np.int64),
        read_share=0.0,
    )


def test_a_prolific_user_does_not_make_a_threshold() -> None:
    gold = np.repeat([1, 0], [40, 40]).astype(np.int8)
    beyond = gold == 1
    of_many = greedy_choice(material_of(list(range(80)), beyond), gold, 5)
    assert [(p.action, p.label) for p in of_many] == [("add_threshold", 1)]
    assert greedy_choice(material_of([0] * 40 + list(range(1, 41)), beyond), gold, 5) == []


def test_signals_that_tell_the_same_give_one_threshold() -> None:
    gold = np.repeat([1, 0], [40, 40]).astype(np.int8)
    twice = replace(
        material_of(list(range(80)), gold == 1),
        thresholds=[("author_books", ">=", 1.0), ("author_share", ">=", 0.1)],
        beyond=np.repeat((gold == 1)[:, None], 2, axis=1),
    )
    assert [p.index for p in greedy_choice(twice, gold, 5)] == [0]


def test_a_keyword_that_misleads_is_dropped() -> None:
    gold = np.tile([1, 1, 0], 40).astype(np.int8)
    L = np.full((120, 1), -1, np.int8)
    rows_good, rows_bad = np.flatnonzero(gold == 0)[:30], np.flatnonzero(gold == 1)[:10]
    L[np.concatenate([rows_good, rows_bad]), 0] = 0
    candidates = replace(
        material_of(list(range(120)), np.zeros(120, bool)),
        L=L,
        only=[(0, rows_good), (0, rows_bad)],
    )
    assert [(p.action, p.index, p.label) for p in greedy_choice(candidates, gold, 5)] == [("drop_keyword", 1, 0)]
    pick = greedy_choice(candidates, gold, 5)[0]
    assert (votes_of(candidates, [pick], lfs_of([pick]))[rows_bad, 0] == -1).all()


def test_applied_keywords_join_an_lf_that_takes_them() -> None:
    there = KeywordLF.model_validate(
        {"name": "suggested_positive_1", "match": "word", "groups": [{"label": "POSITIVE", "keywords": ["gem"]}]}
    )
    before = LFSet(name="s", lfs=(there,))
    after = apply_suggestions(
        before, [keyword("treat"), keyword("gem"), keyword("dud", "NEGATIVE", "suggested_negative_1")]
    )
    assert [(lf.name, lf.groups[0].label, lf.groups[0].keywords) for lf in after.lfs if isinstance(lf, KeywordLF)] == [
        ("suggested_positive_1", "POSITIVE", ("gem", "treat")),
        ("suggested_negative_1", "NEGATIVE", ("dud",)),
    ]
    assert before.lfs == (there,)


@pytest.mark.parametrize(
    "change", [{"match": "substring"}, {"enabled": False}, {"case_sensitive": True}, {"stem": "english"}]
)
def test_an_lf_that_would_change_the_keywords_meaning_is_left_alone(change: dict[str, object]) -> None:
    values = {"name": "suggested_positive_1", "match": "word", "groups": [{"label": "POSITIVE", "keywords": ["gem"]}]}
    there = KeywordLF.model_validate(values | change)
    after = apply_suggestions(LFSet(name="s", lfs=(there,)), [keyword("treat"), keyword("joy")])
    assert after.lfs[0] == there
    added = after.lfs[1]
    assert isinstance(added, KeywordLF)
    assert (added.name, added.groups[0].keywords) == ("suggested_positive_1_2", ("treat", "joy"))


def test_thresholds_get_a_free_name_and_dropped_keywords_leave_no_empty_group() -> None:
    groups = [{"label": "NEGATIVE", "keywords": ["dud"]}, {"label": "POSITIVE", "keywords": ["gem"]}]
    words = KeywordLF.model_validate({"name": "review_length_high", "groups": groups})
    length = replace(
        keyword("", lf_name="review_length_high"),
        action="add_threshold",
        keyword=None,
        signal="review_length",
        op=">=",
        threshold=500.0,
    )
    drop = replace(keyword("dud", "NEGATIVE", "review_length_high"), action="drop_keyword")
    after = apply_suggestions(LFSet(name="s", lfs=(words,)), [length, drop])
    first, second = after.lfs
    assert isinstance(first, KeywordLF) and [g.keywords for g in first.groups] == [("gem",)]
    assert isinstance(second, ThresholdLF) and second.name == "review_length_high_2"
    with pytest.raises(SpecError, match=r"LF 'review_length_high', field groups: there is no keyword 'dud'"):
        apply_suggestions(after, [drop])


def test_json_is_plain_and_ranked(suggestions: list[Suggestion]) -> None:
    values = json.loads(json.dumps(to_json(suggestions), allow_nan=False))
    assert [value["rank"] for value in values] == list(range(1, K + 1))
    assert values[0]["text"] == suggestions[0].text
    for value in values:
        low, high = value["log_loss_interval_together"]
        assert low < value["log_loss_change_together"] < high


def test_the_set_may_be_empty_and_the_list_is_kept(demo: Dataset) -> None:
    applier = Applier(demo)
    empty = LFSet(name="empty", lfs=())
    found = suggest(applier.of(empty), 5)
    assert len(found) == 5
    assert suggest(applier.of(empty), 5) is found


def test_without_reviews_there_are_thresholds_at_most(make_dataset: MakeDataset, tutorial: LFSet) -> None:
    found = suggest(Applier(make_dataset([None] * 60)).of(tutorial), 5)
    assert {s.action for s in found} <= {"add_threshold"}


def test_what_cannot_be_checked_is_an_error(make_dataset: MakeDataset, tutorial: LFSet) -> None:
    applier = Applier(make_dataset(["a gem", "a dud"], [-1, -1]))
    with pytest.raises(LabelModelError, match="gold labels of two users"):
        suggest(applier.of(tutorial), 5)
    with pytest.raises(SpecError, match="1 or more, not 0"):
        suggest(applier.of(tutorial), 0)


def test_values_of_a_column_are_suggested_and_become_one_lf_a_label(demo: Dataset) -> None:
    rows = pd.concat([demo.split(split).assign(split=split) for split in SPLITS], ignore_index=True)
    rows.loc[rows["split"] == "train", "gold"] = demo.train_gold()
    told = np.select([np.arange(len(rows)) % 3 == 0, rows["gold"] == 1], ["plain", "good"], "bad")
    told[np.arange(len(rows)) % 5 == 0] = "fine"
    told[(told == "fine") & (rows["gold"] == 0)] = "plain"
    rows[f"{KEPT}shelf"] = pd.Series(told, dtype="category")
    meta = {"kept": {"shelf": KeptColumn(kind="category", known=len(rows)).model_dump()}}
    made = save_dataset(
        demo.workspace, "shelved", rows, demo.books, demo.histories, demo.user_ids.to_numpy(object), meta
    )
    try:
        applied = Applier(made).of(LFSet(name="none", lfs=()))
        found = [s for s in suggest(applied, K) if s.action == "add_category"]
        assert {("good", "POSITIVE"), ("bad", "NEGATIVE"), ("fine", "POSITIVE")} <= {(s.value, s.label) for s in found}
        assert found[0].log_loss_change < 0 and "shelf = “" in found[0].text
        lf_set = apply_suggestions(applied.lf_set, found)
        lfs = {lf.name: lf for lf in lf_set.lfs}
        assert set(lfs["shelf_positive"].positive) >= {"good", "fine"} and "bad" in lfs["shelf_negative"].negative
        for s in found:
            votes = Applier(made).of(apply_suggestions(applied.lf_set, [s])).votes("dev")[:, 0]
            np.testing.assert_array_equal(np.flatnonzero(votes != -1), touched_rows(applied, s))
            assert (s.hits, s.correct) == ((votes != -1).sum(), (votes == made.gold("dev")).sum())
            assert is_open(applied.lf_set, s) and not is_open(lf_set, s)
        again = suggest(applied.applier.of(lf_set), K)
        assert not {s.value for s in again} & {s.value for s in found}
        other = LFSet(name="s", lfs=(tutorial_like("shelf_positive"),))
        assert [lf.name for lf in apply_suggestions(other, [s for s in found if s.label == "POSITIVE"]).lfs] == [
            "shelf_positive",
            "shelf_positive_2",
        ]
    finally:
        shutil.rmtree(made.path.parent)


def tutorial_like(name: str) -> KeywordLF:
    return KeywordLF(name=name, groups=(KeywordGroup(label="POSITIVE", keywords=("x",)),))
