import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weakrec_core.data.demo.catalogue import GENRES, invent_catalogue
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.demo.reviews import LANGUAGES, ReviewWriter
from weakrec_core.errors import DataError

Lines = dict[str, list[dict[str, Any]]]


def read(files: dict[str, Path]) -> Lines:
    lines = {}
    for kind, path in files.items():
        with gzip.open(path, "rt", encoding="utf-8") as f:
            lines[kind] = [json.loads(line) for line in f]
    return lines


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    return read(write_demo(tmp_path_factory.mktemp("demo"), users=200))


def test_same_seed_gives_the_same_bytes_wherever_it_is_written(tmp_path: Path) -> None:
    first, second = write_demo(tmp_path / "a", users=30, seed=4), write_demo(tmp_path / "b" / "c", users=30, seed=4)
    assert list(first) == ["books", "interactions", "reviews"]
    for kind in first:
        assert first[kind].read_bytes() == second[kind].read_bytes()


def test_another_seed_gives_another_demo(tmp_path: Path) -> None:
    first, second = write_demo(tmp_path / "a", users=30, seed=4), write_demo(tmp_path / "b", users=30, seed=5)
    for kind in first:
        assert first[kind].read_bytes() != second[kind].read_bytes()


def test_books_do_not_depend_on_the_number_of_users(tmp_path: Path) -> None:
    few, more = write_demo(tmp_path / "a", users=1), write_demo(tmp_path / "b", users=40)
    assert few["books"].read_bytes() == more["books"].read_bytes()


def test_books_have_the_fields_of_the_ucsd_files(demo: Lines) -> None:
    wanted = set(
        "isbn text_reviews_count series country_code language_code popular_shelves asin is_ebook average_rating "
        "kindle_asin similar_books description format link authors publisher num_pages publication_day isbn13 "
        "publication_month edition_information publication_year url image_url book_id ratings_count work_id title "
        "title_without_series".split()
    )
    lists = {"series", "popular_shelves", "similar_books", "authors"}
    ids = {book["book_id"] for book in demo["books"]}
    assert len(ids) == len(demo["books"])
    for book in demo["books"]:
        assert set(book) == wanted
        assert all(isinstance(book[key], list if key in lists else str) for key in wanted)
        assert book["description"].startswith("Synthetic book.")
        assert 1 <= float(book["average_rating"]) <= 5
        assert int(book["ratings_count"]) >= int(book["text_reviews_count"]) >= 0
        assert book["book_id"] not in book["similar_books"]
        assert ids.issuperset(book["similar_books"])
        assert [set(author) for author in book["authors"]] == [{"author_id", "role", "author_name"}]


def test_some_books_fall_outside_the_ratings_filter(demo: Lines) -> None:
    counts = np.array([int(book["ratings_count"]) for book in demo["books"]])
    assert 0.01 < (counts < 100).mean() < 0.1
    assert 0.005 < (counts > 15_000).mean() < 0.1


def test_series_count_up_and_a_few_authors_are_prolific(demo: Lines) -> None:
    volumes: dict[str, list[str]] = {}
    for book in demo["books"]:
        numbered = re.search(r" \((.+), #(\d+)\)$", book["title"])
        assert (numbered is not None) == bool(book["series"])
        if numbered:
            volumes.setdefault(numbered[1], []).append(numbered[2])
    assert all(v == [str(i + 1) for i in range(len(v))] for v in volumes.values())
    assert max(map(len, volumes.values())) >= 9
    books_by_author = Counter(book["authors"][0]["author_id"] for book in demo["books"])
    assert len(books_by_author) > 400
    assert 20 <= sum(n > 15 for n in books_by_author.values()) <= 60
    assert len({book["title"] for book in demo["books"]}) == len(demo["books"])


def test_articles_and_plurals_in_titles(demo: Lines) -> None:
    titles = " ".join(book["title"] for book in demo["books"])
    assert re.search(r"\bAn [AEIOU]", titles)
    assert not re.search(r"\b[Aa] [AEIOU]|[sxz]ss\b|[^aeiou]ys\b|\bThe The\b", titles)


def test_interactions_have_the_fields_of_the_ucsd_files(demo: Lines) -> None:
    wanted = set(
        "user_id book_id review_id is_read rating review_text_incomplete date_added date_updated read_at "
        "started_at".split()
    )
    ids = {book["book_id"] for book in demo["books"]}
    for row in demo["interactions"]:
        assert set(row) == wanted
        assert row["rating"] in range(6)
        assert row["is_read"] or row["rating"] == 0
        assert row["book_id"] in ids
        assert re.fullmatch(r"[0-9a-f]{32}", row["user_id"])
        assert re.fullmatch(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d [\d:]{8} -0700 20[01]\d", row["date_added"])
    assert len({row["review_id"] for row in demo["interactions"]}) == len(demo["interactions"])
    assert len({row["user_id"] for row in demo["interactions"]}) == 200


def test_nobody_meets_a_book_twice(demo: Lines) -> None:
    pairs = Counter((row["user_id"], row["book_id"]) for row in demo["interactions"])
    assert pairs.most_common(1)[0][1] == 1


def test_ratings_and_histories_are_spread_as_the_ingest_needs_them(demo: Lines) -> None:
    rows = demo["interactions"]
    rating = np.array([row["rating"] for row in rows])
    unrated_but_read = [row["is_read"] and row["rating"] == 0 for row in rows]
    assert 0.4 < (rating == 0).mean() < 0.6
    assert any(unrated_but_read)
    assert 0.62 < (rating[rating > 0] >= 4).mean() < 0.66
    assert set(rating) == set(range(6))
    sizes = np.array(list(Counter(row["user_id"] for row in rows).values()))
    assert (sizes < 25).any()
    assert ((sizes >= 25) & (sizes <= 200)).mean() > 0.6


def test_reviews_belong_to_interactions(demo: Lines) -> None:
    rated = {row["review_id"]: row for row in demo["interactions"]}
    wanted = set(
        "user_id book_id review_id rating review_text date_added date_updated read_at started_at n_votes "
        "n_comments".split()
    )
    for review in demo["reviews"]:
        row = rated[review["review_id"]]
        assert set(review) == wanted
        assert all(review[key] == row[key] for key in ("user_id", "book_id", "rating", "date_added"))
        assert review["n_votes"] >= 0 <= review["n_comments"]
    share = len(demo["reviews"]) / sum(row["rating"] > 0 for row in demo["interactions"])
    assert 0.1 < share < 0.3


def test_likes_follow_quality_but_not_by_much(demo: Lines) -> None:
    average = {book["book_id"]: float(book["average_rating"]) for book in demo["books"]}
    rows = [row for row in demo["interactions"] if row["rating"]]
    x, y = np.array([average[row["book_id"]] for row in rows]), np.array([row["rating"] for row in rows])
    assert 0.08 < np.corrcoef(x, y)[0, 1] < 0.35


def test_readers_keep_to_a_few_authors_and_genres(demo: Lines) -> None:
    """The mean share of a reader's most-read genre, far above the 1 / 9 of chance."""
    genre = {book["book_id"]: book["popular_shelves"][0]["name"] for book in demo["books"]}
    by_user: dict[str, list[str]] = {}
    for row in demo["interactions"]:
        by_user.setdefault(row["user_id"], []).append(genre[row["book_id"]])
    shares = [Counter(names).most_common(1)[0][1] / len(names) for names in by_user.values()]
    assert np.mean(shares) > 3 / len(GENRES)


@pytest.fixture(scope="module")
def texts() -> dict[int, list[str]]:
    """Many reviews in English by opinion."""
    writer = ReviewWriter(np.random.default_rng(0))
    return {
        stars: [writer.write(stars, "en", "The Salt Oath", "Hugo Tallis") for _ in range(3000)] for stars in range(1, 6)
    }


@pytest.mark.parametrize(
    "pattern",
    [
        r"^$",
        r"^\W+$",
        r"\n\n",
        r"https?://",
        r"<[ib]>",
        r"&amp;",
        r"😍",
        r"\b[45] stars\b",
        r"\b[34]\.5 stars\b",
        r"\b[34]\.5/5\b",
        r"\b[1-5]-star\b",
        r"★★★★☆",
        r"★★★½",
        r"\bfour stars\b",
        r"\bfive out of five\b",
        r"\b4 out of 5\b",
        r"\b1\.5 stars\b",
        r"\b4\.1 stars\b",
        r"\b[Nn]ot 5 stars\b",
        r"This one started slow",
        r"Book 2 starts",
        r"I rarely give 5 stars, and this is a 2",
        r"DNF at \d+%",
        r"Hugo Tallis",
        r"The Salt Oath",
    ],
)
def test_odd_and_deceptive_texts_exist(texts: dict[int, list[str]], pattern: str) -> None:
    assert any(re.search(pattern, text) for several in texts.values() for text in several)


def test_texts_are_filled_in_and_of_varied_length(texts: dict[int, list[str]]) -> None:
    every = [text for several in texts.values() for text in several]
    assert not any("{" in text or "|" in text for text in every)
    short, long = np.quantile([len(text) for text in every], [0.1, 0.95])
    assert short < 20
    assert long > 300
    assert len(set(every)) > 0.6 * len(every)


@pytest.mark.parametrize(
    ("phrase", "better"),
    [
        ("could not finish", False),
        ("DNF", False),
        ("nstant favorite", True),
        ("sequel now", True),
        ("one sitting", True),
    ],
)
def test_phrases_carry_signal(texts: dict[int, list[str]], phrase: str, better: bool) -> None:
    low, high = (sum(phrase in text for stars in part for text in texts[stars]) for part in [(1, 2), (4, 5)])
    assert high > 3 * low if better else low > 3 * high


def test_stated_stars_follow_the_opinion_within_half_a_star(texts: dict[int, list[str]]) -> None:
    for stars, several in texts.items():
        stated = [float(m[1]) for text in several if (m := re.search(r"^Rating: (\d(\.\d+)?)", text))]
        assert stated
        assert all(abs(value - stars) <= 0.5 for value in stated)


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("es", "[áéíóúñ]"),
        ("de", "Ich|Leider"),
        ("fr", "é"),
        ("pt", "ã|Li tudo"),
        ("id", "Suka"),
        ("ar", "[ء-ي]"),
        ("ja", "[ぁ-ん]"),
    ],
)
def test_other_languages(language: str, script: str) -> None:
    writer = ReviewWriter(np.random.default_rng(1))
    found = [bool(re.search(script, writer.write(n % 5 + 1, language, "A", "B"))) for n in range(300)]
    assert language in LANGUAGES
    assert np.mean(found) > 0.05


def test_a_book_not_read_yet_is_wanted() -> None:
    writer = ReviewWriter(np.random.default_rng(2))
    found = {writer.write(None, "en", "A", "B") for _ in range(200)}
    assert "Can't wait to read this!" in found
    assert not any("DNF" in text or "stars" in text for text in found)


def test_the_catalogue_is_consistent() -> None:
    c = invent_catalogue(np.random.default_rng(3))
    n = len(c.ids)
    assert len(set(c.ids)) == len(set(c.titles)) == n
    assert c.taste.shape == (n, c.genre_taste.shape[1])
    np.testing.assert_allclose(np.linalg.norm(c.taste, axis=1), 1, atol=1e-5)
    assert c.series.max() + 1 == len(c.series_names) == len(set(c.series_names))
    assert len(set(c.author_names)) == len(c.author_names) == c.author.max() + 1
    assert (c.volume[c.series < 0] == 1).all()


@pytest.mark.parametrize(("users", "seed"), [(0, 0), (-3, 0), (10, -1)])
def test_impossible_sizes_are_refused_before_anything_is_written(tmp_path: Path, users: int, seed: int) -> None:
    with pytest.raises(DataError, match="users >= 1"):
        write_demo(tmp_path / "out", users=users, seed=seed)
    assert not (tmp_path / "out").exists()


def test_progress_ends_at_one(tmp_path: Path) -> None:
    seen: list[float] = []
    write_demo(tmp_path, users=5, progress=lambda fraction, message: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0


def test_the_profile_of_films_has_few_titles_that_differ_and_short_texts(tmp_path: Path, demo: Lines) -> None:
    films = read(write_demo(tmp_path, users=200, profile="films"))
    assert len(films["books"]) == 400

    def spread(lines: Lines) -> float:
        """Variance of the mean rating between titles beyond what chance within them makes."""
        by_title: dict[str, list[int]] = {}
        for line in lines["interactions"]:
            if line["rating"]:
                by_title.setdefault(line["book_id"], []).append(line["rating"])
        several = [ratings for ratings in by_title.values() if len(ratings) > 4]
        return float(np.var([np.mean(r) for r in several]) - np.mean([np.var(r, ddof=1) / len(r) for r in several]))

    def words(lines: Lines) -> float:
        return float(np.median([len(line["review_text"].split()) for line in lines["reviews"]]))

    assert spread(films) > 3 * max(spread(demo), 0.05)
    assert words(films) < 0.6 * words(demo)
    assert len(films["reviews"]) > 0.4 * len(films["interactions"])


def test_there_is_no_such_profile(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no demo 'plays'; there are: books, films"):
        write_demo(tmp_path, profile="plays")
