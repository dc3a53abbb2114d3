"""What suggestions do to an LF set on users not seen: the quality of its labels, and whether they keep their promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.common import machine, temporary_workspace
from benchmarks.end_model import provide
from benchmarks.label_model import DEV_SHARE, SEEDS, tfidf_alone
from weakrec_core.data.dataset import KEPT, SPLITS, Dataset, open_dataset
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.saving import save_dataset
from weakrec_core.files import PROJECT
from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import read_lf_set
from weakrec_core.progress import Progress, no_progress
from weakrec_core.signals import SignalStore
from weakrec_core.signals.registry import Values
from weakrec_core.stats.probability_metrics import metrics_against
from weakrec_core.suggestions.suggest import apply_suggestions, suggest
from weakrec_core.workspace import Workspace

KS = (5, 20, 50)
_ALONE = 20  # suggestions whose own promise is checked
METRICS = ("auc", "log_loss", "accuracy", "coverage")
_TFIDF = "tfidf on dev"


def run(reviews: Path | None, dataset: str | None = None, seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Mean figures over splits of the users: a tenth is dev, the others are labeled and measured.

    ``mean``: of the calibrated label model on all reviewed rows of the others (a row without a vote gets the prior), for
    the tutorial's set and with the first 5, 20 and 50 suggestions, beside a TF-IDF logistic regression trained on dev; of
    data without reviews on all rows, beside the tutorial's set.
    ``honesty``: changes of the log loss on all rows of another tenth of the users, whose reviews were not read either,
    promised and measured: see `_kept`.

    Parameters
    ----------
    reviews : Path or None
        In the UCSD format.
    dataset : str, optional
        Else a dataset of the workspace; else the demo.
    """
    source = None if dataset is None else open_dataset(Workspace.from_environment(), dataset).path.parent
    lf_set = read_lf_set(PROJECT / "lfs" / "tutorial.yaml")
    with temporary_workspace() as workspace:
        made = (
            provide(workspace, source, None, None, None)
            if reviews is None
            else ingest_goodreads(workspace, "benchmark", reviews)
        )
        users = Users(made)
        records, promises = [], []
        for seed in seeds:
            measured, kept = _split(users.applier(seed).of(lf_set))
            records += [{"seed": seed} | record for record in measured]
            promises += [{"seed": seed} | record for record in kept]
    table, honesty = pd.DataFrame(records), pd.DataFrame(promises)
    mean = {
        str(name): {metric: round(float(part[metric].mean()), 4) for metric in METRICS}
        for name, part in table.groupby("labels", sort=False)
    }
    first = lf_set.name
    peer = _TFIDF if _TFIDF in mean else first
    best = f"suggest {KS[-1]}"
    return {
        "name": "label_quality",
        "work": f"AUC of the labels of all reviewed rows of {made!r}, {len(seeds)} splits of the users",
        "ours": mean[best]["auc"],
        "peer": mean[peer]["auc"],
        "ratio": mean[best]["auc"] / mean[peer]["auc"],
        "unit": "AUC",
        "gain": {name: round(mean[name]["auc"] - mean[first]["auc"], 4) for name in mean if name.startswith("suggest")},
        "mean": mean,
        "honesty": {str(n): _kept(part) for n, part in honesty.groupby("what", sort=False)} if promises else {},
        "runs": len(seeds),
        "machine": machine(),
    }


class Users:
    """A dataset whose users can be split anew; signals are computed once."""

    def __init__(self, dataset: Dataset):
        self._dataset = dataset
        self._meta = {"kept": dataset.meta["kept"]} if dataset.kept_columns else {}
        frames = [
            dataset.split(split).assign(
                gold=dataset.train_gold() if split == "train" else dataset.gold(split),
                **{KEPT + name: dataset.kept(name, split) for name in dataset.kept_columns},
            )
            for split in SPLITS
        ]
        rows = pd.concat(frames, ignore_index=True)
        order = rows.sort_values(["user_idx", "book_idx"], kind="stable").index.to_numpy()
        self._rows, self._order = rows.loc[order].reset_index(drop=True), order
        self._signals = SignalStore(dataset)

    def applier(self, seed: int, dev_rows: int | None = None, test_share: float = DEV_SHARE) -> Applier:
        """A tenth of the users is dev, or as many as wrote `dev_rows` reviews; a share is test, the others are train."""
        everyone = np.random.default_rng(seed).permutation(np.unique(self._rows["user_idx"]))
        n_dev = round(DEV_SHARE * len(everyone))
        if dev_rows is not None:
            written = self._rows["user_idx"][self._rows["review_text"].notna()]
            n_dev = (
                int(np.searchsorted(np.bincount(written, minlength=everyone.max() + 1)[everyone].cumsum(), dev_rows))
                + 1
            )
        n_test = round(test_share * len(everyone))
        of_user = np.full(int(everyone.max()) + 1, "train", dtype=object)
        of_user[everyone[:n_dev]], of_user[everyone[n_dev : n_dev + n_test]] = "dev", "test"
        of_row = of_user[self._rows["user_idx"]]
        rows = self._rows.assign(split=of_row)
        base = self._dataset
        split = save_dataset(
            base.workspace, "split", rows, base.books, base.histories, base.user_ids.to_numpy(object), self._meta
        )
        return Applier(split, _Resplit(split, self, of_row))

    def signal(self, name: str) -> Values:
        return np.concatenate([self._signals.values(name, split) for split in SPLITS])[self._order]


class _Resplit(SignalStore):
    def __init__(self, dataset: Dataset, users: Users, of_row: np.ndarray):
        super().__init__(dataset)
        self._users, self._of_row = users, of_row

    def values(self, name: str, split: str, progress: Progress = no_progress) -> Values:
        return self._users.signal(name)[self._of_row == split]


@dataclass(frozen=True)
class _Labels:
    """P(POSITIVE) by the calibrated label model of train and test rows, one after the other, and which have a vote."""

    p_positive: np.ndarray
    covered: np.ndarray


def _split(applied: AppliedSet) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    dataset, lf_set = applied.dataset, applied.lf_set
    gold = np.concatenate([dataset.train_gold(), dataset.gold("test")])
    texts = pd.concat([dataset.split(split)["review_text"] for split in ("train", "test")])
    written, unseen = texts.notna().to_numpy(), np.arange(len(gold)) >= dataset.n_rows("train")
    reviewed = written if written.any() else ~written
    found = suggest(applied, KS[-1])

    def record(name: str, labels: _Labels) -> dict[str, Any]:
        measured = _measured(labels.p_positive[reviewed], gold[reviewed])
        return {"labels": name, "coverage": labels.covered[reviewed].mean()} | measured

    def log_loss(labels: _Labels) -> float:
        return float(_measured(labels.p_positive[unseen], gold[unseen])["log_loss"])

    start = _labels(applied)
    before = log_loss(start)
    records, promises = [record(lf_set.name, start)], []
    for k in KS:
        labels = _labels(applied.applier.of(apply_suggestions(lf_set, found[:k])))
        records.append(record(f"suggest {k}", labels))
        if found:
            last = found[min(k, len(found)) - 1]
            promises.append(
                {"what": f"first {k}", "measured": log_loss(labels) - before}
                | _promised(last.log_loss_change_together, *last.log_loss_interval_together)
            )
    if first := found[:_ALONE]:
        alone = [log_loss(_labels(applied.applier.of(apply_suggestions(lf_set, [s])))) - before for s in first]
        each = np.mean([(s.log_loss_change, *s.log_loss_interval) for s in first], axis=0)
        promises.append(
            {"what": f"each of the first {_ALONE} alone", "measured": float(np.mean(alone))}
            | _promised(*map(float, each))
        )
    if written.any():
        dev = dataset.split("dev")["review_text"]
        used = dev.notna().to_numpy()
        tfidf = np.full(len(gold), np.nan)
        tfidf[reviewed] = tfidf_alone(dev[used], dataset.gold("dev")[used], texts[reviewed])
        records.append(record(_TFIDF, _Labels(tfidf, reviewed)))
    return records, promises


def _labels(applied: AppliedSet) -> _Labels:
    train, inverse = applied.patterns("train"), applied.pattern_of_row("train")
    model = fit_calibrated(train, applied.patterns("dev"), applied.names)
    test = applied.votes("test")
    p_positive = np.concatenate([model.predict_proba(train.votes)[inverse], model.predict_proba(test)])
    return _Labels(p_positive, np.concatenate([train.covered[inverse], (test != -1).any(axis=1)]))


def _measured(p: np.ndarray, gold: np.ndarray) -> dict[str, Any]:
    return metrics_against(gold, p)


def _promised(change: float, low: float, high: float) -> dict[str, float]:
    return {"promised": change, "promised_low": low, "promised_high": high}


def _kept(part: pd.DataFrame) -> dict[str, Any]:
    """Means over the splits of the promise, the ends of its 95 % interval and what was measured, and whether it was kept.

    Returns
    -------
    dict
        ``promised``, ``promised_low``, ``promised_high``; ``measured`` with the 95 % interval of its mean over the splits,
        ``ci_low`` and ``ci_high``; ``within``: whether it lies in the promise's interval; ``splits_within``: the share of
        splits for which that holds, where what was measured varies, too.
    """
    from scipy.stats import t

    measured = part["measured"]
    half = float(t.ppf(0.975, max(len(part) - 1, 1)) * measured.sem()) if len(part) > 1 else float("nan")
    means = {str(column): float(part[column].mean()) for column in ("promised", "promised_low", "promised_high")}
    values = means | {"measured": float(measured.mean())}
    values |= {"ci_low": values["measured"] - half, "ci_high": values["measured"] + half}
    return {key: round(value, 6) for key, value in values.items()} | {
        "within": bool(means["promised_low"] <= values["measured"] <= means["promised_high"]),
        "splits_within": float(measured.between(part["promised_low"], part["promised_high"]).mean()),
    }
