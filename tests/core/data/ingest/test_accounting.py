"""What is read is kept or dropped under a reason; the preview is the ingest without saving."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.data.ingest.dialects import TableFormat
from weakrec_core.data.ingest.made_before import MADE_OF
from weakrec_core.data.ingest.scales import Scale
from weakrec_core.data.ingest.summary import ingest_summary
from weakrec_core.data.ingest.table import Columns, ItemFacts, TableConfig, ingest_table, preview_table
from weakrec_core.data.ingest.table_command import table_command
from weakrec_core.data.noun import Noun
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace

COLUMNS = Columns(user="user", item="item", rating="rating", text="text")
SPLITS = SplitConfig(dev_rows=10)
BASE = [(f"u{u:02}", f"i{(u + k) % 7}", str(k + 2), f"{u}, {k}") for u in range(30) for k in range(3)]
Row = tuple[str, str, str, str]

cells = st.tuples(
    st.sampled_from(["u00", "u01", "v", "w", "", " "]),
    st.sampled_from(["i0", "i1", "j", "k", "", "  "]),
    st.sampled_from(["4", "1", "", "nan", "3/5", "B+", "9/0", "Not rated"]),
    st.sampled_from(["fine", 'said "so", twice', "two\nlines", ""]),
)


def write(path: Path, rows: list[Row], line_end: str = "\n") -> Path:
    pd.DataFrame(rows, columns=["user", "item", "rating", "text"]).to_csv(path, index=False, lineterminator=line_end)
    return path


def counted(path: Path, config: TableConfig) -> dict[str, int]:
    """The same by pandas, which knows nothing of DuckDB."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    known = rows[(rows["user"].str.strip() != "") & (rows["item"].str.strip() != "")]
    n_users = known.groupby("item")["user"].nunique()
    of_item = n_users.between(config.min_item_users, config.max_item_users or len(rows))
    of_kept = known[known["item"].isin(of_item.index[of_item])]
    pairs = of_kept.drop_duplicates(["user", "item"])
    sizes = pairs.groupby("user").size()
    users = sizes.index[sizes.between(config.min_user_items, config.max_user_items or len(rows))]
    return {
        "read": len(rows),
        "blank": len(rows) - len(known),
        "items": len(known) - len(of_kept),
        "repeats": len(of_kept) - len(pairs),
        "users": int((~pairs["user"].isin(users)).sum()),
        "kept": int(pairs["user"].isin(users).sum()),
    }


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    more=st.lists(cells, max_size=15),
    line_ends=st.sampled_from(["\n", "\r\n", "both"]),
    limits=st.sampled_from(
        [{}, {"min_item_users": 2}, {"max_item_users": 12}, {"min_user_items": 2, "max_user_items": 3}]
    ),
)
def test_kept_and_dropped_are_what_is_read(
    more: list[Row], line_ends: str, limits: dict[str, int], tmp_path: Path
) -> None:
    path = write(tmp_path / "r.csv", BASE + more, "\n" if line_ends == "both" else line_ends)
    if line_ends == "both":
        lines = path.read_bytes().split(b"\n")
        path.write_bytes(b"\r\n".join(lines[:20]) + b"\n" + b"\n".join(lines[20:]))
    config = TableConfig(**limits)
    preview = preview_table(path, COLUMNS, config, SPLITS)
    expected = counted(path, config)
    dropped = preview.summary["dropped"]
    reasons = {
        "blank": [n for reason, n in dropped.items() if reason.startswith("has no ")],
        "items": [n for reason, n in dropped.items() if " an item with " in reason],
        "repeats": [n for reason, n in dropped.items() if reason == "repeats a user and item"],
        "users": [n for reason, n in dropped.items() if " a user with " in reason],
    }
    found = {"read": preview.read, "kept": preview.kept} | {key: sum(counts) for key, counts in reasons.items()}
    assert found == expected
    assert preview.kept + sum(dropped.values()) == preview.read
    assert preview.dropped_rows["reason"].value_counts().to_dict() == dropped
    ratings = preview.summary["ratings"]
    assert ratings["parsed"] == sum(preview.summary["rows"].values()) == sum(ratings["by_notation"].values())
    assert ratings["not_rated"] == sum(ratings["not_rated_by"].values())


AWKWARD: list[Row] = [
    ("u00", "i0", "5", "again"), ("", "i1", "3", ""), ("u01", " ", "3", ""), ("new", "i1", "9/0", ""), ("new", "i2", "B", ""),
    ("new", "i3", "", ""), ("rare", "rare", "4", ""),
]  # fmt: skip


def test_the_preview_is_the_ingest(tmp_path: Path, workspace: Workspace) -> None:
    path = write(tmp_path / "r.csv", BASE + AWKWARD)
    with path.open("a") as f:
        f.write("too,few\n")
    config = TableConfig(min_item_users=2)
    preview = preview_table(path, COLUMNS, config, SPLITS)
    assert list_datasets(workspace) == []
    dropped = preview.dropped_rows
    assert dropped["reason"].tolist() == [
        "repeats a user and item", "has no user", "has no item", "is of an item with fewer than 2 users",
        "has not 4 fields as the header has",
    ]  # fmt: skip
    assert dropped["line"].tolist() == [92, 93, 94, 98, 99]
    assert dropped["text"].tolist()[0] == "again" and dropped["content"].tolist()[-1] == "too,few"
    assert len(preview.examples(1)) == 5
    with pytest.raises(DataError, match=r"Line 93 of .*r\.csv has no user; --skip-bad-lines"):
        ingest_table(workspace, "d", path, COLUMNS, config, SPLITS)
    skipping = config.model_copy(update={"skip_bad_lines": True})
    dataset = ingest_table(workspace, "d", path, COLUMNS, skipping, SPLITS)
    assert ingest_summary(dataset) == {"dataset": "d"} | preview.summary
    assert preview.summary["ratings"] == {
        "parsed": 91,
        "not_rated": 2,
        "not_rated_by": {"has a scale of 0": 1, "is empty": 1},
        "by_notation": {"number": 90, "grade": 1},
        "stored": "share",
        "scale": {"low": 1.0, "top": 5.0},
        "positive": "60%",
    }
    assert preview.positive_share == pytest.approx(31 / 91)


def test_lines_that_a_quote_takes_in_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", [*BASE, ("u00", "j", "4", "two\nlines")])
    good = path.read_bytes()
    path.write_bytes(good + b'u01,j,4,"no end\n' + b"".join(b"u%02d,k,3,line\n" % u for u in range(20)) + b"u01,k,3")
    preview = preview_table(path, COLUMNS, splits=SPLITS)
    assert preview.summary["dropped"] == {
        "follows a quote that does not end": 21, "has a quote that does not end its field": 1,
    }  # fmt: skip
    assert (preview.kept, preview.read) == (91, 113)


def test_ratings_of_several_notations_are_shares_with_what_was_written(tmp_path: Path, workspace: Workspace) -> None:
    written = {"2": "4/10", "3": "C+", "4": "★★★★"}
    rows = [(u, i, written[r], t) for u, i, r, t in BASE]
    dataset = ingest_table(workspace, "d", write(tmp_path / "r.csv", rows), COLUMNS, splits=SPLITS)
    assert "rating_text" not in dataset.split("train")
    for split in ("dev", "valid", "test"):
        part = dataset.split(split)
        said = {"4/10": 0.4, "C+": 2.3 / 4.3, "★★★★": 0.8}
        assert part["rating"].tolist() == pytest.approx([said[text] for text in part["rating_text"]])
        assert (part["gold"] == (part["rating_text"] == "★★★★")).all()
    assert dataset.meta["positive"] == 0.6
    assert dataset.meta["rating_range"] == pytest.approx([0.4, 0.8])
    with pytest.raises(
        DataError, match=r"go from 40% to 80%: with A as the lowest POSITIVE rating, all would be NEGATIVE"
    ):
        ingest_table(workspace, "d", tmp_path / "r.csv", COLUMNS, TableConfig(positive="A"), SPLITS)


def test_facts_of_items_from_a_second_file(tmp_path: Path, workspace: Workspace) -> None:
    facts = pd.DataFrame({"id": [f"i{i}" for i in range(6)] + ["i0", "other"]})
    facts = facts.assign(name="Name " + facts["id"], by="Somebody", mean="3,25")
    facts.loc[6, "name"] = "later"
    facts.to_csv(tmp_path / "items.csv", sep=";", index=False)
    columns = COLUMNS.model_copy(update={"title": "name", "creator": "by", "average_rating": "mean"})
    described = ItemFacts(file=tmp_path / "items.csv", id="id")
    path = write(tmp_path / "r.csv", BASE)
    dataset = ingest_table(workspace, "d", path, columns, splits=SPLITS, facts=described)
    titles = dict(zip(dataset.books["book_id"], dataset.books["title"], strict=True))
    assert titles == {f"i{i}": f"Name i{i}" for i in range(6)} | {"i6": "Item i6"}
    assert dataset.books.set_index("book_id")["average_rating"].dropna().tolist() == [3.25] * 6
    assert (dataset.meta["counts"]["books_without_facts"], dataset.meta["counts"]["books_only_in_facts"]) == (1, 1)
    assert preview_table(path, columns, splits=SPLITS, facts=described).summary["items"] == 7
    with pytest.raises(DataError, match=r"items\.csv has no column 'isbn'; its columns are id, name, by, mean"):
        preview_table(path, columns, facts=ItemFacts(file=tmp_path / "items.csv", id="isbn"))


def test_the_command_line_says_it_as_json(
    cli: Any, tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SignalStore, "precompute", lambda *_: None)
    path = write(tmp_path / "r.csv", BASE + AWKWARD)
    named = ["--user", "user", "--item", "item", "--rating", "rating", "--name", "d", "--dev-rows", 10]
    done = cli("ingest", "table", path, *named, "--skip-bad-lines", "--positive", "70%", "--scale", "0-5", "--json")
    assert done.status == 0, done.err
    rows = done.json["rows"]
    assert set(rows) == {"train", "dev", "valid", "test"}
    assert (done.json["dataset"], done.json["items"], done.json["users"], done.json["read"]) == ("d", 8, 32, 97)
    assert done.json["dropped"] == {"has no item": 1, "has no user": 1, "repeats a user and item": 1}
    ratings = done.json["ratings"]
    assert (ratings["parsed"], ratings["not_rated"], ratings["positive"]) == (sum(rows.values()), 2, "70%")
    assert "rows dropped: 1, as each repeats a user and item" in done.err
    assert "POSITIVE from 70% on" in done.err
    for options, message in [
        (["--scale", "five"], "'five' is no scale"),
        (["--items", path], "--items and --items-id belong together"),
        (["--encoding", "klingon"], "There is no encoding 'klingon'"),
        (["--separator", "much too long"], "The separator 'much too long' is not one to 4 characters long"),
    ]:
        failed = cli("ingest", "table", path, *named, *options)
        assert (failed.status, failed.out, failed.err.count("\n")) == (2, "", 1)
        assert message in failed.err


@pytest.mark.parametrize(
    "config",
    [
        TableConfig(skip_bad_lines=True, not_rated=("1", "n/a")),
        TableConfig(
            skip_bad_lines=True, positive=4.0, scale=Scale(-5, 5), not_rated=(), min_item_users=2, max_user_items=3,
            format=TableFormat(separator=",", quote='"', encoding="utf-8", header=True),
        ),
    ],
)  # fmt: skip
def test_the_command_does_the_same(
    config: TableConfig, cli: Any, tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SignalStore, "precompute", lambda *_: None)
    path, noun, splits = (
        write(tmp_path / "r.csv", BASE + AWKWARD),
        Noun("mouse", "mice"),
        SplitConfig(dev_rows=10, seed=3),
    )
    facts = ItemFacts(file=tmp_path / "r.csv", id="item")
    columns = COLUMNS.model_copy(update={"title": "item"})
    dataset = ingest_table(workspace, "d", path, columns, config, splits, noun=noun, facts=facts)
    done = cli(*table_command("e", path, columns, config, splits, noun, facts))
    assert done.status == 0, done.err
    same = open_dataset(workspace, "e")
    assert same.fingerprint == dataset.fingerprint
    assert same.meta == dataset.meta | {said: same.meta[said] for said in ("filters", MADE_OF)}


def test_goodreads_files(demo: Dataset, demo_raw: dict[str, Path]) -> None:
    summary = ingest_summary(demo)
    ratings = summary["ratings"]
    said = pd.read_json(demo_raw["interactions"], lines=True, dtype=False)
    assert summary["read"] == len(said)
    assert summary["read"] == ratings["parsed"] + ratings["not_rated"] + sum(summary["dropped"].values())
    assert ratings["by_notation"] == {"number": sum(summary["rows"].values())}
