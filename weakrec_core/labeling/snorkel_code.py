"""A labeling function as the code of a Snorkel labeling function: what a kind says of itself to be exported."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from weakrec_core.labeling import review_tests, word_stems
from weakrec_core.labeling.keyword_match import keyword_pattern, stemmed_in
from weakrec_core.labeling.python_layout import literal

REVIEW = "review_text"


@dataclass(frozen=True)
class SnorkelCode:
    """What stands in a Snorkel labeling function of a row ``x``.

    Attributes
    ----------
    cases : sequence of (str, str)
        An expression and the label (``POSITIVE``, ``NEGATIVE`` or an expression) to return where it is true; the first one
        counts.
    otherwise : str
        What to return where none is true.
    resources : mapping
        Lists of texts that the expressions name.
    lists : mapping
        Lists of expressions, worked out before the cases, which name them.
    helpers : frozenset of functions
        Top-level functions that the expressions ask of the review; their source goes along.
    signals : frozenset of str
        Signals that the expressions read as ``x.NAME``.
    columns : mapping
        Other columns of the row that they read, with their meanings, in which ``{item}`` is what the dataset calls one.
    imports : frozenset of str
        Modules.
    """

    cases: Sequence[tuple[str, str]]
    otherwise: str = "ABSTAIN"
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    helpers: frozenset[Callable[..., object]] = frozenset()
    signals: frozenset[str] = frozenset()
    columns: Mapping[str, str] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()


def numbered(names: Iterable[str]) -> list[str]:
    """The names, those that came before with a number: positive, positive_2."""
    found: list[str] = []
    times: Counter[str] = Counter()
    for name in names:
        times[name] += 1
        found.append(name if times[name] == 1 else f"{name}_{times[name]}")
    return found


def cell(column: str) -> str:
    """The expression of a column of the row ``x``, which is a Series."""
    import pandas as pd

    # Python reads a name in letters beyond ASCII as another, normalised one.
    is_name = column.isascii() and column.isidentifier() and not hasattr(pd.Series, column)
    return f"x.{column}" if is_name else f"x[{literal(column)}]"


@dataclass(frozen=True)
class KeywordTest:
    """How a helper is asked whether a review has one of some keywords; `more` are its further arguments."""

    helper: Callable[..., object]
    keywords: Sequence[str]
    more: Sequence[str] = ()

    def of(self, resource: str) -> str:
        """The expression, with the keywords in the resource of that name."""
        return f"{self.helper.__name__}({', '.join([f'x.{REVIEW}', resource, *map(literal, self.more)])})"


def keyword_test(keywords: Sequence[str], match: str, case_sensitive: bool) -> KeywordTest:
    """The same test as `Columns.keyword_hits` makes."""
    if match == "regex":
        return KeywordTest(review_tests.matches, [keyword_pattern([k], match, case_sensitive) for k in keywords])
    if language := stemmed_in(match):
        return KeywordTest(word_stems.contains_stem, keywords, (language,))
    if match == "word":
        helper = review_tests.contains_word_cased if case_sensitive else review_tests.contains_word
        return KeywordTest(helper, keywords)
    if case_sensitive:
        return KeywordTest(review_tests.contains_cased, keywords)
    return KeywordTest(review_tests.contains, [k.lower() for k in keywords])
