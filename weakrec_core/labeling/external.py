"""LFs whose votes come from elsewhere: a column of votes, or a Snorkel labeling function in Python."""

import importlib
import os
import sys
import traceback
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.columns import Columns

MODULES_VARIABLE = "WEAKREC_LFS"
_LABELS = (POSITIVE, NEGATIVE, ABSTAIN)


class ColumnLF(LF, kind="column"):
    """Votes computed elsewhere, by a model or a crowd, and attached to the dataset: see `attach_columns`."""

    kind: Literal["column"] = "column"
    column: str = Field(min_length=1)

    def votes(self, columns: Columns) -> Votes:
        return columns.attached(self.column).copy()


class PythonLF(LF, kind="python"):
    """A Snorkel ``LabelingFunction``, or any function of a row, in a module that the operator has named.

    A row offers the columns of `Dataset.split`, ``book_idxs`` (the user's history as a tuple, as in the tutorial), and the
    book's ``title``, ``first_author``, ``average_rating`` and ``ratings_count``; missing values are NaN. Gold and ratings are
    not offered.
    """

    kind: Literal["python"] = "python"
    target: str

    @field_validator("target")
    @classmethod
    def _module_and_name(cls, target: str) -> str:
        if target.count(":") != 1 or not all(part.strip() for part in target.split(":")):
            raise ValueError(f"{target!r} is not of the form module:function")
        return target

    def votes(self, columns: Columns) -> Votes:
        function = load_function(self.target)
        votes = columns.abstain()
        for i, row in enumerate(_rows(columns)):
            try:
                vote = function(row)
            except Exception as e:
                line = traceback.extract_tb(e.__traceback__)[-1].lineno
                raise SpecError(
                    f"{self.target} raised {type(e).__name__} ({_in_one_line(e)}) at line {line} on {columns.split} row {i} "
                    f"(user {row.user_id}, book {row.book_id})."
                ) from None
            if isinstance(vote, bool) or not isinstance(vote, (int, np.integer)) or vote not in _LABELS:
                raise SpecError(
                    f"{self.target} returned {_in_one_line(repr(vote))} on {columns.split} row {i}; a vote is 1 (POSITIVE), 0 (NEGATIVE) or "
                    "-1 (ABSTAIN)."
                )
            votes[i] = vote
        return votes


def allowed_modules() -> list[str]:
    """The modules that the operator has named in ``$WEAKREC_LFS``, separated by commas."""
    return [name.strip() for name in os.environ.get(MODULES_VARIABLE, "").split(",") if name.strip()]


def available_functions() -> list[str]:
    """``module:function`` of every Snorkel labeling function in the allowed modules."""
    from snorkel.labeling import LabelingFunction

    found = []
    for name in allowed_modules():
        module = _import(name)
        found += [f"{name}:{key}" for key, value in vars(module).items() if isinstance(value, LabelingFunction)]
    return found


def check_allowed(module_name: str) -> None:
    """`SpecError` unless the operator has named the module."""
    if module_name not in allowed_modules():
        raise SpecError(
            f"Module {module_name!r} is not allowed: whoever starts the workbench names modules of LFs in {MODULES_VARIABLE}."
        )


def load_function(target: str) -> Any:
    """The function of a target.

    Raises
    ------
    SpecError
        If the operator has not named the module, it cannot be imported, or it has no such function.
    """
    module_name, name = target.split(":")
    check_allowed(module_name)
    function = getattr(_import(module_name), name, None)
    if not callable(function):
        raise SpecError(f"Module {module_name!r} has no function {name!r}.")
    return function


def _import(module_name: str) -> Any:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(module_name)
    except Exception as e:
        raise SpecError(f"Module {module_name!r} cannot be imported: {type(e).__name__}: {_in_one_line(e)}.") from None


def _in_one_line(value: object) -> str:
    return " ".join(str(value).split())


def _rows(columns: Columns) -> Iterator[SimpleNamespace]:
    dataset = columns.dataset
    rows = dataset.split(columns.split).drop(columns=["gold", "rating"])
    books = dataset.books[["title", "first_author", "average_rating", "ratings_count"]].iloc[rows["book_idx"]]
    names = [*rows.columns, *books.columns]
    values = zip(*(rows[c].tolist() for c in rows), *(books[c].tolist() for c in books), strict=True)
    for record in values:
        row = SimpleNamespace(**dict(zip(names, record, strict=True)))
        row.book_idxs = tuple(dataset.histories.of(row.user_idx).tolist())
        yield row
