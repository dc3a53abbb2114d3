"""What is added to a registry is found by the command line and the tables, with nothing else touched."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import Done
from tests.toys import TITLE_LENGTH, Optimist, ShortReviewLF, title_length
from weakrec_core.data.dataset import Dataset
from weakrec_core.label_model.comparing import compared
from weakrec_core.label_model.fitting import LABEL_MODELS, label_model_title, load_label_model
from weakrec_core.label_model.label_train import label_train
from weakrec_core.labeling.kinds import LF_KINDS
from weakrec_core.labeling.lf_set import LFSet, parse_lf_set
from weakrec_core.signals.registry import FAMILIES, SIGNALS, row_signal

Cli = Callable[..., Done]
SET = """
name: toys
lfs:
  - {kind: short_review, name: short, most: 60, label: NEGATIVE}
  - {kind: threshold, name: long_title, signal: title_length, op: ">", threshold: 20, label: POSITIVE}
  - {kind: keyword, name: loved, groups: [{label: POSITIVE, keywords: [loved]}]}
"""


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toys in the registries: one line each."""
    monkeypatch.setitem(LF_KINDS, "short_review", ShortReviewLF)
    monkeypatch.setitem(LABEL_MODELS, "optimist", Optimist)
    for registry in (SIGNALS, FAMILIES):
        monkeypatch.setitem(registry, "title_length", None)  # so that it is gone afterwards
    row_signal(TITLE_LENGTH)(title_length)


@pytest.fixture
def lf_set(toys: None) -> LFSet:
    return parse_lf_set(SET, "toys.yaml")


@pytest.fixture
def lfs(lf_set: LFSet, tmp_path: Path) -> Path:
    path = tmp_path / "toys.yaml"
    path.write_text(lf_set.to_yaml(), encoding="utf-8")
    return path


def test_a_kind_and_a_signal_on_the_command_line(cli: Cli, demo: Dataset, lfs: Path, tmp_path: Path) -> None:
    out = tmp_path / "votes.parquet"
    assert cli("label", "--dataset", "demo", "--lfs", lfs, "--out", out).status == 0
    votes, rows = pd.read_parquet(out), demo.split("dev")
    assert votes["short"].eq(0).equals(rows["review_text"].str.len().le(60))
    titles = demo.books["title"].str.len().to_numpy()[rows["book_idx"]]
    assert np.array_equal(votes["long_title"] == 1, titles > 20)
    table = cli("analyze", "--dataset", "demo", "--lfs", lfs, "--json").json["lfs"]
    assert [(row["name"], row["kind"]) for row in table] == [
        ("short", "short_review"),
        ("long_title", "threshold"),
        ("loved", "keyword"),
    ]
    sweep = cli("sweep", "--dataset", "demo", "--lfs", lfs, "--lf", "long_title", "--json").json
    assert [point["threshold"] for point in sweep] == np.unique(titles)[:-1].tolist()  # none is above the longest


def test_a_label_model_on_the_command_line_and_in_the_comparison(
    cli: Cli, demo: Dataset, lfs: Path, lf_set: LFSet, tmp_path: Path
) -> None:
    out = tmp_path / "probs.parquet"
    fitted = cli("fit", "--dataset", "demo", "--lfs", lfs, "--label-model", "optimist", "--out", out, "--json").json
    assert fitted["label_model"] == "optimist"
    labels = pd.read_parquet(out)
    assert (labels["p_positive"][labels["covered"]] == 0.9).all()
    applied = lf_set.apply(demo)
    assert compared(applied).reports["optimist"].covered["n"] == compared(applied).reports["majority"].covered["n"]
    model = label_train(applied, "optimist").model
    assert load_label_model(model.to_json()).predict_proba(np.array([[-1, 0, 1]], np.int8)).tolist() == [0.9]
    assert label_model_title("optimist") == "Optimist"


def test_what_is_not_registered_is_refused_with_the_names_there_are(cli: Cli, demo: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "toys.yaml"
    path.write_text(SET, encoding="utf-8")
    done = cli("analyze", "--dataset", "demo", "--lfs", path)
    assert (done.status, "kinds are keyword, threshold" in done.err) == (2, True)
