"""Other columns of a table, kept as signals, categories and votes."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data.attached import attach_columns, attached_columns, attached_votes
from weakrec_core.data.dataset import SPLITS, Dataset, open_dataset
from weakrec_core.data.ingest.look import look
from weakrec_core.data.ingest.table import Columns, ItemFacts, ingest_table, preview_table
from weakrec_core.data.ingest.table_command import table_command
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError, SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.exchange.snorkel_module import snorkel_module
from weakrec_core.labeling.exchange.snorkel_rows import snorkel_rows
from weakrec_core.labeling.kinds import CategoryLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.signals import SignalStore, signals_of
from weakrec_core.suggestions import candidates
from weakrec_core.workspace import Workspace

SPLIT = SplitConfig(dev_rows=60)
ROLES = {"user": "user", "item": "item", "rating": "rating"}
COLUMNS = Columns(**ROLES, signals=("price", "polarity"), categories=("genre",), votes=("model",))
WORDS = {"like": 1, "dislike": 0, "": -1}


def table() -> pd.DataFrame:
    """300 ratings; the price is blank, or no number, now and then; the genre belongs to the item."""
    rng = np.random.default_rng(0)
    rows = [(f"u{u}", f"i{i}") for u in range(100) for i in sorted(rng.choice(12, 3, replace=False))]
    n = len(rows)
    frame = pd.DataFrame(rows, columns=["user", "item"]).assign(rating=rng.integers(1, 6, n))
    price = np.where(np.arange(n) % 10 == 0, "", [f"{n % 7},{n % 9}5" for n in range(n)])
    return frame.assign(
        price=np.where(np.arange(n) % 25 == 3, "free", price),
        polarity=rng.normal(size=n).round(3),
        genre=["drama" if int(item[1:]) % 2 else "farce" for item in frame["item"]],
        model=rng.choice(list(WORDS), n),
        percent=frame["rating"] * 20,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    table().to_csv(tmp_path / "r.csv", index=False)
    return tmp_path / "r.csv"


@pytest.fixture
def dataset(workspace: Workspace, file: Path) -> Dataset:
    ingest_table(workspace, "kept", file, COLUMNS, splits=SPLIT)
    return open_dataset(workspace, "kept")


def test_every_row_keeps_its_own_cells(dataset: Dataset) -> None:
    cells = table().set_index(["user", "item"])
    signals = SignalStore(dataset)
    for split in SPLITS:
        of = cells.loc[list(dataset.split(split)[["user_id", "book_id"]].itertuples(index=False, name=None))]
        expected = pd.to_numeric(of["price"].str.replace(",", "."), errors="coerce").to_numpy()
        np.testing.assert_array_equal(signals.values("price", split), expected)
        np.testing.assert_array_equal(
            signals.values("column_polarity", split), of["polarity"]
        )  # the other is the review's
        assert np.isnan(signals.values("polarity", split)).all()
        assert dataset.kept("genre", split).tolist() == of["genre"].tolist()
        assert attached_votes(dataset, "model", split).tolist() == of["model"].map(WORDS).tolist()
    kept = dataset.kept_columns["price"]
    assert (kept.known, kept.unread) == (300 - 30 - 12, 12)
    assert 0.01 <= kept.step <= 0.1 and kept.agreement is not None and not kept.gives_gold_away


def test_lfs_vote_on_them_and_are_exported(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs: list[dict[str, Any]] = [
        {"kind": "threshold", "name": "dear", "signal": "price", "op": ">", "threshold": 3, "label": "NEGATIVE"},
        {"kind": "category", "name": "genre", "column": "genre", "positive": ["drama"], "negative": ["farce", "none"]},
        {"kind": "column", "name": "model", "column": "model"},
    ]
    lf_set = LFSet.model_validate({"name": "own", "lfs": specs})
    applied = Applier(dataset).of(lf_set)
    votes, genre = applied.votes("dev"), dataset.kept("genre", "dev")
    assert votes[:, 1].tolist() == [int(value == "drama") for value in genre]
    assert (votes != -1).any(axis=0).all()
    rows = snorkel_rows(dataset, "dev", lf_set)
    module: dict[str, Any] = {"__name__": "own"}
    exec(snorkel_module(lf_set, dataset.noun), module)
    made = [[int(lf(row)) for lf in module["lfs"]] for _, row in rows.iterrows()]
    assert made == votes.tolist()


def test_what_is_not_there_is_said(dataset: Dataset) -> None:
    applier = Applier(dataset)
    with pytest.raises(SpecError, match=r"LF 't', field signal: there is no signal 'mood' in dataset 'kept'; .*price"):
        applier.votes(
            parse_lf(
                {"kind": "threshold", "name": "t", "signal": "mood", "op": ">", "threshold": 0, "label": "POSITIVE"}
            ),
            "dev",
        )
    with pytest.raises(DataError, match="keeps no category 'mood'; it keeps: genre"):
        applier.votes(parse_lf({"kind": "category", "name": "c", "column": "mood", "positive": ["x"]}), "dev")
    with pytest.raises(SpecError, match="'x' votes both POSITIVE and NEGATIVE"):
        parse_lf({"kind": "category", "name": "c", "column": "genre", "positive": ["x"], "negative": ["x"]})
    with pytest.raises(SpecError, match="no value votes"):
        parse_lf({"kind": "category", "name": "c", "column": "genre"})
    assert CategoryLF.start(dataset)["column"] == "genre"


def test_the_rating_in_another_form_is_warned_of_and_not_suggested(workspace: Workspace, file: Path) -> None:
    columns = Columns(**ROLES, signals=("percent", "price"))
    kept = preview_table(file, columns, splits=SPLIT).kept_columns
    assert "is cheating" in kept["percent"].warning("percent") and not kept["price"].warning("price")
    dataset = ingest_table(workspace, "leak", file, columns, splits=SPLIT)
    assert signals_of(dataset)["percent"].warning
    offered, _ = candidates._thresholds(Applier(dataset).of(LFSet(name="none", lfs=())))
    assert {name for name, *_ in offered} >= {"price"} and "percent" not in {name for name, *_ in offered}
    for category in ("percent", "model"):
        as_category = preview_table(file, Columns(**ROLES, categories=(category,)), splits=SPLIT).kept_columns[category]
        assert as_category.gives_gold_away == (category == "percent")


def test_columns_of_the_second_file(workspace: Workspace, file: Path, tmp_path: Path) -> None:
    facts = pd.DataFrame({"id": [f"i{i}" for i in range(11)], "year": range(1990, 2001)})
    facts.to_csv(tmp_path / "items.csv", index=False)
    columns = Columns(**ROLES, signals=("year", "price"))
    dataset = ingest_table(
        workspace, "facts", file, columns, splits=SPLIT, facts=ItemFacts(file=tmp_path / "items.csv", id="id")
    )
    number = dataset.split("train")["book_id"].str[1:].astype(int)
    np.testing.assert_array_equal(SignalStore(dataset).values("year", "train"), (1990 + number).where(number < 11))
    with pytest.raises(DataError, match=r"items.csv has no column 'gone'"):
        preview_table(file, Columns(**ROLES, signals=("gone",)), facts=ItemFacts(file=tmp_path / "items.csv", id="id"))


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"signals": ("genre",)}, "'genre' has no number in any row"),
        ({"votes": ("percent",)}, "'percent' has '[0-9]+', which is no vote"),
        ({"signals": ("price",), "categories": ("price",)}, "'price' is to be kept as signal and as category"),
        ({"signals": ("rating",)}, "'rating' is the rating"),
        ({"categories": ("gone",)}, "has no column 'gone'"),
    ],
)
def test_what_cannot_be_kept(file: Path, kept: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        preview_table(file, Columns(**ROLES, **kept), splits=SPLIT)


def test_attached_votes_do_not_take_the_name_of_the_tables(dataset: Dataset, tmp_path: Path) -> None:
    assert attached_columns(dataset) == ["model"]
    dataset.split("dev")[["user_id", "book_id"]].assign(model=1).to_parquet(tmp_path / "v.parquet")
    with pytest.raises(DataError, match="has a column 'model' already"):
        attach_columns(dataset, tmp_path / "v.parquet")


def test_the_command_does_the_same(dataset: Dataset, file: Path, cli: Any) -> None:
    arguments = table_command("again", file, COLUMNS, splits=SPLIT)
    assert arguments[-8:] == ["--signal", "price", "--signal", "polarity", "--category", "genre", "--votes", "model"]
    done = cli(*arguments)
    assert done.status == 0 and "kept price as signal: known in 258 rows, in 12 of the others no number" in done.err
    assert open_dataset(dataset.workspace, "again").fingerprint == dataset.fingerprint


def test_guesses(file: Path) -> None:
    could_be = look(file).could_be
    assert could_be["signal"] == ["rating", "price", "polarity", "percent"]
    assert could_be["category"] == ["user", "item", "genre", "model"] and could_be["votes"] == ["model"]
