"""Numbers and texts as the pages show them."""

import html
import math
import re
from typing import TYPE_CHECKING

from weakrec_core.data.noun import percent as shown_percent

if TYPE_CHECKING:  # the router has this file, and the library takes a second to load
    from weakrec_core.engine.sampled_train import TrainShare

NONE = "–"
_MOST_DIGITS = 4  # of a percentage
# What Markdown makes something of: emphasis, links and images, HTML, code, tables, formulas; directives and emoji by their colon;
# and headings, lists and quotes where a line begins. Other punctuation stays as it is.
_MARKDOWN = re.compile(
    r"([\\`*\[\]<>{}|$~@]|(?<!\w)_|_(?!\w)|:(?=[\w/+-])|^\s*[#+-]|(?<=\d)[.)](?=\s))",
    re.MULTILINE | re.IGNORECASE,
)

# Addresses become links whatever is escaped in them: they are looked for in the text that is left after Markdown was read.
_ADDRESS = re.compile(r"((?<=http:)|(?<=https:))(?=//)|(?<=www)(?=\.)|(?<=@)(?=[\w-]+\.\w)", re.IGNORECASE)
_JOINER = "\u2060"  # is not seen, and parts no words


def text(value: object) -> str:
    """Any value as it prints; – where there is none."""
    return NONE if value is None else str(value)


def number(value: float | None, digits: int = 3) -> str:
    """Fixed decimals; – where there is nothing to show."""
    return NONE if value is None or math.isnan(value) else f"{value:,.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return NONE if value is None or math.isnan(value) else shown_percent(value, digits)


def signed(value: float | None, digits: int = 3) -> str:
    """A difference with its sign."""
    return NONE if value is None or math.isnan(value) else f"{value:+.{digits}f}"


def threshold(value: float) -> str:
    """A threshold in a sentence: three decimals at most, three significant digits where it is small."""
    if 0 < abs(value) < 0.01:
        return f"{value:.3g}"
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def estimate(share: "TrainShare", digits: int = 1) -> str:
    """A share of train as a percentage, with its interval where it is of a sample, in as many digits as tell its ends apart."""
    if share.low is None or share.high is None:
        return percent(share.value, digits)
    while digits < _MOST_DIGITS and round(100 * share.low, digits) == round(100 * share.high, digits) != 0:
        digits += 1
    return f"{percent(share.value, digits)} [{100 * share.low:.{digits}f}, {100 * share.high:.{digits}f}]"


def interval(value: float, low: float, high: float) -> str:
    """A value with its 95 % interval in brackets."""
    return NONE if math.isnan(value) else f"{value:.2f} [{low:.2f}, {high:.2f}]"


def duration(seconds: float) -> str:
    """Seconds, or minutes where there are many."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def literal(text: str) -> str:
    """Text for Markdown, shown as it is."""
    return _MARKDOWN.sub(_escaped, _ADDRESS.sub(_JOINER, text))


def _escaped(found: re.Match[str]) -> str:
    return f"{found[0][:-1]}\\{found[0][-1]}"


def escaped(text: str) -> str:
    """Text for HTML, shown as it is."""
    return html.escape(text)
