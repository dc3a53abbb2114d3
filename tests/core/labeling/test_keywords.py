"""What each keyword does on dev."""

from typing import Any

import numpy as np
import pytest

from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.keywords import keyword_table, try_keyword, with_keyword
from weakrec_core.labeling.kinds import KeywordLF
from weakrec_core.labeling.parsing import parse_lf


def keyword_lf(*groups: tuple[str, list[str]], **more: Any) -> KeywordLF:
    spec = {"kind": "keyword", "name": "k", "groups": [{"label": k, "keywords": v} for k, v in groups]} | more
    lf = parse_lf(spec)
    assert isinstance(lf, KeywordLF)
    return lf


def test_hits_unique_hits_and_what_gold_says(make_dataset: Any) -> None:
    texts = ["good", "Good bad", "bad", "good great", None, "great"]
    applier = Applier(make_dataset(texts, gold=[1, 0, 0, -1, 1, 1]))
    lf = keyword_lf(("NEGATIVE", ["bad", "awful"]), ("POSITIVE", ["good", "great"]))
    table = keyword_table(applier, lf, applier.dataset.gold("dev"))
    assert table.to_dict("records") == [
        {"group": 1, "label": "NEGATIVE", "keyword": "bad", "hits": 2, "unique": 1}
        | {"correct": 2, "incorrect": 0, "verdict": ""},
        {"group": 1, "label": "NEGATIVE", "keyword": "awful", "hits": 0, "unique": 0}
        | {"correct": 0, "incorrect": 0, "verdict": "useless"},
        {"group": 2, "label": "POSITIVE", "keyword": "good", "hits": 3, "unique": 1}
        | {"correct": 1, "incorrect": 1, "verdict": ""},
        {"group": 2, "label": "POSITIVE", "keyword": "great", "hits": 2, "unique": 1}
        | {"correct": 1, "incorrect": 0, "verdict": ""},
    ]


def test_harmful_is_below_the_base_rate_beyond_chance(make_dataset: Any) -> None:
    """Of 100 rows 60 are POSITIVE. Right for 10 of 40: harmful. For 1 of 4: too few to say. For 24 of 40: as all rows."""
    parts = [("often few", 1, 1), ("often few", 0, 3), ("often same", 1, 9), ("often", 0, 27), ("same", 1, 15)]
    parts += [("same", 0, 16), ("", 1, 35)]
    rows = [(text, gold) for text, gold, times in parts for _ in range(times)]
    applier = Applier(make_dataset([text for text, _ in rows], gold=[gold for _, gold in rows]))
    lf = keyword_lf(("POSITIVE", ["often", "few", "same", "nowhere"]))
    table = keyword_table(applier, lf, applier.dataset.gold("dev")).set_index("keyword")
    columns = ["hits", "correct", "verdict"]
    assert table.loc["often", columns].tolist() == [40, 10, "harmful"]
    assert table.loc["few", columns].tolist() == [4, 1, ""]
    assert table.loc["same", columns].tolist() == [40, 24, ""]
    assert table.loc["nowhere", columns].tolist() == [0, 0, "useless"]


def test_the_base_rate_is_that_of_the_label(make_dataset: Any) -> None:
    """Right for 30 %: harmful for POSITIVE, of which there are 70 %; the best there is for NEGATIVE, of which there are 30 %."""
    gold = np.tile([1, 1, 1, 1, 1, 1, 1, 0, 0, 0], 20)
    texts = np.where(np.arange(200) < 100, "x", "")
    applier = Applier(make_dataset(texts.tolist(), gold=gold.tolist()))
    negative = keyword_table(applier, keyword_lf(("NEGATIVE", ["x"])), applier.dataset.gold("dev"))
    assert negative["verdict"].tolist() == [""]
    flipped = Applier(make_dataset(texts.tolist(), gold=np.where(np.arange(200) < 100, 1 - gold, 1).tolist(), name="f"))
    positive = keyword_table(flipped, keyword_lf(("POSITIVE", ["x"])), flipped.dataset.gold("dev"))
    assert positive[["correct", "incorrect", "verdict"]].to_numpy().tolist() == [[30, 70, "harmful"]]


@pytest.mark.parametrize(
    ("match", "case_sensitive", "hits"),
    [("substring", False, 4), ("word", False, 2), ("word", True, 1), ("regex", False, 4), ("substring", True, 3)],
)
def test_as_the_lf_matches(make_dataset: Any, match: str, case_sensitive: bool, hits: int) -> None:
    applier = Applier(make_dataset(["love", "LOVE", "glove", "lovely", "none"]))
    lf = keyword_lf(("POSITIVE", ["love"]), match=match, case_sensitive=case_sensitive)
    assert keyword_table(applier, lf, applier.dataset.gold("dev"))["hits"].tolist() == [hits]


def test_the_same_keyword_twice_hits_nothing_of_its_own(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["good", "x"]))
    lf = keyword_lf(("POSITIVE", ["good"]), ("NEGATIVE", ["good"]))
    table = keyword_table(applier, lf, applier.dataset.gold("dev"))
    assert table["hits"].tolist() == [1, 1]
    assert table["unique"].tolist() == [0, 0]


def test_without_gold_nothing_is_harmful(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["good", "good", "x"], gold=[-1, -1, -1]))
    table = keyword_table(applier, keyword_lf(("POSITIVE", ["good", "bad"])), applier.dataset.gold("dev"))
    assert table[["hits", "correct", "incorrect", "verdict"]].to_numpy().tolist() == [
        [2, 0, 0, ""],
        [0, 0, 0, "useless"],
    ]


def test_a_keyword_is_searched_once(make_dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    applier = Applier(make_dataset(["good", "bad"]))
    searched = []
    search = applier.columns["dev"].keyword_hits
    monkeypatch.setattr(
        applier.columns["dev"], "keyword_hits", lambda words, *how: searched.append(words) or search(words, *how)
    )
    for lf in (keyword_lf(("POSITIVE", ["good", "bad"])), keyword_lf(("NEGATIVE", ["bad", "new", "good"]))):
        keyword_table(applier, lf, applier.dataset.gold("dev"))
    assert searched == [["good"], ["bad"], ["new"]]


def test_a_keyword_is_tried_as_the_lf_would_find_it_and_added_to_its_group(make_dataset: Any) -> None:
    dataset = make_dataset(["dull", "so Dull", "dullness", None], [0, 1, -1, 0])
    applier, gold = Applier(dataset), dataset.gold("dev")
    lf = with_keyword(None, "dull", "dull", "NEGATIVE")
    trial = try_keyword(applier, "dull", lf, "NEGATIVE", gold)
    assert (trial.hits, trial.n, trial.correct) == (2, 2, 1)  # of whole words
    assert trial.base_rate == pytest.approx(2 / 3) and trial.lift == pytest.approx(1 / 2 - 2 / 3)
    both = with_keyword(with_keyword(lf, "dull", "slow", "NEGATIVE"), "dull", "loved", "POSITIVE")
    assert [(g.label, g.keywords) for g in both.groups] == [("NEGATIVE", ("dull", "slow")), ("POSITIVE", ("loved",))]
    with pytest.raises(SpecError, match="has the keyword 'slow' already"):
        with_keyword(both, "dull", "slow", "POSITIVE")
