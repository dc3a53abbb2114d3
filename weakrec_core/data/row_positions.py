"""Where rows stand in a split, by their original ids."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def row_positions(rows: pd.DataFrame, ids: Iterable[tuple[str, str]]) -> NDArray[np.int64]:
    """The position of each pair of user id and book id among the rows of a split; -1 of what is not there.

    Examples
    --------
    >>> rows = pd.DataFrame({"user_id": ["u", "v"], "book_id": ["a", "a"]})
    >>> row_positions(rows, [("v", "a"), ("w", "a")]).tolist()
    [1, -1]
    """
    wanted = list(ids)
    near = np.flatnonzero(rows["user_id"].isin({user_id for user_id, _ in wanted}))
    found = dict(zip(zip(rows["user_id"].iloc[near], rows["book_id"].iloc[near], strict=True), near, strict=True))
    return np.array([found.get(pair, -1) for pair in wanted], np.int64)
