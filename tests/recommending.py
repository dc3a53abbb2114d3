"""A finished run without the training: a network with random weights."""

from dataclasses import replace
from typing import Any

import numpy as np

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, gold_rows, training_users
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.network.blend import Blended
from weakrec_core.network.network_recommender import NetworkRecommender
from weakrec_core.network.presets.registry import PRESETS, train_config
from weakrec_core.runs.store import Run, new_run

# What the training writes, as far as pages need it.
RESULT: dict[str, Any] = {
    "test": {"auc": 0.7, "log_loss": 0.5, "accuracy": 0.7, "n": 10},
    "ranking": None,
    "baselines": {"constant": {"test": {"auc": 0.5}, "ranking": None}},
    "labels": {
        "label_model": "majority",
        "text_model": False,
        "train": {"rows": 10, "covered": 5},
        "dev": {"n": 4, "accuracy": 0.75},
        "weights": {},
        "class_balance": {"POSITIVE": 0.6, "NEGATIVE": 0.4},
        "warnings": [],
    },
    "training": {"seconds": 1.0, "epochs_run": 1, "best_epoch": 1},
}


def random_network(dataset: Dataset, seed: int = 0) -> NetworkRecommender:
    """A two-tower network for a dataset, nothing in it zero."""
    gold = gold_rows(dataset, "dev")
    config = train_config("recommended", embed_dim=6)
    network = NetworkRecommender(
        PRESETS[config.preset].build(dataset, training_users(dataset), gold, gold, config).model
    )
    rng = np.random.default_rng(seed)
    for weight in network.keras_model.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    return replace(network, rating=PRESETS[config.preset].rating(dataset, network, NO_ROWS, gold, config))


def finished_run(dataset: Dataset, lf_set: LFSet, seed: int = 0) -> Run:
    """A run of the current workspace that has succeeded."""
    run = new_run(dataset, lf_set, "v1", "majority", preset="recommended", seed=seed)
    Blended(random_network(dataset, seed)).save(run.path)
    run.write_status(Status(state="succeeded", stage="Done"))
    return run
