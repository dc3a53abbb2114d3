"""LF sets as data, from and to YAML, with one clear sentence for what is wrong."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, ValidationError, field_serializer, field_validator, model_validator

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError, quoted
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import applier_of
from weakrec_core.labeling.base import LF, Frozen
from weakrec_core.labeling.parsing import dump_lf, one_sentence, parse_lf
from weakrec_core.labeling.safe_yaml import read_yaml
from weakrec_core.limits import LFS


class LFSet(Frozen):
    """An ordered list of labeling functions with a name, as its YAML file has it.

    Sets are values: immutable, and equal if name and LFs are. What a set does to a dataset is an `AppliedSet`.

    Attributes
    ----------
    name : str
    lfs : tuple of LF
        Those that are switched off included; names are unique.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> lf_set = wr.load_lf_set("lfs/tutorial.yaml")
    >>> lf_set.names
    ['stars_in_review', 'shared_first_author', 'polarity_positive', 'subjectivity_positive', 'polarity_negative']
    """

    name: str = Field(min_length=1, max_length=64)
    lfs: tuple[LF, ...]

    @field_validator("lfs", mode="before")
    @classmethod
    def _by_kind(cls, lfs: Any) -> Any:
        if isinstance(lfs, list) and len(lfs) > LFS:
            raise ValueError(f"there are {len(lfs):,} LFs; a set has at most {LFS}")
        return tuple(parse_lf(lf) if isinstance(lf, Mapping) else lf for lf in lfs) if isinstance(lfs, list) else lfs

    @model_validator(mode="after")
    def _unique_names(self) -> Self:
        repeated = [name for name, count in Counter(lf.name for lf in self.lfs).items() if count > 1]
        if repeated:
            raise ValueError(f"LF {quoted(repeated[0])}: the name is used more than once")
        return self

    @field_serializer("lfs")
    def _dump_lfs(self, lfs: tuple[LF, ...]) -> list[dict[str, Any]]:
        return [dump_lf(lf) for lf in lfs]

    @property
    def active(self) -> tuple[LF, ...]:
        """The LFs that are switched on."""
        return tuple(lf for lf in self.lfs if lf.enabled)

    @property
    def names(self) -> list[str]:
        """Names of the active LFs, in the order of the columns of L."""
        return [lf.name for lf in self.active]

    def without_notes(self) -> "LFSet":
        """The set without tags, comments and owners: what labels come of."""
        return self.model_copy(update={"lfs": tuple(lf.without_notes() for lf in self.lfs)})

    def apply(self, dataset: Dataset) -> AppliedSet:
        """This set over a dataset. Votes are kept as long as the dataset is, so that an edited set computes its edit only."""
        return applier_of(dataset).of(self)

    @classmethod
    def from_yaml(cls, text: str) -> "LFSet":
        """A set from the file format; `SpecError` names the LF and the field."""
        return parse_lf_set(text, "The LF set")

    def to_yaml(self) -> str:
        """The set in the file format."""
        values = self.model_dump(mode="json")
        escaped = "\x85" in json.dumps(values, ensure_ascii=False)  # PyYAML would read it back as a line end
        return yaml.safe_dump(values, sort_keys=False, allow_unicode=not escaped, width=120)


def parse_lf_set(text: str, source: str) -> LFSet:
    """Parse an LF set in YAML; `source` is what error messages call it."""
    return lf_set_of(read_yaml(text, source), source)


def lf_set_of(values: Any, source: str) -> LFSet:
    """An LF set of the values of its YAML; see `parse_lf_set`."""
    if not isinstance(values, Mapping) or not isinstance(values.get("lfs"), list):
        raise SpecError(f"{source} is not an LF set: it needs a name and a list called lfs.")
    try:
        return LFSet.model_validate({key: value for key, value in values.items() if key != "saved"})
    except SpecError as e:
        raise SpecError(f"{source}: {e}") from None
    except ValidationError as e:
        raise SpecError(f"{source}{one_sentence(e)}") from None


def read_lf_set(path: Path) -> LFSet:
    """Read an LF set from a YAML file.

    Raises
    ------
    SpecError
        Naming the file, the LF and the field.
    """
    return parse_lf_set(lf_set_text(path), str(path))


def lf_set_text(path: Path) -> str:
    """What is written in the file of an LF set; `SpecError` if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as e:
        raise SpecError(f"{path} cannot be read: {e.strerror}.") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path} is not UTF-8 text.") from None
