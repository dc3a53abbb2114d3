"""What a labeling function written in Python is offered of a row."""

import pandas as pd

from weakrec_core.data.dataset import Dataset

HISTORY = "book_idxs"
OFFERED = {
    "user_idx": "the user, by position",
    "book_idx": "the {item}, by position",
    "user_id": "the user's own id",
    "book_id": "the {item}'s own id",
    "review_text": "the review; None or NaN where there is none",
    "title": "the {item}'s title",
    "first_author": "an id of its first author; None or NaN where it is not known",
    "average_rating": "its average rating, known apart from these ratings; NaN where it is not known",
    "ratings_count": "how many ratings it has; NaN where it is not known",
    HISTORY: "the user's history: positions of {items}, as a tuple",
}
_OF_BOOK = ["title", "first_author", "average_rating", "ratings_count"]


def offered_rows(dataset: Dataset, split: str) -> pd.DataFrame:
    """The rows of a split with the columns `OFFERED`, histories aside: neither gold nor the rating that it is made of."""
    rows = dataset.split(split)
    books = dataset.books[_OF_BOOK].iloc[rows["book_idx"]].reset_index(drop=True)
    return pd.concat([rows, books], axis=1)[[name for name in OFFERED if name != HISTORY]]
