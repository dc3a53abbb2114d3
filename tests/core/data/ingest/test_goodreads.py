"""Ingesting the UCSD Goodreads files."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.data.ingest.goodreads import GoodreadsConfig, ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace

Record = dict[str, Any]
ALL = GoodreadsConfig(min_book_ratings=0, min_user_books=1)
N_BOOKS, N_USERS = 8, 40


def books() -> list[Record]:
    return [
        {
            "book_id": str(100 + b),
            "title": f"Title {b}",
            "ratings_count": str(100 + b),
            "average_rating": "3.50",
            "authors": [{"author_id": f"a{b % 3}", "role": ""}, {"author_id": "second", "role": ""}],
            "similar_books": [str(100 + (b + 1) % N_BOOKS), "999"],
        }
        for b in range(N_BOOKS)
    ]


def interactions() -> list[Record]:
    """User u with books u to u + 4 (mod 8), rated 1, 2, 3, 4, 5 from the lowest up; rating 0 for every fifth user's last."""
    return [
        {
            "user_id": f"u{u:02d}",
            "book_id": str(100 + (u + k) % N_BOOKS),
            "rating": 0 if k == 4 and u % 5 == 0 else k + 1,
        }
        for u in range(N_USERS)
        for k in range(5)
    ]


def reviews() -> list[Record]:
    """A review of everything but the books that were rated 3."""
    return [r | {"review_text": f"{r['user_id']} on {r['book_id']}"} for r in interactions() if r["rating"] != 3]


def write(path: Path, records: Iterable[Record | bytes]) -> Path:
    lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    return path


def ingest(
    workspace: Workspace,
    tmp_path: Path,
    config: GoodreadsConfig = ALL,
    splits: SplitConfig | None = None,
    **records: Any,
) -> Dataset:
    """Ingest the records above, with those given in their place; None = no such file."""
    given = {"books": books(), "interactions": interactions(), "reviews": reviews()} | records
    files = {kind: write(tmp_path / f"{kind}.json.gz", r) for kind, r in given.items() if r is not None}
    return ingest_goodreads(workspace, "d", **files, config=config, splits=splits or SplitConfig(dev_rows=20))


def all_rows(dataset: Dataset) -> list[Record]:
    return [r for s in ("train", "dev", "valid", "test") for r in dataset.split(s).to_dict("records")]


def test_rows_texts_gold_and_histories(tmp_path: Path, workspace: Workspace) -> None:
    dataset = ingest(workspace, tmp_path)
    rated = {(r["user_id"], r["book_id"]): r["rating"] for r in interactions() if r["rating"]}
    found = all_rows(dataset)
    assert {(r["user_id"], r["book_id"]) for r in found} == set(rated)
    assert len(found) == len(rated) == 5 * N_USERS - 8
    for r in found:
        assert dataset.user_ids[r["user_idx"]] == r["user_id"]
        assert dataset.books["book_id"][r["book_idx"]] == r["book_id"]
        if rated[r["user_id"], r["book_id"]] == 3:
            assert r["review_text"] != r["review_text"]  # NaN
        else:
            assert r["review_text"] == f"{r['user_id']} on {r['book_id']}"
    dev = dataset.split("dev")
    assert len(dev) == 20
    assert dev["rating"].tolist() == [rated[key] for key in zip(dev["user_id"], dev["book_id"], strict=True)]
    assert dataset.gold("dev").tolist() == (dev["rating"] >= 4).astype(int).tolist()
    train = dataset.split("train")
    want = [rated[key] >= 4 for key in zip(train["user_id"], train["book_id"], strict=True)]
    assert dataset.train_gold().tolist() == want
    for u, user_id in enumerate(dataset.user_ids):
        of_user = {int(r["book_id"]) - 100 for r in interactions() if r["user_id"] == user_id}
        assert dataset.histories.of(u).tolist() == sorted(of_user)  # those without a rating too


def test_books(tmp_path: Path, workspace: Workspace) -> None:
    table = ingest(workspace, tmp_path).books
    assert table["title"].tolist() == [f"Title {b}" for b in range(N_BOOKS)]
    assert table["first_author"].tolist() == [f"a{b % 3}" for b in range(N_BOOKS)]
    assert table["author_name"].isna().all()
    assert table["average_rating"].tolist() == [3.5] * N_BOOKS
    assert table["ratings_count"].tolist() == [100.0 + b for b in range(N_BOOKS)]
    assert [list(s) for s in table["similar_books"]] == [[(b + 1) % N_BOOKS] for b in range(N_BOOKS)]


def test_positive_from_another_rating_on(tmp_path: Path, workspace: Workspace) -> None:
    dataset = ingest(workspace, tmp_path, ALL.model_copy(update={"positive": 5}))
    dev = dataset.split("dev")
    assert dataset.gold("dev").tolist() == (dev["rating"] == 5).astype(int).tolist()
    assert dataset.meta["positive"] == 5


def test_the_tutorials_filters_are_the_defaults_and_include_their_ends(tmp_path: Path, workspace: Workspace) -> None:
    counts = {"few": 99, "low": 100, "high": 15_000, "many": 15_001}
    named = [books()[0] | {"book_id": b, "ratings_count": n} for b, n in counts.items()]
    plain = [books()[0] | {"book_id": f"p{i}"} for i in range(210)]
    sizes = {"u24": 24, "u25": 25, "u200": 200, "u201": 201} | {f"v{i:02d}": 30 for i in range(40)}
    pairs = [{"user_id": u, "book_id": f"p{i}", "rating": 4} for u, size in sizes.items() for i in range(size)]
    pairs += [{"user_id": "u24", "book_id": b, "rating": 5} for b in ("few", "many")]  # don't count towards 25
    pairs += [{"user_id": "v00", "book_id": b, "rating": 5} for b in counts]
    splits = SplitConfig(dev_rows=120)
    dataset = ingest(
        workspace, tmp_path, GoodreadsConfig(), splits, books=named + plain, interactions=pairs, reviews=pairs[:1]
    )
    assert set(dataset.books["book_id"]) == {"low", "high"} | {p["book_id"] for p in plain}
    assert set(dataset.user_ids) == set(sizes) - {"u24", "u201"}
    counted = dataset.meta["counts"]
    assert (counted["books"], counted["books_kept"]) == (214, 212)
    assert (counted["users"], counted["users_kept"]) == (44, 42)
    assert counted["interactions"] == len(pairs)
    assert counted["interactions_kept"] == 25 + 200 + 40 * 30 + 2


def test_repeated_interactions_are_merged_and_counted_and_the_first_rated_one_counts(
    tmp_path: Path, workspace: Workspace
) -> None:
    first = interactions()[0]
    more = [first | {"rating": 0}, *interactions(), first | {"rating": 5}, first | {"rating": 5}]
    dataset = ingest(workspace, tmp_path, interactions=more)
    found = [r for r in all_rows(dataset) if (r["user_id"], r["book_id"]) == (first["user_id"], first["book_id"])]
    assert len(found) == 1
    assert found[0]["gold"] in (0, -1)  # rated 1, whichever split it is in
    assert len(all_rows(dataset)) == 5 * N_USERS - 8
    assert dataset.meta["counts"]["interactions_repeated"] == 3
    assert dataset.meta["counts"]["interactions_kept"] == 5 * N_USERS
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint


def test_of_repeated_reviews_the_first_with_a_text_counts(tmp_path: Path, workspace: Workspace) -> None:
    first = reviews()[0]
    more = [{k: v for k, v in first.items() if k != "review_text"}, *reviews(), first | {"review_text": "later"}]
    assert ingest(workspace, tmp_path, reviews=more).fingerprint == ingest(workspace, tmp_path).fingerprint


def test_repeated_books_are_merged_and_counted(tmp_path: Path, workspace: Workspace) -> None:
    dataset = ingest(workspace, tmp_path, books=[*books(), books()[3] | {"title": "later"}])
    assert dataset.meta["counts"]["books_repeated"] == 1
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint


@pytest.mark.parametrize("authors", [[], None, "gone", [{}], [{"author_id": ""}], "a string"])
def test_books_without_authors_are_kept_and_counted_and_the_author_signal_is_not_known(
    tmp_path: Path, workspace: Workspace, authors: Any
) -> None:
    bare = books()[2] | {"authors": authors}
    if authors == "gone":
        del bare["authors"]
    dataset = ingest(workspace, tmp_path, books=[*books()[:2], bare, *books()[3:]])
    assert dataset.n_books == N_BOOKS
    assert dataset.meta["counts"]["books_without_author"] == 1
    assert dataset.books["first_author"].isna().tolist() == [b == 2 for b in range(N_BOOKS)]
    store = SignalStore(dataset)
    for split in ("train", "dev"):
        unknown = dataset.split(split)["book_id"] == "102"
        assert unknown.any()
        for name in ("author_books", "author_books_with_target", "author_share"):
            assert (unknown.to_numpy() <= (store.values(name, split) != store.values(name, split))).all()


def test_reviews_alone(tmp_path: Path, workspace: Workspace) -> None:
    dataset = ingest(workspace, tmp_path, GoodreadsConfig(), books=None, interactions=None)  # no user has 25 reviews
    assert {(r["user_id"], r["book_id"]) for r in all_rows(dataset)} == {
        (r["user_id"], r["book_id"]) for r in reviews() if r["rating"]
    }
    assert set(dataset.books["title"]) == {f"Book {100 + b}" for b in range(N_BOOKS)}
    assert dataset.books[["first_author", "author_name", "average_rating", "ratings_count"]].isna().all(axis=None)
    assert [list(s) for s in dataset.books["similar_books"]] == [[]] * N_BOOKS
    assert dataset.meta["files"] == {"reviews": "reviews.json.gz"}
    store = SignalStore(dataset)
    for name in ("author_books", "author_share", "average_rating", "similar_books_read"):
        assert (store.values(name, "dev") != store.values(name, "dev")).all()


def test_reviews_alone_with_a_user_filter(tmp_path: Path, workspace: Workspace) -> None:
    """Users have 4 reviews each, every fifth one 3 rated ones and one not rated."""
    config = GoodreadsConfig(min_user_books=5)
    with pytest.raises(DataError, match=r"No rated interaction is left of reviews\.json\.gz after the filters"):
        ingest(workspace, tmp_path, config, books=None, interactions=None)
    assert (
        ingest(workspace, tmp_path, GoodreadsConfig(min_user_books=4), books=None, interactions=None).n_users == N_USERS
    )


def test_books_and_reviews_without_interactions(tmp_path: Path, workspace: Workspace) -> None:
    dataset = ingest(workspace, tmp_path, GoodreadsConfig(min_book_ratings=102), interactions=None)
    assert dataset.books["title"].tolist() == [f"Title {b}" for b in range(2, N_BOOKS)]
    assert dataset.n_users == N_USERS


def test_ids_are_text_whatever_json_has(tmp_path: Path, workspace: Workspace) -> None:
    numbers = {"books": [b | {"book_id": int(b["book_id"]), "ratings_count": 100 + i} for i, b in enumerate(books())]}
    assert ingest(workspace, tmp_path, **numbers).fingerprint == ingest(workspace, tmp_path).fingerprint
    text = [r | {"rating": str(r["rating"])} for r in interactions()]
    assert ingest(workspace, tmp_path, interactions=text).fingerprint == ingest(workspace, tmp_path).fingerprint


def test_the_seed_decides_the_split_and_is_recorded(tmp_path: Path, workspace: Workspace) -> None:
    one, again, other = (ingest(workspace, tmp_path, splits=SplitConfig(dev_rows=20, seed=s)) for s in (1, 1, 2))
    assert one.fingerprint == again.fingerprint != other.fingerprint
    assert other.meta["splits"]["seed"] == 2
    assert one.meta["filters"]["min_book_ratings"] == 0


PAIR_PROBLEMS: list[tuple[Record | bytes, str]] = [
    (b"{broken", "is not a JSON object"),
    (b'{"user_id": "\xff"}', "is not UTF-8 text"),
    ({"book_id": "100", "rating": 3}, "has no user_id"),
    ({"user_id": "", "book_id": "100", "rating": 3}, "has no user_id"),
    ({"user_id": "u", "rating": 3}, "has no book_id"),
    ({"user_id": "u", "book_id": "100"}, "has no rating"),
    ({"user_id": "u", "book_id": "100", "rating": None}, "has no rating"),
    *(
        ({"user_id": "u", "book_id": "100", "rating": bad}, "has a rating that is not a whole number from 0 to 5")
        for bad in (7, -1, 5.5, 4.5, 4.2, "abc", "", "4.5", True, [4], "NaN", 1e300)
    ),
]


BOOK_PROBLEMS: list[tuple[Record | bytes, str]] = [
    ({"title": "x", "ratings_count": "100"}, "has no book_id"),
    ({"book_id": "", "ratings_count": "100"}, "has no book_id"),
    ({"book_id": "7"}, "has no ratings_count"),
    ({"book_id": "7", "ratings_count": "many"}, "has a ratings_count that is not a number"),
    (b"{", "is not a JSON object"),
]
FIRST_LINES = {"books": books, "interactions": interactions, "reviews": reviews}


@pytest.mark.parametrize(
    ("kind", "bad", "problem"),
    [("interactions", *p) for p in PAIR_PROBLEMS]
    + [("reviews", *p) for p in PAIR_PROBLEMS[::4]]
    + [("books", *p) for p in BOOK_PROBLEMS],
    ids=str,
)
def test_a_bad_line_is_named(
    tmp_path: Path, workspace: Workspace, kind: str, bad: Record | bytes, problem: str
) -> None:
    records: list[Record | bytes] = [*FIRST_LINES[kind]()]
    records.insert(6, bad)
    others = {"interactions": None} if kind != "interactions" else {}
    with pytest.raises(DataError) as e:
        ingest(workspace, tmp_path, **others | {kind: records})
    assert str(e.value).startswith(f"Line 7 of {tmp_path / kind}.json.gz {problem}; ")
    assert list_datasets(workspace) == []


def test_bad_lines_left_out_are_counted_and_change_nothing_else(tmp_path: Path, workspace: Workspace) -> None:
    problems = {"books": BOOK_PROBLEMS, "interactions": PAIR_PROBLEMS, "reviews": PAIR_PROBLEMS}
    records: dict[str, Any] = {
        kind: [r for pair in zip_longest(FIRST_LINES[kind](), (bad for bad, _ in found)) for r in pair if r is not None]
        for kind, found in problems.items()
    }
    dataset = ingest(workspace, tmp_path, ALL.model_copy(update={"skip_bad_lines": True}), **records)
    assert dataset.meta["skipped_lines"] == {kind: Counter(p for _, p in found) for kind, found in problems.items()}
    assert dataset.fingerprint == ingest(workspace, tmp_path).fingerprint


def test_what_was_there_is_untouched(tmp_path: Path, workspace: Workspace) -> None:
    before = ingest(workspace, tmp_path).fingerprint
    for changed in (
        {"reviews": [b"junk"]},
        {"interactions": interactions()[:2]},  # too few users to split
        {"books": [b | {"ratings_count": "20000"} for b in books()]},  # no book is left
    ):
        with pytest.raises(WeakrecError):
            ingest(workspace, tmp_path, **changed)
        assert open_dataset(workspace, "d").fingerprint == before
        assert len(all_rows(open_dataset(workspace, "d"))) == 5 * N_USERS - 8
    assert [p.name for p in (workspace.root / "datasets").iterdir()] == ["d"]


def test_progress_goes_from_start_to_end(tmp_path: Path, workspace: Workspace) -> None:
    seen: list[tuple[float, str]] = []
    files = {k: write(tmp_path / f"{k}.json.gz", r) for k, r in (("books", books()), ("reviews", reviews()))}
    ingest_goodreads(
        workspace, "d", **files, config=ALL, progress=lambda fraction, message: seen.append((fraction, message))
    )
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert any("reviews.json.gz" in message for _, message in seen)
