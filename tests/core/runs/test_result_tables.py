"""A result as tables: what is there, in order, and – for what is not."""

import math
from typing import Any

import pytest

from weakrec_core.runs.result_tables import (
    NETWORK,
    RANKING_METRICS,
    THIS_RUN,
    TITLES,
    against,
    better_rivals,
    cuts,
    decisions,
    figure,
    figures,
    meaning,
    models,
    ranking_at,
    title,
    wide,
)

RESULT: dict[str, Any] = {
    "test": {"auc": 0.7, "log_loss": 0.5},
    "ranking": {
        "mrr": 0.3,
        "ndcg@10": 0.2,
        "ndcg@5": 0.1,
        "coverage@10": 0.4,
        "n_users": 9,
        "intervals": {"ndcg@10": [0.15, 0.25]},
    },
    "network": {"ranking": {"ndcg@10": 0.18}},
    "blend": {"weight": 0.5},
    "baselines": {
        "ease": {"test": None, "ranking": {"ndcg@10": 0.19}},
        "constant": {"test": {"auc": 0.5}, "ranking": None},
        "dev_only": None,
        "mine": {"test": {"auc": 0.6}},
    },
}


def test_models_in_order() -> None:
    assert list(models(RESULT)) == [THIS_RUN, NETWORK, "Constant", "EASE", "mine"]
    assert NETWORK not in models(RESULT | {"blend": {"weight": 0.0}})  # it would be this run again


def test_metrics_of_a_cut() -> None:
    assert cuts(RESULT) == [5, 10]
    assert ranking_at(RESULT, 10) == ["ndcg@10", "mrr", "coverage@10"]
    assert cuts({"test": {}}) == []


def test_a_model_without_a_part_has_no_row_and_a_missing_value_is_a_dash() -> None:
    rated = wide(figures(RESULT, "test", ["auc", "log_loss"], {"auc": (0.65, 0.75)}))
    assert rated.index.tolist() == [THIS_RUN, "Constant", "mine"]
    assert rated.loc[THIS_RUN].tolist() == ["0.700 [0.650, 0.750]", "0.500"]
    assert rated.loc["Constant"].tolist() == ["0.500", "–"]
    ranked = wide(figures(RESULT, "ranking", ["ndcg@10", "mrr"]))
    assert ranked.columns.tolist() == ["NDCG@10", "MRR"]
    assert ranked.loc[THIS_RUN, "NDCG@10"] == "0.200 [0.150, 0.250]"
    assert ranked.loc["EASE"].tolist() == ["0.190", "–"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((None,), "–"),
        ((math.nan,), "–"),
        ((0.5,), "0.500"),
        ((0.5, 0.5, 0.5), "0.500"),
        ((0.5, 0.4, 0.6), "0.500 [0.400, 0.600]"),
    ],
)
def test_figures_in_words(given: tuple[Any, ...], said: str) -> None:
    assert figure(*given) == said


def test_a_figure_against_the_strongest_rival() -> None:
    baselines = RESULT["baselines"] | {"popularity": {"test": {"auc": 0.72}}, "gold": {"test": {"auc": 0.9}}}
    before = against(RESULT | {"baselines": baselines}, "auc")  # from before intervals were drawn
    assert before is not None
    assert (before.title, before.difference) == ("Popularity", pytest.approx(-0.02))
    assert str(before) == "-0.020 vs Popularity, not distinguishable"
    drawn = {"rival": "popularity", "value": 0.72, "difference": -0.02, "interval": [-0.03, -0.01], "verdict": "worse"}
    now = against(RESULT | {"rivals": {"auc": drawn}}, "auc")
    assert now is not None
    assert (str(now), now.low, now.high) == ("-0.020 vs Popularity", -0.03, -0.01)
    assert against(RESULT, "log_loss") is None


def test_decisions_at_other_cuts() -> None:
    at = {"accuracy": 0.7, "f1": 0.6, "precision": 0.5, "recall": 0.4}
    cuts = {"f1": {"cut": 0.3, "test": at}, "precision=0.9": {"cut": 0.8, "test": at}}
    table = decisions({"test": at, "cuts": cuts})
    assert table["Goal"].tolist() == ["the usual", "best F1 of POSITIVE", "precision of 0.9"]
    assert table["Cut"].tolist() == [0.5, 0.3, 0.8]
    assert table["Recall"].tolist() == [0.4] * 3
    assert decisions(RESULT).empty


def test_where_a_rival_is_better() -> None:
    drawn = {"rival": "popularity", "value": 0.72, "difference": -0.02, "interval": [-0.03, -0.01], "verdict": "worse"}
    unclear = drawn | {"interval": [-0.03, 0.01], "verdict": "not distinguishable"}
    rivals = {"auc": unclear, "log_loss": unclear, "ndcg@10": drawn, "hit_rate@10": drawn}
    assert better_rivals(RESULT | {"rivals": rivals}) == [
        "Popularity is better for lists: test NDCG@10 -0.020, 95 % interval -0.030 to -0.010."
    ]
    assert better_rivals(RESULT | {"rivals": {"auc": unclear}}) == better_rivals(RESULT) == []


def test_every_metric_says_what_it_is_and_no_other_column_does() -> None:
    assert all(meaning(title(metric)) for metric in TITLES)
    assert all(meaning(title(f"{metric}@10")) for metric in RANKING_METRICS)
    assert meaning("Precision") != meaning("Precision@5")
    assert meaning("Model") is meaning("LFs") is None
