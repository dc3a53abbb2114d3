"""Gold given by hand to dev rows: a layer over the dataset's own, which keeps its files."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from weakrec_core import LABEL_NAMES
from weakrec_core.activity import record
from weakrec_core.data.attached import read_keyed
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.gold_log import GoldLine, append_log, left_aside, read_log
from weakrec_core.data.row_positions import row_positions
from weakrec_core.errors import DataError, quoted

_LABELS = {name: label for label, name in LABEL_NAMES.items()} | {"1": 1, "0": 0}
_AUTHOR_LENGTH = 100
COLUMNS = ["user_id", "book_id", "title", "ingested", "before", "gold", "author", "at"]


class HandGold(BaseModel):
    """How many dev rows have another gold label than the ingested one: corrected, or added where there was none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    corrected: NonNegativeInt
    added: NonNegativeInt

    def __str__(self) -> str:
        parts = [f"{n:,} {what}" for n, what in ((self.corrected, "corrected"), (self.added, "added")) if n]
        return f"{', '.join(parts)} by hand"


def hand_gold(dataset: Dataset) -> HandGold | None:
    """How much of dev's gold is by hand; None where none is."""
    if not dataset.gold_log:
        return None
    before, now = dataset.ingested_dev_gold, dataset.gold("dev")
    changed = before != now
    found = HandGold(corrected=int((changed & (before >= 0)).sum()), added=int((changed & (before < 0)).sum()))
    return found if changed.any() else None


def gold_sentence(dataset: Dataset) -> str | None:
    """What is to be said of labels by hand: those that count, and those of earlier data of that name, which do not."""
    counted, aside = hand_gold(dataset), left_aside(dataset.workspace, dataset.name, dataset.data_fingerprint)
    said = [] if counted is None else [f"Dev gold: {counted}."]
    if aside:
        rows = "1 row that was" if aside == 1 else f"{aside:,} rows that were"
        said.append(f"Labels of {rows} labeled by hand in earlier data of this name are left aside.")
    return " ".join(said) or None


def label_by_hand(dataset: Dataset, user_id: str, book_id: str, gold: int, author: str) -> Dataset:
    """Give a dev row a gold label; returns the dataset with it.

    Parameters
    ----------
    gold : int
        1, 0, or -1: not known.
    author : str
        Who says so.

    Raises
    ------
    DataError
        If there is no such row in dev, or no author.
    """
    return label_many(dataset, [(user_id, book_id, gold)], author)


def label_many(dataset: Dataset, labels: Sequence[tuple[str, str, int]], author: str) -> Dataset:
    """`label_by_hand` for several rows, given by user id, book id and gold; all or none. Labels that change nothing are left out."""
    author = " ".join(author.split())[:_AUTHOR_LENGTH]
    if not author:
        raise DataError("A label given by hand needs an author.")
    # Those of others who label meanwhile count, too.
    current = dataset.with_gold_log(read_log(dataset.workspace, dataset.name, dataset.data_fingerprint))
    positions = row_positions(current.split("dev"), [(user_id, book_id) for user_id, book_id, _ in labels])
    known, at = current.gold("dev"), datetime.now(UTC).isoformat(timespec="seconds")
    lines = []
    for (user_id, book_id, gold), position in zip(labels, positions, strict=True):
        if position < 0:
            raise DataError(
                f"Dataset {dataset.name!r} has no dev row of user {quoted(user_id)} and book {quoted(book_id)}."
            )
        values = {"user_id": user_id, "book_id": book_id, "before": int(known[position]), "gold": int(gold)}
        if values["before"] != gold:
            lines.append(GoldLine.model_validate(values | {"author": author, "at": at}))
    if lines:
        append_log(dataset.workspace, dataset.name, dataset.data_fingerprint, lines)
    labeled = dataset.with_gold_log(read_log(dataset.workspace, dataset.name, dataset.data_fingerprint))
    if lines:
        rows = f"{len(lines):,} dev {'row' if len(lines) == 1 else 'rows'} of {dataset.name}"
        record(dataset.workspace, "labeled by hand", rows, current.fingerprint, labeled.fingerprint)
    return labeled


def import_gold(dataset: Dataset, path: Path, author: str) -> Dataset:
    """Take in labels from a CSV or Parquet file with user_id, book_id and gold (POSITIVE, NEGATIVE, 1 or 0).

    Raises
    ------
    DataError
        Naming what is wrong with the file; nothing is taken in then.
    """
    frame = read_keyed(path)
    missing = {"user_id", "book_id", "gold"} - set(frame.columns)
    if missing:
        raise DataError(f"{path} needs the columns user_id, book_id and gold; it lacks {', '.join(sorted(missing))}.")
    labels = {}
    for line, (user_id, book_id, said) in enumerate(frame[["user_id", "book_id", "gold"]].itertuples(index=False), 1):
        gold = _LABELS.get(str(said).removesuffix(".0"))
        if gold is None or gold < 0:
            raise DataError(f"Row {line:,} of {path}: gold {quoted(str(said))} is not POSITIVE, NEGATIVE, 1 or 0.")
        labels[str(user_id), str(book_id)] = gold
    return label_many(dataset, [(*ids, gold) for ids, gold in labels.items()], author)


def export_gold(dataset: Dataset) -> pd.DataFrame:
    """All labels given by hand, oldest first, a row each: ids, title, the ingested gold, the one before, the one given, author, time (UTC)."""
    rows, titles = dataset.split("dev"), dataset.books["title"]
    positions = row_positions(rows, [(line.user_id, line.book_id) for line in dataset.gold_log])
    records = []
    for line, at in zip(dataset.gold_log, positions, strict=True):
        if at >= 0:
            labels = (int(dataset.ingested_dev_gold[at]), line.before, line.gold)
            named = (LABEL_NAMES[label] if label >= 0 else "unknown" for label in labels)
            title = titles.iloc[rows["book_idx"].iloc[at]]
            records.append([line.user_id, line.book_id, title, *named, line.author, line.at])
    return pd.DataFrame(records, columns=COLUMNS, dtype="str")
