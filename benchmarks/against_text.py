"""The recommended set with suggestions and similar-LFs beside TF-IDF on the same gold, by how many dev rows have gold.

All choices are made on dev: which suggestions, which similar-LFs, which label model, whether the text model helps. Measured are all
reviewed rows of users of whom nothing was read.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.common import result, temporary_workspace
from benchmarks.end_model import provide
from benchmarks.label_model import tfidf_alone
from benchmarks.label_quality import Users
from benchmarks.similar import rows_to_mend
from weakrec_core.data.dataset import open_dataset
from weakrec_core.errors import SpecError
from weakrec_core.files import PROJECT
from weakrec_core.label_model.label_train import label_train
from weakrec_core.label_model.text_labels import blend, compare_with_text, label_train_with_text
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval
from weakrec_core.stats.probability_metrics import metrics_against
from weakrec_core.stats.verdicts import BETTER
from weakrec_core.suggestions.similar_rows import propose_similar
from weakrec_core.suggestions.suggest import apply_suggestions, suggest
from weakrec_core.workspace import Workspace

BUDGETS = (100, 500, 2_000)
_TEST_SHARE = 0.3  # of the users
_SUGGESTED = 20
_METRICS = ("auc", "log_loss")
Floats = NDArray[np.float64]


def run(dataset: str | None = None, seeds: int = 3, budgets: Sequence[int] = BUDGETS) -> dict[str, Any]:
    """AUC and log loss by budget, means over divisions of the users, and ours less TF-IDF's with a paired 95 % interval over users.

    Parameters
    ----------
    dataset : str, optional
        Of the workspace, with reviews; else the demo.
    """
    source = None if dataset is None else open_dataset(Workspace.from_environment(), dataset).path.parent
    lf_set = read_lf_set(PROJECT / "lfs" / "recommended.yaml")
    with temporary_workspace() as workspace:
        made = provide(workspace, source, None, None, None)
        users = Users(made)
        found: dict[int, list[dict[str, Any]]] = {budget: [] for budget in budgets}
        for seed in range(seeds):
            applied = users.applier(seed, max(budgets), _TEST_SHARE).of(lf_set)
            for budget in budgets:
                found[budget].append(_measured(applied, budget, seed))
    table = [{"dev_rows": budget} | _compared(each) for budget, each in found.items()]
    return result(
        "against_text",
        f"AUC of P(POSITIVE) of held-out users' reviews of {made!r}, {budgets[0]} dev rows with gold, beside TF-IDF on these",
        table[0]["ours"]["auc"],
        table[0]["tfidf"]["auc"],
        "AUC",
        seeds,
        smaller_is_better=False,
        budgets=table,
    )


def _measured(applied: AppliedSet, budget: int, seed: int) -> dict[str, Any]:
    whole = applied.applier
    dev, test = whole.dataset.split("dev"), whole.dataset.split("test")
    gold, reviewed = whole.dataset.gold("dev"), dev["review_text"].notna().to_numpy()
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(reviewed & (gold >= 0)))[:budget]
    known = np.zeros(len(gold), bool)
    known[drawn] = True
    applied, chosen = _chosen(whole.with_gold_of(whole.dataset.with_dev_gold(known)).of(applied.lf_set), seed)
    p, with_text = _predicted(applied)
    rows = test["review_text"].notna().to_numpy()
    tfidf = tfidf_alone(dev["review_text"][known], gold[known], test["review_text"][rows])
    truth, users = whole.dataset.gold("test")[rows], test["user_idx"].to_numpy()[rows]
    measured = {"ours": p[rows], "tfidf": tfidf}
    draws, every = Draws.make(users, seed=seed), np.ones(len(truth), bool)
    return {
        "points": {name: metrics_against(truth, values) for name, values in measured.items()},
        "drawn": {name: drawn_metrics(values, truth, every, draws) for name, values in measured.items()},
        "chosen": chosen | {"text_model": with_text},
    }


def _chosen(applied: AppliedSet, seed: int) -> tuple[AppliedSet, dict[str, int]]:
    """With the suggestions that help most together, where their interval says that they do; then the similar-LFs offered."""
    found = suggest(applied, _SUGGESTED)
    sure = [k for k, s in enumerate(found, 1) if s.log_loss_interval_together[1] < 0]
    k = min(sure, key=lambda k: found[k - 1].log_loss_change_together, default=0)
    applied = applied.applier.of(apply_suggestions(applied.lf_set, found[:k]))
    lfs = list(applied.lf_set.lfs)
    for row in rows_to_mend(applied, seed):
        try:
            proposed = propose_similar(applied, (int(row),))[0]
        except SpecError:  # with few labels there may be no other users to choose a threshold on
            continue
        if proposed.held_out.verdict == BETTER:
            lfs.append(proposed.lf.model_copy(update={"name": f"similar_{row}"}))
    chosen = {"suggestions": k, "similar": len(lfs) - len(applied.lf_set.lfs)}
    return applied.applier.of(LFSet(name="chosen", lfs=tuple(lfs))), chosen


def _predicted(applied: AppliedSet) -> tuple[Floats, bool]:
    """P(POSITIVE) of test as a run labels rows: by the label model that is recommended, with the text model where it helps."""
    labels = label_train(applied)
    votes = applied.votes("test")
    p = labels.model.predict_proba(votes)
    if not compare_with_text(applied, labels.model.kind).helps:
        return p, False
    text = label_train_with_text(applied, labels.model.kind).text
    assert text is not None
    return blend(p, text.predict_proba(applied.dataset.split("test")["review_text"]), (votes != -1).any(axis=1)), True


def _compared(each: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means over the divisions."""
    found: dict[str, Any] = {
        name: {metric: round(float(np.mean([one["points"][name][metric] for one in each])), 4) for metric in _METRICS}
        for name in ("ours", "tfidf")
    }
    for metric in _METRICS:
        drawn = np.mean([one["drawn"]["ours"][metric] - one["drawn"]["tfidf"][metric] for one in each], axis=0)
        low, high = percentile_interval(drawn) or (np.nan, np.nan)
        change = found["ours"][metric] - found["tfidf"][metric]
        found[f"{metric}_difference"] = {
            name: round(float(v), 4) for name, v in (("mean", change), ("low", low), ("high", high))
        }
        found[f"{metric}_by_division"] = [
            round(one["points"]["ours"][metric] - one["points"]["tfidf"][metric], 4) for one in each
        ]
    return found | {"chosen": [one["chosen"] for one in each]}
