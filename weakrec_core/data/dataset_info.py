"""What dataset.json says of a dataset."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, field_validator

from weakrec_core.data.noun import Noun
from weakrec_core.errors import DataError, quoted

SPLITS = ("train", "dev", "valid", "test")
FORMAT = 1


class _Meta(BaseModel):
    """Of what the ingest noted, the parts that pages show."""

    noun: Noun | None = None
    files: dict[str, str] = {}
    counts: dict[str, float] = {}
    dropped: dict[str, int] = {}
    skipped_lines: dict[str, dict[str, int]] = {}
    splits: dict[str, Any] = {"seed": 0}
    ratings: dict[str, Any] = {}


class DatasetInfo(BaseModel):
    """The file, checked before anything is made of it."""

    fingerprint: str = Field(pattern=r"^[A-Za-z0-9]{1,64}$")
    rows: dict[str, int]
    n_users: int = Field(ge=0)
    n_books: int = Field(ge=0)
    meta: dict[str, Any]

    @field_validator("rows")
    @classmethod
    def _of_every_split(cls, rows: dict[str, int]) -> dict[str, int]:
        if set(rows) != set(SPLITS) or min(rows.values()) < 0:
            raise ValueError(f"it takes a number of rows for each of {', '.join(SPLITS)}")
        return rows

    @field_validator("meta")
    @classmethod
    def _as_pages_show_it(cls, meta: dict[str, Any]) -> dict[str, Any]:
        _Meta.model_validate(meta)
        return meta


def read_info(values: Any, path: Path) -> DatasetInfo:
    """The content of dataset.json.

    Raises
    ------
    DataError
        If it is of another format, such as that of a newer workbench, or is damaged.
    """
    written = values.get("format") if isinstance(values, dict) else None
    if written != FORMAT:
        newer = isinstance(written, int) and written > FORMAT
        why = "a newer version of the workbench has written it; update this one" if newer else "ingest the data again"
        raise DataError(f"{path} has format {quoted(written)}; this version reads {FORMAT}: {why}.")
    try:
        return DatasetInfo.model_validate(values)
    except ValidationError as e:
        first = e.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{path}, field {field}, is damaged ({first['type'].replace('_', ' ')}); ingest the data again."
        ) from None
