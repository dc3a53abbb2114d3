"""Ingesting any table of ratings."""

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weakrec_core.data.dataset import SPLITS, Dataset, list_datasets, open_dataset
from weakrec_core.data.ingest.dialects import TableFormat
from weakrec_core.data.ingest.table import Columns, TableConfig, ingest_table
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace

Record = dict[str, Any]
COLUMNS = Columns(user="reader", item="isbn", rating="stars", text="review", title="name", creator="by")
N_USERS, N_ITEMS = 40, 8


def ratings() -> list[Record]:
    """User u with items u to u + 4 (mod 8), rated 0.5, 2, 3.5, 4, 5 from the lowest up; every fifth user's last has none."""
    return [
        {
            "reader": f"u{u:02d}",
            "isbn": f"i{(u + k) % N_ITEMS}",
            "stars": None if k == 4 and u % 5 == 0 else (0.5, 2.0, 3.5, 4.0, 5.0)[k],
            "review": None if k == 2 else f'{u} says "{k}", and more',
            "name": f"Title {(u + k) % N_ITEMS}",
            "by": f"Author {(u + k) % 3}",
        }
        for u in range(N_USERS)
        for k in range(5)
    ]


def write(path: Path, records: Sequence[Record], delimiter: str = ",") -> Path:
    """As the suffix says."""
    if path.suffix == ".parquet":
        pd.DataFrame(records).to_parquet(path)
        return path
    if ".csv" in path.name or ".tsv" in path.name:
        with path.open("w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, list(records[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(records)
    else:
        path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(path.read_bytes()))
    return path


def ingest(
    workspace: Workspace,
    tmp_path: Path,
    records: Sequence[Record] | None = None,
    columns: Columns = COLUMNS,
    seed: int = 0,
    **config: Any,
) -> Dataset:
    path = write(tmp_path / "ratings.csv", ratings() if records is None else records)
    return ingest_table(workspace, "d", path, columns, TableConfig(**config), SplitConfig(dev_rows=20, seed=seed))


def all_rows(dataset: Dataset) -> list[Record]:
    return [r for s in SPLITS for r in dataset.split(s).to_dict("records")]


def test_rows_texts_gold_and_histories(tmp_path: Path, workspace: Workspace) -> None:
    dataset = ingest(workspace, tmp_path)
    given = {(r["reader"], r["isbn"]): r for r in ratings()}
    rated = {key for key, r in given.items() if r["stars"] is not None}
    found = all_rows(dataset)
    assert len(found) == len(rated) == 5 * N_USERS - 8
    for r in found:
        key = (r["user_id"], r["book_id"])
        assert key in rated
        assert dataset.user_ids[r["user_idx"]] == r["user_id"]
        assert dataset.books["book_id"][r["book_idx"]] == r["book_id"]
        assert (None if r["review_text"] != r["review_text"] else r["review_text"]) == given[key]["review"]
    for split in SPLITS[1:]:
        rows = dataset.split(split)
        stars = [given[key]["stars"] for key in zip(rows["user_id"], rows["book_id"], strict=True)]
        assert rows["rating"].tolist() == stars
        assert dataset.gold(split).tolist() == [int(s >= 4) for s in stars]
    for u, user_id in enumerate(dataset.user_ids):
        items = dataset.books["book_id"][dataset.histories.of(u)]
        assert set(items) == {isbn for reader, isbn in given if reader == user_id}  # those without a rating too
    assert dataset.meta["counts"]["not_rated"] == 8
    assert dataset.meta["rating_range"] == [0.5, 5.0]


@pytest.mark.parametrize("name", ["r.csv.gz", "r.tsv", "r.tsv.gz", "r.jsonl", "r.json.gz", "r.ndjson", "r.parquet"])
def test_every_kind_of_file_gives_the_same(name: str, tmp_path: Path, workspace: Workspace) -> None:
    path = write(tmp_path / name, ratings(), "\t" if ".tsv" in name else ",")
    dataset = ingest_table(workspace, "other", path, COLUMNS, splits=SplitConfig(dev_rows=20))
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint
    assert dataset.meta["files"] == {"ratings": name}


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_delimiter_is_the_one_that_gives_the_columns(
    delimiter: str, mark: str, tmp_path: Path, workspace: Workspace
) -> None:
    path = write(tmp_path / "r.csv", ratings(), delimiter)
    path.write_text(mark + path.read_text(encoding="utf-8"), encoding="utf-8")
    dataset = ingest_table(workspace, "other", path, COLUMNS, splits=SplitConfig(dev_rows=20))
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl", "r.parquet"])
def test_columns_may_have_any_name_and_others_may_be_there(name: str, tmp_path: Path, workspace: Workspace) -> None:
    odd = {
        "reader": 'user "id"',
        "isbn": "it's an item",
        "stars": "Rating (0.5-5)",
        "review": "select",
        "name": "é",
        "by": "c1",
    }
    records = [{"more": 1} | {odd[key]: value for key, value in r.items()} for r in ratings()]
    columns = Columns(**{key: odd[name] for key, name in COLUMNS.roles().items()})
    dataset = ingest_table(workspace, "d", write(tmp_path / name, records), columns, splits=SplitConfig(dev_rows=20))
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint


def test_only_the_three_columns(tmp_path: Path, workspace: Workspace) -> None:
    dataset = ingest(workspace, tmp_path, columns=Columns(user="reader", item="isbn", rating="stars"))
    assert dataset.books["title"].tolist() == [f"Item i{b}" for b in range(N_ITEMS)]
    assert dataset.books[["first_author", "author_name", "average_rating"]].isna().all(axis=None)
    assert [list(s) for s in dataset.books["similar_books"]] == [[]] * N_ITEMS
    assert all(dataset.split(s)["review_text"].isna().all() for s in SPLITS)
    store = SignalStore(dataset)
    store.precompute()
    for signal in ("polarity", "stated_stars", "author_books", "average_rating", "similar_books_read"):
        assert np.isnan(store.values(signal, "dev")).all()
    assert (store.values("history_length", "dev") == 4).all()


def test_the_ratings_count_is_of_train_users_and_the_average_is_not_made_from_labels(
    tmp_path: Path, workspace: Workspace
) -> None:
    dataset = ingest(workspace, tmp_path)
    train = set(dataset.split("train")["user_id"])
    readers = [len({r["reader"] for r in ratings() if r["isbn"] == i} & train) for i in dataset.books["book_id"]]
    assert dataset.books["ratings_count"].tolist() == readers
    assert sum(readers) == 5 * len(train) < 5 * N_USERS
    assert dataset.books["average_rating"].isna().all()


def test_an_average_rating_that_is_given(tmp_path: Path, workspace: Workspace) -> None:
    records = [r | {"mean": None if r["isbn"] == "i1" else 4.25} for r in ratings()]
    dataset = ingest(workspace, tmp_path, records, COLUMNS.model_copy(update={"average_rating": "mean"}))
    unknown = dataset.books["book_id"] == "i1"
    assert dataset.books["average_rating"][unknown].isna().all()
    assert (dataset.books["average_rating"][~unknown] == 4.25).all()
    with pytest.raises(DataError, match=r"Line 2 of .*ratings\.csv has a mean that is not a number"):
        ingest(
            workspace,
            tmp_path,
            [r | {"mean": "good"} for r in ratings()],
            COLUMNS.model_copy(update={"average_rating": "mean"}),
        )


def test_items_of_one_title_and_creator_are_one_item(tmp_path: Path, workspace: Workspace) -> None:
    other = {"isbn": "paperback", "name": "  TITLE   3 ", "by": "author 0"}
    records = [r | other if r["isbn"] == "i3" and r["reader"] >= "u20" else r for r in ratings()]
    records.append(records[0] | other | {"reader": "u03", "stars": 1})  # has the other edition, rated 0.5
    dataset = ingest(workspace, tmp_path, records)
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint
    assert dataset.meta["counts"]["books"] == N_ITEMS + 1
    assert dataset.meta["counts"]["books_merged"] == 1
    assert dataset.meta["counts"]["books_kept"] == N_ITEMS
    assert dataset.meta["counts"]["interactions_repeated"] == 1


@pytest.mark.parametrize("change", [{"by": None}, {"by": "Another"}, {"name": "Title 3, part 2"}])
def test_items_that_may_be_others_are_kept_apart(change: Record, tmp_path: Path, workspace: Workspace) -> None:
    records = [r | {"isbn": "other"} | change if r["isbn"] == "i3" and r["reader"] >= "u20" else r for r in ratings()]
    dataset = ingest(workspace, tmp_path, records)
    assert dataset.n_books == N_ITEMS + 1
    assert dataset.meta["counts"]["books_merged"] == 0


def test_of_items_without_creator_those_with_one_title_are_kept_apart(tmp_path: Path, workspace: Workspace) -> None:
    records = [r | {"name": "Selected Poems"} for r in ratings()]
    assert ingest(workspace, tmp_path, records, COLUMNS.model_copy(update={"creator": None})).n_books == N_ITEMS


def test_repeated_rows_are_merged_and_counted_and_the_first_rated_one_counts(
    tmp_path: Path, workspace: Workspace
) -> None:
    first = ratings()[0]
    more = [first | {"stars": None, "review": None}, *ratings(), first | {"stars": 5, "review": "later"}]
    dataset = ingest(workspace, tmp_path, more)
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint
    assert dataset.meta["counts"]["interactions"] == 5 * N_USERS + 2
    assert dataset.meta["counts"]["interactions_repeated"] == 2
    assert dataset.meta["counts"]["interactions_kept"] == 5 * N_USERS


def test_filters(tmp_path: Path, workspace: Workspace) -> None:
    rare = [ratings()[0] | {"isbn": f"rare{i}", "name": f"Rare {i}", "reader": f"u{i:02d}"} for i in range(3)]
    short = [r | {"reader": "short"} for r in ratings()[:2]]
    dataset = ingest(workspace, tmp_path, [*ratings(), *rare, *short], min_item_users=2, min_user_items=5)
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint
    assert dataset.meta["counts"]["users"] == N_USERS + 1
    assert dataset.meta["counts"]["users_kept"] == N_USERS
    assert dataset.meta["filters"]["min_item_users"] == 2
    known = [
        {"reader": f"u{u:02d}", "isbn": "known", "stars": 5, "review": "", "name": "Known", "by": ""}
        for u in range(N_USERS)
    ]
    dataset = ingest(workspace, tmp_path, [*ratings(), *rare, *known], max_item_users=25, max_user_items=5)
    assert "known" not in set(dataset.books["book_id"])
    assert set(dataset.user_ids) == {f"u{u:02d}" for u in range(3, N_USERS)}


def test_the_seed_decides_the_split(tmp_path: Path, workspace: Workspace) -> None:
    one, again, other = (ingest(workspace, tmp_path, seed=seed) for seed in (1, 1, 2))
    assert one.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize("scale", [1, 2, 20])
def test_the_cut_is_on_the_scale_of_the_ratings(scale: float, tmp_path: Path, workspace: Workspace) -> None:
    records = [r | {"stars": None if r["stars"] is None else scale * r["stars"]} for r in ratings()]
    dataset = ingest(workspace, tmp_path, records, positive=3.5 * scale)
    assert dataset.gold("dev").tolist() == (dataset.split("dev")["rating"] >= 3.5 * scale).astype(int).tolist()
    assert dataset.meta["rating_range"] == [0.5 * scale, 5.0 * scale]


@pytest.mark.parametrize(("positive", "label"), [(5.5, "NEGATIVE"), (0.5, "POSITIVE"), (-1, "POSITIVE")])
def test_a_cut_outside_the_range(positive: float, label: str, tmp_path: Path, workspace: Workspace) -> None:
    message = rf"go from 0\.5 to 5: with {positive:g} as the lowest POSITIVE rating, all would be {label}"
    with pytest.raises(DataError, match=message):
        ingest(workspace, tmp_path, positive=positive)


def edit(row: int, **changes: Any) -> Callable[[list[Record]], list[Record]]:
    return lambda records: [r | changes if i == row else r for i, r in enumerate(records)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit(0, reader=""), r"Line 2 of .* has no reader; --skip-bad-lines"),
        (edit(9, isbn="  "), r"Line 11 of .* has no isbn"),
        (lambda records: [r | {"stars": ""} for r in records], r"has no rating in any row"),
        (lambda records: [r | {"stars": "what"} for r in records],
         r"None of the ratings in .* can be read, such as 'what'; name another column"),
        (lambda records: [r | {"stars": 3} for r in records], r"all would be NEGATIVE"),
        (lambda records: [{k: v for k, v in r.items() if k != "isbn"} for r in records],
         r"has no column 'isbn'; its columns are reader, stars, review, name, by; its first line"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_nothing_is_written(
    change: Callable[[list[Record]], list[Record]], message: str, tmp_path: Path, workspace: Workspace
) -> None:
    before = ingest(workspace, tmp_path).fingerprint
    with pytest.raises(DataError, match=message):
        ingest(workspace, tmp_path, change(ratings()))
    assert open_dataset(workspace, "d").fingerprint == before
    assert [p.name for p in (workspace.root / "datasets").iterdir()] == ["d"]


def test_a_line_is_where_its_row_begins(tmp_path: Path, workspace: Workspace) -> None:
    records = edit(0, review="one\ntwo\nthree")(edit(1, name="a\nb")(edit(3, isbn="")(ratings())))
    with pytest.raises(DataError, match="Line 8 of"):  # header, 3 + 2 + 1 lines
        ingest(workspace, tmp_path, records)


@pytest.mark.parametrize("name", ["r.jsonl", "r.parquet", "r.tsv"])
def test_bad_rows_of_other_kinds(name: str, tmp_path: Path, workspace: Workspace) -> None:
    records = [r | {"isbn": " " if i == 2 else r["isbn"]} for i, r in enumerate(ratings())]
    unit = {"r.jsonl": "Line 3", "r.parquet": "Row 3", "r.tsv": "Line 4"}[name]
    with pytest.raises(DataError, match=f"{unit} of .* has no isbn"):
        ingest_table(workspace, "d", write(tmp_path / name, records, "\t"), COLUMNS)
    with pytest.raises(DataError, match="has no column 'shelf'; its columns are reader, isbn, stars, review, name, by"):
        ingest_table(workspace, "d", tmp_path / name, COLUMNS.model_copy(update={"title": "shelf"}))


def test_bad_lines_are_left_out_and_counted(tmp_path: Path, workspace: Workspace) -> None:
    good = write(tmp_path / "ratings.csv", ratings()).read_bytes().splitlines(keepends=True)
    bad = [
        b"u99,i1,3,,Title 1,Author 1,more\n",
        b'u99,i1,3,"odd" quotes,Title 1,Author 1\n',
        b"u99,i1\n",
        b"u99,i1,3,\xff\xfe,Title 1,Author 1\n",
        b",i1,3,,,\n",
        b"\n",
    ]
    path = tmp_path / "bad.csv"
    path.write_bytes(b"".join([*good[:5], *bad, *good[5:]]))
    utf8 = TableFormat(encoding="utf-8")
    with pytest.raises(DataError, match="Line 6 of"):
        ingest_table(workspace, "d", path, COLUMNS, TableConfig(format=utf8))
    config = TableConfig(skip_bad_lines=True, format=utf8)
    dataset = ingest_table(workspace, "d", path, COLUMNS, config, SplitConfig(dev_rows=20))
    assert dataset.meta["skipped_lines"] == {
        "ratings": {
            "has more than the 6 fields of the header": 1,
            "has a quote that does not end its field": 1,
            "has not 6 fields as the header has": 1,
            "is not UTF-8 text": 1,
            "has no reader": 1,
        }
    }
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.csv", None, r"gone\.csv cannot be read: No such file"),
        ("r.csv", b"", "is empty"),
        ("r.csv.gz", b"reader,isbn\n", "is not an intact gzip file"),
        ("r.csv", b"reader,isbn,stars,review,name,by\n", "has no usable line"),
        ("r.xlsx", b"x", "is not an intact Excel workbook"),
        ("r.parquet", b"not parquet at all", "cannot be read"),
        ("r.jsonl", b"[1]\n", "Line 1 of .* is not a JSON object"),
        ("r.jsonl", b"{\n", "Line 1 of .* is not a JSON object"),
        ("r.csv", b"reader,isbn,stars,stars,review,name,by\n", "has more than one column 'stars'"),
    ],
)
def test_files_that_cannot_be_used(
    name: str, content: bytes | None, message: str, tmp_path: Path, workspace: Workspace
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(WeakrecError, match=message):
        ingest_table(workspace, "d", tmp_path / name, COLUMNS)
    assert list_datasets(workspace) == []


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reviews=st.lists(texts, min_size=1, max_size=20), kind=st.sampled_from([".csv", ".tsv", ".jsonl"]))
def test_any_text_comes_through_as_it_is(reviews: list[str], kind: str, tmp_path: Path, workspace: Workspace) -> None:
    records = [r | {"review": reviews[i % len(reviews)]} for i, r in enumerate(ratings())]
    path = write(tmp_path / f"r{kind}", records, "\t" if kind == ".tsv" else ",")
    dataset = ingest_table(workspace, "d", path, COLUMNS, splits=SplitConfig(dev_rows=20))
    given = {(r["reader"], r["isbn"]): r["review"] for r in records}
    for r in all_rows(dataset):
        text = given[r["user_id"], r["book_id"]]
        known = r["review_text"] == r["review_text"]
        assert r["review_text"] == text if known else text.strip().lower() in ("", "nan")


# --- the command line


def ingested(cli: Any, path: Path, *more: object) -> Any:
    columns = ["--user", "reader", "--item", "isbn", "--rating", "stars", "--title", "name", "--creator", "by"]
    return cli("ingest", "table", path, *columns, "--name", "t", "--dev-rows", 20, *more)


def test_ingest_table(cli: Any, tmp_path: Path, workspace: Workspace) -> None:
    done = ingested(cli, write(tmp_path / "r.tsv.gz", ratings(), "\t"), "--positive", 3.5, "--text", "review")
    assert done.status == 0, done.err
    assert done.out.startswith("Dataset('t': ") and "20 dev" in done.out
    assert "ratings: from 0.5 to 5, POSITIVE from 3.5 on" in done.err
    assert "interactions repeated: 0" in done.err
    assert "not rated: 8" in done.err
    dataset = open_dataset(workspace, "t")
    assert SignalStore(dataset).missing() == []
    assert dataset.meta["positive"] == 3.5
    failed = ingested(cli, tmp_path / "r.tsv.gz", "--text", "words")
    assert (failed.status, failed.out, failed.err.count("\n")) == (2, "", 1)
    assert "has no column 'words'; its columns are reader, isbn" in failed.err


def test_later_steps_do_without_texts(cli: Any, tmp_path: Path, workspace: Workspace) -> None:
    """The shipped LF sets have nothing to vote on; what is read and dev's gold can still be learned from."""
    assert ingested(cli, write(tmp_path / "r.csv", ratings())).status == 0
    for lfs in ("lfs/tutorial.yaml", "lfs/recommended.yaml"):
        of = ["--dataset", "t", "--lfs", lfs]
        assert cli("label", *of, "--out", tmp_path / "votes.parquet").status == 0
        assert (pd.read_parquet(tmp_path / "votes.parquet").iloc[:, 2:] == -1).all(axis=None)
        analyzed = cli("analyze", *of, "--json")
        assert {lf["verdict"] for lf in analyzed.json["lfs"]} == {"no votes"}
        fitted = cli("fit", *of, "--out", tmp_path / "p.parquet", "--json")
        assert fitted.json["train"]["covered"] == 0
        assert not pd.read_parquet(tmp_path / "p.parquet")["covered"].any()
    trained = cli("train", *of, "--epochs", 1, "--json")
    assert trained.status == 0, trained.err
    assert 0 < trained.json["test"]["log_loss"] < 2
    failed = cli("train", *of, "--preset", "tutorial")
    assert failed.status == 2
    assert "learns from nothing else; change the LFs or take preset recommended." in failed.err
