"""Label models on a public set in WRENCH's format, with its valid split as dev; every figure is of test.

A folder holds ``train.json``, ``valid.json`` and ``test.json``, each ``{"0": {"label", "weak_labels", "data"}, …}``, and
``label.json``, the names of the two classes (Zhang et al. 2021, WRENCH: a comprehensive benchmark for weak supervision).
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from benchmarks.common import result
from weakrec_core.errors import DataError
from weakrec_core.label_model.comparing import compare_votes
from weakrec_core.label_model.fitting import LABEL_MODELS, fit_label_model
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval
from weakrec_core.stats.decision_cut import best_cut
from weakrec_core.stats.probability_metrics import metrics_against

_SPLITS = ("train", "valid", "test")


def run(data: Path) -> dict[str, Any]:
    """AUC, log loss, accuracy and F1 at 0.5 and at the cut that is best on valid, of each label model and a constant.

    ``against`` has what `auto` is above each of the others, with a paired bootstrap's 95 % interval over test's texts;
    ``votes_right`` the share of votes that agree with gold, by split: splits whose votes are not of their rows differ in it.
    """
    votes, gold = {}, {}
    for split in _SPLITS:
        votes[split], gold[split] = _read(data / f"{split}.json")
    names = [f"lf_{i}" for i in range(votes["train"].shape[1])]
    train, _ = group_votes(votes["train"], np.full(len(gold["train"]), -1, np.int8))
    dev, dev_row = group_votes(votes["valid"], gold["valid"])
    test, test_row = group_votes(votes["test"], gold["test"])
    users = np.arange(len(gold["valid"]))  # every text is by itself
    chosen = compare_votes(train, votes["valid"], gold["valid"], users, names).recommended
    prior = float(gold["valid"].mean())
    predicted = {"constant": (np.full(len(dev_row), prior), np.full(len(test_row), prior))}
    for kind in LABEL_MODELS:
        model = fit_label_model(kind, train, dev, names)
        predicted[kind] = tuple(
            model.predict_proba(part.votes)[row] for part, row in ((dev, dev_row), (test, test_row))
        )
    predicted["auto"] = predicted[chosen]
    figures = {name: _figures(gold["valid"], gold["test"], *p) for name, p in predicted.items()}
    rows = {split: len(gold[split]) for split in _SPLITS}
    work = (
        f"{data.name}: {rows['train']:,} train, {rows['valid']:,} valid as dev, {rows['test']:,} test, {len(names)} LFs"
    )
    ours, peer = figures["auto"]["auc"], figures["snorkel"]["auc"]
    against = _against(gold["test"], {name: p for name, (_, p) in predicted.items() if name != chosen})
    right = {split: float((votes[split] == gold[split][:, None])[votes[split] >= 0].mean()) for split in _SPLITS}
    more = {"chosen": chosen, "models": figures, "against": against, "votes_right": right}
    return result("wrench", work, ours, peer, "AUC", 1, smaller_is_better=False, **more)


def _against(gold: NDArray[np.int8], predicted: dict[str, NDArray[np.float64]]) -> dict[str, dict[str, list[float]]]:
    """By model and metric: the difference of auto to it, and its interval's ends."""
    every, draws = np.ones(len(gold), bool), Draws.make(np.arange(len(gold)))
    drawn = {name: drawn_metrics(p, gold, every, draws) for name, p in predicted.items()}
    measured = {name: metrics_against(gold, p) for name, p in predicted.items()}
    return {
        name: {
            metric: [
                measured["auto"][metric] - measured[name][metric],
                *(percentile_interval(drawn["auto"][metric] - drawn[name][metric]) or ()),
            ]
            for metric in ("auc", "log_loss")
        }
        for name in predicted
        if name != "auto"
    }


def _read(path: Path) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """L, shape [n, m], and gold, shape [n]."""
    try:
        rows = list(json.loads(path.read_text(encoding="utf-8")).values())
        votes = np.array([row["weak_labels"] for row in rows], np.int8)
        gold = np.array([row["label"] for row in rows], np.int8)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise DataError(f"{path} is not in WRENCH's format ({type(e).__name__}).") from None
    if votes.ndim != 2 or not (set(np.unique(votes)) <= {-1, 0, 1} and set(np.unique(gold)) <= {0, 1}):
        raise DataError(f"{path} is not of two classes.")
    return votes, gold


def _figures(
    gold_dev: NDArray[np.int8], gold: NDArray[np.int8], p_dev: NDArray[np.float64], p: NDArray[np.float64]
) -> dict[str, Any]:
    cut = best_cut(gold_dev, p_dev, "f1")
    measured = metrics_against(gold, p)
    return measured | {
        "f1": float(f1_score(gold, p > 0.5, zero_division=0)),
        "cut": cut,
        "f1_at_cut": float(f1_score(gold, p > cut, zero_division=0)),
    }
