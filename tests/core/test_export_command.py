"""What `export` writes of LF sets and labels is what the other commands and the library say."""

import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from snorkel.labeling import PandasLFApplier

from tests.conftest import PROJECT, Done
from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.lf_set import LFSet

Cli = Callable[..., Done]
TUTORIAL = PROJECT / "lfs" / "tutorial.yaml"
OF_DEMO = ("--dataset", "demo", "--lfs", TUTORIAL)


def test_lfs_and_rows_vote_together(cli: Cli, demo: Dataset, tutorial: LFSet, tmp_path: Path) -> None:
    module, rows = tmp_path / "my_lfs.py", tmp_path / "rows.parquet"
    assert cli("export", "lfs", *OF_DEMO, "--out", module).out.strip() == str(module)
    assert cli("export", "rows", *OF_DEMO, "--split", "valid", "--out", rows).status == 0
    exported, frame = runpy.run_path(str(module)), pd.read_parquet(rows)
    votes = PandasLFApplier(exported["lfs"]).apply(frame, progress_bar=False)
    assert np.array_equal(votes, tutorial.apply(demo).votes("valid"))
    assert "gold" not in frame


def test_rows_are_no_csv(cli: Cli, demo: Dataset, tmp_path: Path) -> None:
    done = cli("export", "rows", "--dataset", "demo", "--out", tmp_path / "rows.csv")
    assert (done.status, "rows are written as Parquet" in done.err) == (2, True)


def test_votes_are_those_of_label(cli: Cli, demo: Dataset, tmp_path: Path) -> None:
    assert cli("export", "votes", *OF_DEMO, "--split", "test", "--out", tmp_path / "votes.csv").status == 0
    assert cli("label", *OF_DEMO, "--split", "test", "--out", tmp_path / "votes.parquet").status == 0
    read = pd.read_csv(tmp_path / "votes.csv", dtype={"user_id": "str", "book_id": "str"})
    pd.testing.assert_frame_equal(read, pd.read_parquet(tmp_path / "votes.parquet"), check_dtype=False)


def test_patterns_add_up(cli: Cli, demo: Dataset, tutorial: LFSet, tmp_path: Path) -> None:
    out = tmp_path / "patterns.parquet"
    assert cli("export", "patterns", *OF_DEMO, "--out", out).status == 0
    table, votes, gold = pd.read_parquet(out), tutorial.apply(demo).votes("dev"), demo.gold("dev")
    assert table["count"].is_monotonic_decreasing and not table[tutorial.names].duplicated().any()
    for record in table.to_dict("records"):
        rows = (votes == [record[name] for name in tutorial.names]).all(axis=1)
        assert record["count"] == rows.sum() > 0
        assert (record["gold_negative"], record["gold_positive"]) == tuple((gold[rows] == k).sum() for k in (0, 1))
    assert table["count"].sum() == len(votes)


def test_labels_are_those_of_fit(cli: Cli, demo: Dataset, tmp_path: Path) -> None:
    for command in (("export", "labels"), ("fit",)):
        done = cli(*command, *OF_DEMO, "--label-model", "majority", "--out", tmp_path / f"{command[-1]}.parquet")
        assert done.status == 0
    assert pd.read_parquet(tmp_path / "labels.parquet").equals(pd.read_parquet(tmp_path / "fit.parquet"))


@pytest.fixture(scope="module")
def training(demo: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from weakrec_core.label_model.label_train import label_train
    from weakrec_core.label_model.training_frame import training_frame
    from weakrec_core.labeling.lf_set import read_lf_set
    from weakrec_core.tables import write_table

    path = tmp_path_factory.mktemp("training") / "training.parquet"
    write_table(
        training_frame(label_train(read_lf_set(PROJECT / "lfs/recommended.yaml").apply(demo), "calibrated")), path
    )
    return path


def test_training_in_three_lines(training: Path) -> None:
    """The lines of the command's help and of the docstring, as they stand there."""
    rows = pd.read_parquet(training).query("split == 'train'")
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    model.fit(rows["review_text"], rows["label"], logisticregression__sample_weight=rows["sample_weight"])

    trees = HistGradientBoostingClassifier()
    trees.fit(rows[["polarity", "average_rating"]], rows["label"], rows["sample_weight"])
    for learned in (
        model.predict_proba(rows["review_text"])[:, 1],
        trees.predict_proba(rows[["polarity", "average_rating"]])[:, 1],
    ):
        assert roc_auc_score(rows["label"], learned) > 0.8


def test_the_training_table_holds_what_is_labeled_and_no_gold_of_others(
    cli: Cli, demo: Dataset, tutorial: LFSet, tmp_path: Path
) -> None:
    out = tmp_path / "training.csv"
    options = ("--label-model", "majority", "--min-confidence", 0.9)
    assert cli("export", "training", *OF_DEMO, *options, "--out", out).status == 0
    table = pd.read_csv(
        out, dtype={"user_id": "str", "book_id": "str"}, keep_default_na=False, na_values={"polarity": ""}
    )
    votes = tutorial.apply(demo).votes("train")
    lead = (votes == 1).sum(axis=1) - (votes == 0).sum(axis=1)
    weak, gold = table[table["split"] == "train"], table[table["split"] == "dev"]
    assert set(table["split"]) == {"train", "dev"} and len(weak) == (lead != 0).sum()
    assert weak["label"].tolist() == (lead[lead != 0] > 0).astype(int).tolist()
    assert np.allclose(weak["sample_weight"], (2 * weak["p_positive"] - 1).abs())
    assert gold["label"].tolist() == demo.gold("dev").tolist() and (gold["sample_weight"] == 1).all()


def test_an_lf_called_like_a_column_of_the_table_is_told(cli: Cli, demo: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(LFSet.model_validate({"name": "odd", "lfs": [
        {"kind": "keyword", "name": "count", "groups": [{"label": "POSITIVE", "keywords": ["a"]}]}
    ]}).to_yaml())  # fmt: skip
    done = cli("export", "patterns", "--dataset", "demo", "--lfs", path, "--out", tmp_path / "p.csv")
    assert (done.status, "LF 'count' needs another name" in done.err) == (2, True)
    assert not (tmp_path / "p.csv").exists()
