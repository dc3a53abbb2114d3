"""The files of the UCSD Book Graph: where they are, on what terms, and what is in them."""

import gzip
import json
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from weakrec_core.errors import DataError

if TYPE_CHECKING:
    from weakrec_core.data.download.fetching import Patience, Report

Genre = Literal[
    "children",
    "comics_graphic",
    "fantasy_paranormal",
    "history_biography",
    "mystery_thriller_crime",
    "poetry",
    "romance",
    "young_adult",
]


class Kind(StrEnum):
    """What a file holds, one a line."""

    REVIEWS = "reviews"
    BOOKS = "books"
    INTERACTIONS = "interactions"


GOODREADS_URL = "https://mcauleylab.ucsd.edu/public_datasets/gdrive/goodreads/byGenre"
TERMS = """\
The UCSD Book Graph (https://mengtingwan.github.io/data/goodreads.html), collected from public shelves of goodreads.com in 2017.
Terms of use: for academic use only; not to be redistributed, not for commercial purposes. Whoever uses it cites:
  Mengting Wan, Julian McAuley: Item Recommendation on Monotonic Behavior Chains. RecSys 2018.
  Mengting Wan, Rishabh Misra, Ndapa Nakashole, Julian McAuley: Fine-Grained Spoiler Detection from Large-Scale Review
  Corpora. ACL 2019."""

_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.REVIEWS: ("user_id", "book_id", "rating", "review_text"),
    Kind.BOOKS: ("book_id", "title", "ratings_count", "authors"),
    Kind.INTERACTIONS: ("user_id", "book_id", "rating", "is_read"),
}
_CHECKED_LINES = 20


def file_name(kind: Kind, genre: str) -> str:
    """What the file is called, there and here.

    Examples
    --------
    >>> file_name(Kind.BOOKS, "poetry")
    'goodreads_books_poetry.json.gz'
    """
    return f"goodreads_{kind}_{genre}.json.gz"


def download_goodreads(
    genre: Genre,
    kind: Kind,
    out: Path,
    base_url: str = GOODREADS_URL,
    report: "Report | None" = None,
    patience: "Patience | None" = None,
) -> Path:
    """Fetch a file of a genre into `out`, unless it is there. Whoever calls this accepts `TERMS`.

    Returns
    -------
    Path
        Of the file, which is an intact gzip of JSON lines with the fields of its kind.

    Raises
    ------
    DataError
        Naming the address or the file, and what is wrong with it; see `fetch`.
    """
    from weakrec_core.data.download.fetching import fetch

    path = out / file_name(kind, genre)
    if not path.exists():
        fetch(f"{base_url.rstrip('/')}/{path.name}", path, partial(_check, kind), report, patience)
    return path


def ingest_command(name: str, paths: Mapping[Kind, Path]) -> list[str]:
    """The arguments after ``python -m weakrec_core`` that make the dataset `name` of the files."""
    return [
        "ingest",
        "goodreads",
        "--name",
        name,
        *(a for kind, path in paths.items() for a in (f"--{kind}", str(path))),
    ]


def _check(kind: Kind, path: Path, report: "Report") -> None:
    from weakrec_core.packing import verify  # loads DuckDB, which the command line need not wait for

    size = path.stat().st_size
    _check_lines(path, kind)
    verify(path, lambda fraction, _: report(round(fraction * size), size, "Checking"))


def _check_lines(path: Path, kind: Kind) -> None:
    """Look at the first lines, before the time is taken to read all."""
    with path.open("rb") as raw:
        head = raw.read(512)
    if head.lstrip().startswith(b"<"):
        raise DataError(f"{path} is a web page (HTML), not the file; look at its address in a browser.")
    if head[:2] != b"\x1f\x8b":
        raise DataError(f"{path} is not a gzip file.")
    try:
        with gzip.open(path) as lines:
            first = list(islice(lines, _CHECKED_LINES))
    except (OSError, EOFError):
        return  # damaged; `verify` says how
    for number, line in enumerate(first, start=1):
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise DataError(f"Line {number} of {path} is not a JSON object.")
        missing = [field for field in _FIELDS[kind] if field not in record]
        if missing:
            raise DataError(f"Line {number} of {path} has no {missing[0]}, so the file does not hold {kind}.")
