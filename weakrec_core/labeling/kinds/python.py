"""Votes of a Snorkel labeling function in Python."""

import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Hashable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from weakrec_core import ABSTAIN, NEGATIVE, POSITIVE
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError, quoted
from weakrec_core.labeling.base import LF, Votes
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.offered_rows import OFFERED, offered_rows
from weakrec_core.labeling.snorkel_code import SnorkelCode

MODULES_VARIABLE = "WEAKREC_LFS"
_LABELS = (POSITIVE, NEGATIVE, ABSTAIN)
_IMPORTED: dict[str, str | None] = {}  # digest of each module's source as it was imported


class PythonLF(LF):
    """A Snorkel ``LabelingFunction``, or any function of a row, in a module that the operator has named.

    A row offers the columns `OFFERED`, among them ``book_idxs``, the user's history as in the tutorial; missing values are
    NaN. Gold and ratings are not offered.
    """

    title: ClassVar[str] = "A Snorkel function in Python"

    kind: Literal["python"] = "python"
    target: str = Field(
        description="`module:function`; whoever starts the workbench names the module in `$WEAKREC_LFS`"
    )

    @field_validator("target")
    @classmethod
    def _module_and_name(cls, target: str) -> str:
        if target.count(":") != 1 or not all(part.strip() for part in target.split(":")):
            raise ValueError(f"{quoted(target)} is not of the form module:function")
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

    def reads_from(self, dataset: Dataset) -> Hashable:
        """A digest of the module's source; None if it cannot be found, of which `votes` tells."""
        found = module_source(self.target.split(":")[0])
        return None if found is None else hashlib.sha256(found.read_bytes()).hexdigest()

    def snorkel_code(self) -> SnorkelCode:
        module, name = self.target.split(":")
        if not all(part.isidentifier() for part in (*module.split("."), name)):
            raise SpecError(f"LF {self.name!r}: {self.target!r} cannot be exported, as Python has no such names.")
        return SnorkelCode([], f"{module}.{name}(x)", columns=OFFERED, imports=frozenset({module}))

    @classmethod
    def start(cls, dataset: Dataset) -> dict[str, Any]:
        functions = available_functions()
        if not functions:
            raise SpecError(
                f"No Python LF is offered: start the workbench with {MODULES_VARIABLE}=my_lfs to name a module."
            )
        return {"target": functions[0]}


def allowed_modules() -> list[str]:
    """The modules that the operator has named in ``$WEAKREC_LFS``, separated by commas."""
    return [name.strip() for name in os.environ.get(MODULES_VARIABLE, "").split(",") if name.strip()]


def available_functions() -> list[str]:
    """``module:function`` of every Snorkel labeling function in the allowed modules."""
    return [target for name in allowed_modules() for target in available_in(name)]


def available_in(module_name: str) -> dict[str, str]:
    """``module:function`` of every Snorkel labeling function in an allowed module, with its name in Snorkel."""
    from snorkel.labeling import LabelingFunction

    check_allowed(module_name)
    found = {name: value for name, value in vars(_import(module_name)).items() if isinstance(value, LabelingFunction)}
    return {f"{module_name}:{name}": str(value.name) for name, value in found.items()}


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


def module_source(module_name: str) -> Path | None:
    """The file of a module, without importing it; None if there is none or the operator has not named it."""
    if module_name not in allowed_modules():
        return None
    _look_here()
    try:
        found = importlib.util.find_spec(module_name)
    except (ImportError, ValueError):  # of the package that the module is in
        return None
    return None if found is None or not found.has_location or found.origin is None else Path(found.origin)


def _look_here() -> None:
    """Find modules in the working directory, too, as ``python -m`` does."""
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def _import(module_name: str) -> Any:
    """The module as its file is now: one that was edited since is imported anew."""
    source = module_source(module_name)
    digest = None if source is None else hashlib.sha256(source.read_bytes()).hexdigest()
    try:
        if module_name in sys.modules and _IMPORTED.setdefault(module_name, digest) != digest:
            del sys.modules[module_name]
        importlib.invalidate_caches()
        module = importlib.import_module(module_name)
    except Exception as e:
        raise SpecError(f"Module {module_name!r} cannot be imported: {type(e).__name__}: {_in_one_line(e)}.") from None
    _IMPORTED[module_name] = digest
    return module


def _in_one_line(value: object) -> str:
    return " ".join(str(value).split())


def _rows(columns: Columns) -> Iterator[SimpleNamespace]:
    rows = offered_rows(columns.dataset, columns.split)
    for record in zip(*(rows[c].tolist() for c in rows), strict=True):
        row = SimpleNamespace(**dict(zip(rows.columns, record, strict=True)))
        row.book_idxs = tuple(columns.dataset.histories.of(row.user_idx).tolist())
        yield row
