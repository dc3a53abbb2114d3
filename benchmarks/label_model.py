"""Label models on held-out users, and the cost of labeling: ours on vote patterns, Snorkel's on the matrix."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.common import in_turn, peaks, result, temporary_workspace
from weakrec_core.data.dataset import SPLITS, Dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.files import PROJECT
from weakrec_core.label_model.comparing import compare_votes
from weakrec_core.label_model.fitting import fit_label_model
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.label_model.snorkel_model import fit_snorkel
from weakrec_core.label_model.text_labels import blend
from weakrec_core.label_model.text_model import fit_text_model
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.probability_metrics import metrics_against

SEEDS = range(10)
DEV_SHARE = 0.1
ROWS, LFS = 796_319, 5
METRICS = ("accuracy", "auc", "log_loss", "brier")


def run(reviews: Path | None, runs: int = 5, seeds: range = SEEDS) -> dict[str, Any]:
    """The speed result, with the quality tables under ``quality``."""
    with temporary_workspace() as workspace:
        if reviews is None:
            files = write_demo(workspace.root / "raw")
            dataset = ingest_goodreads(workspace, "benchmark", **files)
        else:
            dataset = ingest_goodreads(workspace, "benchmark", reviews)
        quality = {name: _quality(dataset, read_lf_set(PROJECT / "lfs" / f"{name}.yaml"), seeds) for name in _SETS}
    return speed(runs) | {"quality": quality}


_SETS = ("tutorial", "recommended")


def _quality(dataset: Dataset, lf_set: LFSet, seeds: range) -> dict[str, Any]:
    """Mean metrics over splits of the users: a tenth is dev, the others are labeled and measured.

    ``covered``: rows with a vote; ``reviewed``: all rows with a review (those without a vote get the prior, or the text model).
    """
    applier = Applier(dataset)
    frames = [dataset.split(split) for split in SPLITS]
    rows = pd.concat(frames, ignore_index=True)
    gold = np.concatenate([dataset.train_gold() if split == "train" else dataset.gold(split) for split in SPLITS])
    L = np.concatenate([applier.of(lf_set).votes(split) for split in SPLITS])
    reviewed = rows["review_text"].notna().to_numpy()
    rows, gold, L = rows[reviewed].reset_index(drop=True), gold[reviewed], L[reviewed]
    users = rows["user_idx"].to_numpy()
    records = [record for seed in seeds for record in _split(seed, users, rows["review_text"], gold, L, lf_set.names)]
    table = pd.DataFrame(records)
    by_split = table[table["rows"] == "covered"].pivot(index="seed", columns="model")
    best = by_split["auc"][list(_OFFERED)].max(axis=1)
    return {
        "rows": len(rows),
        "splits": len(seeds),
        "mean": {
            f"{rows_of} {model}": {metric: round(float(part[metric].mean()), 4) for metric in METRICS}
            for (rows_of, model), part in table.groupby(["rows", "model"], sort=False)
        },
        "recommended": {
            "splits_with_accuracy_below_constant": int(
                (by_split["accuracy"]["recommended"] < by_split["accuracy"]["constant"]).sum()
            ),
            "splits_within_0.01_auc_of_best": int((by_split["auc"]["recommended"] >= best - 0.01).sum()),
            "chosen": table[table["model"] == "recommended"]["kind"].value_counts().to_dict(),
        },
    }


_OFFERED = ("snorkel", "majority", "calibrated")


def _split(
    seed: int, users: np.ndarray, texts: pd.Series, gold: np.ndarray, L: np.ndarray, names: list[str]
) -> list[dict[str, Any]]:
    everyone = np.random.default_rng(seed).permutation(np.unique(users))
    is_dev = np.isin(users, everyone[: round(DEV_SHARE * len(everyone))])
    others = ~is_dev
    train, inverse = group_votes(L[others])
    dev, _ = group_votes(L[is_dev], gold[is_dev])
    covered = train.covered[inverse]
    truth = gold[others]
    prior = float((gold[is_dev] == 1).mean())

    def predict(model: Any) -> np.ndarray:
        return np.asarray(model.predict_proba(train.votes)[inverse])

    p = {
        "constant": np.full(len(truth), prior),
        "snorkel_uniform": predict(fit_snorkel(train, names, 0.5)),
        "snorkel": predict(fit_label_model("snorkel", train, dev, names)),
        "majority": predict(fit_label_model("majority", train, dev, names)),
        "calibrated": predict(fit_label_model("calibrated", train, dev, names)),
    }
    chosen = _recommended(L[is_dev], gold[is_dev], users[is_dev], train, names)
    p["recommended"] = p[chosen]
    records = [
        {"seed": seed, "rows": "covered", "model": model, "kind": chosen} | _measured(values[covered], truth[covered])
        for model, values in p.items()
    ]
    soft = np.where(covered, p["recommended"], np.nan)
    words = fit_text_model(texts[others], soft, texts[is_dev], gold[is_dev]).predict_proba(texts[others])
    reviewed = {
        "recommended": p["recommended"],
        "with_text_model": blend(p["recommended"], words, covered),
        "text_model_by_itself": words,
        "tfidf_on_dev_alone": tfidf_alone(texts[is_dev], gold[is_dev], texts[others]),
    }
    return records + [
        {"seed": seed, "rows": "reviewed", "model": model, "kind": chosen} | _measured(values, truth)
        for model, values in reviewed.items()
    ]


def _recommended(L: np.ndarray, gold: np.ndarray, users: np.ndarray, train: Any, names: list[str]) -> str:
    return compare_votes(train, L, gold, users, names).recommended


def tfidf_alone(dev: pd.Series, gold: np.ndarray, others: pd.Series) -> np.ndarray:
    """The peer: scikit-learn's TF-IDF over words and pairs and a logistic regression, on the gold rows alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(C=10, max_iter=1000)).fit(dev, gold)
    return np.asarray(model.predict_proba(others)[:, 1])


def _measured(p: np.ndarray, gold: np.ndarray) -> dict[str, Any]:
    return metrics_against(gold, p)


def speed(runs: int) -> dict[str, Any]:
    """Seconds from votes to probabilities; the peer is Snorkel's LabelModel on the same matrix."""
    L = _matrix()
    wide = L.astype(int)
    (p, mu), (their_p, their_mu) = _ours(L), _peer(wide)
    seconds, peer_seconds = in_turn(lambda: _ours(L), lambda: _peer(wide), runs, warm=True)
    return result(
        "label_model",
        f"LabelModel on {ROWS:,} rows x {LFS} LFs: votes grouped, fit of {_CONFIG.n_epochs} epochs, P(POSITIVE) of every row",
        seconds,
        peer_seconds,
        "s",
        runs,
        memory_mb=peaks(_ours, _peer),
        largest_difference={"probability": float(np.abs(p - their_p).max()), "mu": float(np.abs(mu - their_mu).max())},
    )


_CONFIG = SnorkelConfig()


def _matrix() -> NDArray[np.int8]:
    rng = np.random.default_rng(0)
    gold = rng.random(ROWS) < 0.64
    coverage, accuracy = rng.uniform(0.02, 0.06, LFS), rng.uniform(0.6, 0.85, LFS)
    right = rng.random((ROWS, LFS)) < accuracy
    return np.where(rng.random((ROWS, LFS)) < coverage, np.where(right, gold[:, None], ~gold[:, None]), -1).astype(
        np.int8
    )


def _ours(L: NDArray[np.int8] | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    patterns, row = group_votes(_matrix() if L is None else L)
    model = fit_snorkel(patterns, [f"lf_{j}" for j in range(LFS)], 0.64, _CONFIG)
    return model.predict_proba(patterns.votes)[row], model.mu.reshape(-1, 2)


def _peer(L: NDArray[np.int_] | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from snorkel.labeling.model import LabelModel

    L = _matrix().astype(int) if L is None else L
    model = LabelModel(cardinality=2, verbose=False)
    model.fit(L, class_balance=[0.36, 0.64], progress_bar=False, **_CONFIG.model_dump())
    return model.predict_proba(L)[:, 1], model.mu.detach().numpy()
