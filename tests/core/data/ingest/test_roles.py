"""Which column is what: guessed from names and contents."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data.ingest.roles import guess_roles, name_words

N = 300
rng = np.random.default_rng(0)
USERS = [f"u{i}" for i in rng.integers(0, 80, N)]
NUMBERS = rng.integers(0, 40, N)
ITEMS = [f"i{i}" for i in NUMBERS]
TITLES = [f"The title of {i}" for i in NUMBERS]
TEXTS = [f"A sentence as long as a review has it, the {i}th of many, or longer" for i in range(N)]
STARS = rng.integers(1, 6, N)
DATES = [f"20{10 + i % 10}-0{1 + i % 9}-11" for i in range(N)]
EPOCHS = 1_300_000_000 + rng.integers(0, 10**8, N)
SCORES = rng.choice(["3/5", "B+", "7/10", "fresh"], N)


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        ({"user_id": USERS, "item_id": ITEMS, "rating": STARS, "timestamp": EPOCHS},
         {"user": "user_id", "item": "item_id", "rating": "rating", "time": "timestamp"}),
        ({"user_id:token": USERS, "item_id:token": ITEMS, "rating:float": STARS},
         {"user": "user_id:token", "item": "item_id:token", "rating": "rating:float"}),
        ({"reviewId": range(N), "movieId": ITEMS, "creationDate": DATES, "criticName": USERS, "publicationName": USERS[::-1],
          "quote": TEXTS, "scoreSentiment": ["POSITIVE", "NEGATIVE"] * (N // 2), "originalScore": SCORES},
         {"user": "criticName", "item": "movieId", "rating": "originalScore", "text": "quote", "time": "creationDate"}),
        ({"Nutzer": USERS, "Buch": ITEMS, "Sterne": STARS, "Rezension": TEXTS, "Titel": TITLES, "Autor": TITLES},
         {"user": "Nutzer", "item": "Buch", "rating": "Sterne", "text": "Rezension", "title": "Titel", "creator": "Autor"}),
        ({"User-ID": USERS, "ISBN": ITEMS, "Book-Rating": STARS}, {"user": "User-ID", "item": "ISBN", "rating": "Book-Rating"}),
        ({"rating": 2 * STARS, "average_rating": 3 + NUMBERS / 40, "user": USERS, "item": ITEMS},
         {"user": "user", "item": "item", "rating": "rating", "average_rating": "average_rating"}),
        ({"c1": USERS, "c2": ITEMS, "c3": STARS, "c4": EPOCHS}, {"user": "c1", "item": "c2", "rating": "c3", "time": "c4"}),
        ({"rating": TEXTS, "item": TEXTS[:150] * 2}, {"text": "rating"}),  # names that the contents belie
    ],
)  # fmt: skip
def test_roles(columns: dict[str, Any], roles: dict[str, str]) -> None:
    assert guess_roles(pd.DataFrame(columns).astype("str")) == roles


def test_nothing_is_guessed_of_what_is_blank_or_named_twice() -> None:
    sample = pd.DataFrame([["", "u1", "u1"]] * 9, columns=["rating", "user", "user"])
    assert guess_roles(sample) == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [("criticName", "critic name"), ("item_id:token", "item id"), ("  Book-Rating ", "book rating"), ("r", "r")],
)
def test_the_words_of_a_name(name: str, words: str) -> None:
    assert name_words(name) == words


def test_a_look_on_the_command_line(cli: Any, tmp_path: Path) -> None:
    table = pd.DataFrame({"user": USERS, "film": ITEMS, "stars": STARS, "said": TEXTS})
    table.to_csv(tmp_path / "r.csv", sep=";", index=False)
    shown = cli("ingest", "look", tmp_path / "r.csv")
    assert shown.out.splitlines()[:2] == [
        f"{tmp_path}/r.csv: csv, 300 rows, 4 columns", "encoding 'utf-8'; separator ';'; quote '\"'; header True",
    ]  # fmt: skip
    assert f"film: '{ITEMS[0]}', '{ITEMS[1]}', '{ITEMS[2]}'  (item?)" in shown.out
    found = cli("ingest", "look", tmp_path / "r.csv", "--json").json
    assert found["roles"] == {"user": "user", "item": "film", "rating": "stars", "text": "said"}
    assert found["format"] == {"encoding": "utf-8", "separator": ";", "quote": '"', "header": True}
    assert (found["rows"], len(found["preview"]), found["columns"]) == (300, 5, list(table))
    assert found["preview"][0] == [USERS[0], ITEMS[0], str(STARS[0]), TEXTS[0]]
    assert cli("ingest", "look", tmp_path / "r.csv", "--no-header", "--json").json["columns"] == [
        "c1",
        "c2",
        "c3",
        "c4",
    ]
