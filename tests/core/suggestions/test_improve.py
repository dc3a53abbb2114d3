"""Edits of one LF and of all thresholds: what they promise is what they do, and what does not help is not offered."""

import numpy as np
import pytest

from tests.conftest import MakeDataset
from weakrec_core.errors import LabelModelError, SpecError
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.kinds import CombinedLF, KeywordLF, ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.suggestions.improve import apply_improvement, improve
from weakrec_core.suggestions.lf_edits import (
    add_keyword,
    drop_keywords,
    except_where,
    move_threshold,
    thresholds_to_try,
)
from weakrec_core.suggestions.tune_thresholds import apply_tuning, tune_thresholds

WORDS = parse_lf(
    {
        "kind": "keyword",
        "name": "words",
        "match": "word",
        "groups": [
            {"label": "NEGATIVE", "keywords": ["dnf", "boring"]},
            {"label": "POSITIVE", "keywords": ["love", "loved"]},
        ],
    }
)
GLAD = parse_lf(
    {"kind": "threshold", "name": "glad", "signal": "polarity", "op": ">", "threshold": 0.3, "label": "POSITIVE"}
)


def log_loss(applier: Applier, lf_set: LFSet) -> float:
    return float(set_figures(applier.of(lf_set)).everywhere["log_loss"] or np.nan)


def test_the_votes_of_an_edit_are_those_of_the_lf_that_it_makes(demo_applier: Applier) -> None:
    applied = demo_applier.of(LFSet(name="s", lfs=(WORDS, GLAD)))
    dev = demo_applier.columns["dev"]
    one_group = WORDS.model_copy(update={"groups": WORDS.groups[:1], "tags": ("a",)})
    hits = dev.keyword_hits(["great"], "word", False)
    assert isinstance(WORDS, KeywordLF) and isinstance(GLAD, ThresholdLF) and hits.any()
    values = GLAD.measured(dev)
    tried = thresholds_to_try(applied, GLAD)
    assert GLAD.threshold in tried and len(tried) > 5
    edits = [
        *drop_keywords(demo_applier, WORDS),
        *(move_threshold(GLAD, t, values) for t in tried.tolist() if t != 0.3),
    ]
    edits += [add_keyword(demo_applier, WORDS, "great", label, hits) for label in ("POSITIVE", "NEGATIVE")]
    edits += [except_where(lf, "great", hits, lf.votes(dev)) for lf in (one_group, GLAD)]
    edits.append(except_where(edits[-1].lf, "the", dev.keyword_hits(["the"], "word", False), edits[-1].votes))
    assert {edit.action for edit in edits} == {"drop_keyword", "threshold", "add_keyword", "unless"}
    for edit in edits:
        np.testing.assert_array_equal(edit.votes, edit.lf.votes(dev), edit.text)
        assert edit.lf != (WORDS if edit.lf.name == "words" else GLAD)
    assert isinstance(edits[-1].lf, CombinedLF) and len(edits[-1].lf.unless) == 2


def test_an_improvement_is_made_with_the_notes_of_now_and_helps(demo_applier: Applier, tutorial: LFSet) -> None:
    found = improve(demo_applier.of(tutorial), "shared_first_author")
    changes = [one.log_loss_change for one in found]
    assert found and changes == sorted(changes) and all(change < 0 for change in changes)
    best = found[0]
    low, high = best.log_loss_interval
    assert low <= best.log_loss_change <= high
    first, noted, *others = tutorial.lfs
    noted = noted.model_copy(update={"comment": "Ask ada"})
    edited = apply_improvement(tutorial.model_copy(update={"lfs": (first, noted, *others)}), best)
    assert edited.lfs[1].without_notes() == best.lf and edited.lfs[1].comment == "Ask ada"
    assert [*edited.lfs[:1], *edited.lfs[2:]] == [first, *others]
    assert log_loss(demo_applier, edited) < log_loss(demo_applier, tutorial)
    gold = demo_applier.dataset.gold("dev")
    votes = demo_applier.votes(edited.lfs[1], "dev")
    assert best.correct[1] == ((votes >= 0) & (votes == gold)).sum()


def test_what_cannot_help_is_not_offered(make_dataset: MakeDataset) -> None:
    lfs = (WORDS, parse_lf(WORDS.model_dump() | {"name": "off", "enabled": False}))
    applied = Applier(make_dataset(["I love it"] * 20)).of(LFSet(name="s", lfs=lfs))
    assert improve(applied, "words") == []
    with pytest.raises(SpecError, match="has no LF 'off' that is on"):
        improve(applied, "off")
    one_user = Applier(make_dataset(["I love it", "dnf"], gold=[1, -1])).of(applied.lf_set)
    for search in (lambda: improve(one_user, "words"), lambda: tune_thresholds(one_user)):
        with pytest.raises(LabelModelError, match="gold labels of two users"):
            search()


def test_thresholds_searched_together_lower_the_log_loss_and_stay_where_they_are_put(
    demo_applier: Applier, tutorial: LFSet
) -> None:
    tuning = tune_thresholds(demo_applier.of(tutorial))
    assert tuning.helps and {move.lf_name for move in tuning.moves} <= set(tutorial.names)
    low, high = tuning.log_loss_interval
    assert low <= tuning.log_loss_change <= high
    tuned = apply_tuning(tutorial, tuning)
    for move in tuning.moves:
        before, after = (next(lf for lf in s.lfs if lf.name == move.lf_name) for s in (tutorial, tuned))
        assert before.model_copy(update={"threshold": move.after}) == after != before
    assert log_loss(demo_applier, tuned) < log_loss(demo_applier, tutorial)
    again = tune_thresholds(demo_applier.of(tuned))
    assert not again.moves and not again.helps and apply_tuning(tuned, again) == tuned
    assert "where the search puts it" in again.line


def test_without_thresholds_there_is_nothing_to_gain(demo_applier: Applier) -> None:
    tuning = tune_thresholds(demo_applier.of(LFSet(name="s", lfs=(WORDS,))))
    assert (tuning.moves, tuning.log_loss_change, tuning.helps) == ([], 0.0, False)
