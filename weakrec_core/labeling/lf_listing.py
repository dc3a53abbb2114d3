"""Finding LFs in a long set: by words, tags and verdict, in the order of a metric."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weakrec_core.labeling.base import LF

OFF, ERROR = "off", "error"  # verdicts of LFs without figures: switched off, or enabled and not to be applied
VERDICTS = ("better", "not distinguishable", "worse", "no votes", OFF, ERROR)
ORDER = "order of the set"
BY_NAME = ("name", "kind")
SORTED_BY = (
    ORDER,
    *BY_NAME,
    "coverage",
    "train",
    "overlaps",
    "conflicts",
    "n",
    "correct",
    "incorrect",
    "emp_acc",
    "lift",
)


@dataclass(frozen=True)
class Listing:
    """Which LFs are listed, and in which order.

    Attributes
    ----------
    text : str
        Stands in the LF's name, kind, fields or notes, whatever its case.
    tags, verdicts : tuple of str
        One of them is enough; empty = any. Verdicts are of `VERDICTS`.
    by : str
        Of `SORTED_BY`: numbers from the greatest, names from A; what is not known comes last.
    turned : bool
        The other way round.
    """

    text: str = ""
    tags: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    by: str = ORDER
    turned: bool = False

    @property
    def filters(self) -> bool:
        """Whether some LFs may be left out."""
        return bool(self.text.strip() or self.tags or self.verdicts)

    def of(self, lfs: Sequence[LF], figures: Mapping[str, Mapping[str, Any]]) -> list[LF]:
        """The LFs that are listed, in their order.

        Parameters
        ----------
        figures : mapping
            By name of the LF what `lf_summary` and `drift_table` say of it; LFs that do not vote have none.
        """
        listed = [lf for lf in lfs if self._lists(lf, _verdict(lf, figures))]
        if self.by == ORDER:
            return listed[::-1] if self.turned else listed
        if self.by in BY_NAME:
            return sorted(listed, key=lambda lf: str(getattr(lf, self.by)).lower(), reverse=self.turned)
        figure = {lf.name: value for lf in listed if (value := _figure(lf, figures, self.by)) is not None}
        known = sorted(
            (lf for lf in listed if lf.name in figure), key=lambda lf: figure[lf.name], reverse=not self.turned
        )
        return known + [lf for lf in listed if lf.name not in figure]

    def _lists(self, lf: LF, verdict: str) -> bool:
        wanted = self.text.strip().lower()
        return (
            (not self.tags or not set(self.tags).isdisjoint(lf.tags))
            and (not self.verdicts or verdict in self.verdicts)
            and (not wanted or any(wanted in words.lower() for words in _words(lf.model_dump())))
        )


def _verdict(lf: LF, figures: Mapping[str, Mapping[str, Any]]) -> str:
    if not lf.enabled:
        return OFF
    return str(figures[lf.name]["verdict"]) if lf.name in figures else ERROR


def _figure(lf: LF, figures: Mapping[str, Mapping[str, Any]], by: str) -> float | None:
    value = figures.get(lf.name, {}).get(by)
    return None if value is None or value != value else float(value)


def _words(value: Any) -> Iterator[str]:
    """All texts in plain values; keys are no texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _words(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _words(part)
