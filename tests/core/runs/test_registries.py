"""A preset and a baseline are one class and one entry of a registry: everything else finds them by itself."""

import json
from typing import Any

import pytest

from weakrec_core.baselines.base import Baseline, Inputs
from weakrec_core.baselines.constant import Constant
from weakrec_core.baselines.registry import BASELINES
from weakrec_core.data.dataset import Dataset
from weakrec_core.files import PROJECT
from weakrec_core.network.presets.registry import PRESETS
from weakrec_core.network.presets.tutorial import Tutorial
from weakrec_core.runs.report import render_report
from weakrec_core.runs.result_tables import figures, finished, wide
from weakrec_core.runs.store import open_run


class Toy(Tutorial):
    """The tutorial's network, blended."""

    name = "toy"
    title = "Toy"
    description = "a test's own"
    blended = True


class Coin(Baseline):
    """Every book is as likely to be liked as not."""

    name = "coin"
    title = "A coin"

    def fit(self, inputs: Inputs) -> Constant:
        return Constant(0.5, 0.5)


@pytest.mark.usefixtures("quick_ceilings")
def test_a_toy_preset_and_a_toy_baseline_are_trained_measured_and_shown(
    dataset: Dataset, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESETS, Toy.name, Toy())
    monkeypatch.setitem(BASELINES, Coin.name, Coin())
    alone = {"cluster": {"worker": ["127.0.0.1:1"]}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(alone))
    lfs = PROJECT / "lfs" / "tutorial.yaml"
    options = ("--dataset", dataset.name, "--lfs", lfs, "--label-model", "majority", "--text-model", "off")
    done = cli("train", *options, "--preset", "toy", "--epochs", 1, "--part-rows", 500, "--json")
    assert done.status == 0
    assert done.json["training"]["workers"] == 1
    assert list(done.json["baselines"]) == list(BASELINES)
    assert done.json["baselines"]["coin"]["test"]["auc"] == 0.5
    run = open_run(dataset.workspace, done.json["run"])
    assert run.config.train["preset"] == "toy"
    table = wide(figures(finished(run), "test", ["auc", "log_loss"]))
    assert table.index[-1] == "A coin"
    assert table.loc["A coin", "AUC"] == "0.500"
    page = render_report(run)
    assert "A coin" in page and "preset toy" in page
    wrong = cli("train", *options, "--preset", "tyo")
    assert "the presets are recommended, tutorial, toy" in wrong.err
