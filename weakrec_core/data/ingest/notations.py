"""One rating as somebody wrote it ("3/5", "B+", "★★★½", "85%", "fresh"), read as a share of its own scale."""

import math
import re
import unicodedata
from typing import NamedTuple

NUMBER, PERCENT, GRADE, STARS, WORD = "number", "percent", "grade", "stars", "word"
OUT_OF = "out of {:g}"
OUT_OF_OTHER = "out of another number"
_COMMON_SCALES = {1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 50, 100}  # others are counted together


class Reading(NamedTuple):
    """What a text says.

    Attributes
    ----------
    notation : str
        In what way it was written; empty if it is not rated.
    value, top : float
        The rating and the highest of its scale, which begins at 0. A plain number and stars have none of their own: NaN.
    reason : str
        Why it is not rated; empty if it is.
    """

    notation: str
    value: float = math.nan
    top: float = math.nan
    reason: str = ""


SAYS_NONE, UNKNOWN = "says that there is no rating", "is of no known notation"
ABOVE, BELOW, SCALE_OF_0 = "is above the top of its scale", "is below 0", "has a scale of 0"

_POSITIVE = """fresh recommended recommend recommends true yes y like liked likes love loved thumbs_up thumbsup thumb_up up
    upvote upvoted positive pos good 👍 ja oui sí si empfohlen wahr vrai"""
_NEGATIVE = """rotten not_recommended not_recommend do_not_recommend don't_recommend false no n dislike disliked dislikes hate
    hated not_liked thumbs_down thumbsdown thumb_down down downvote downvoted negative neg bad 👎 nein non nicht_empfohlen
    falsch faux"""
_NEUTRAL = "mixed neutral so-so"
_NONE = "not_rated unrated no_rating n/a na none null nan nr - -- — – ? tbd not_yet_rated no_score not_scored"
WORDS = {
    word.replace("_", " "): share
    for words, share in ((_NEGATIVE, 0.0), (_NEUTRAL, 0.5), (_POSITIVE, 1.0))
    for word in words.split()
}
_SAYS_NONE = {word.replace("_", " ") for word in _NONE.split()}
_POINTS = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0, "F": 0.0}  # as grade points: A+ is 4.3, A- is 3.7
_STEPS = {"+": 0.3, "plus": 0.3, "-": -0.3, "minus": -0.3, "": 0.0}
_TOP_GRADE = 4.3
_NUMBERS = {
    word: float(i) for i, word in enumerate("zero one two three four five six seven eight nine ten".split())
} | {"no": 0.0}
_HALVES = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "1/2": 0.5, "1/4": 0.25, "3/4": 0.75, "half": 0.5}
_FRACTION = "|".join(map(re.escape, _HALVES))
_FULL, _EMPTY = "★⭐🌟✭✮✯*", "☆✩✰"

_FINITE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE | re.ASCII)
_LONGEST = 60  # characters; a longer text is none
_HIGHEST = 1e30  # of what is stored as float32
_DIGITS = r"[+-]?(?:\d[\d.,']*|[.,]\d+)"
_VALUE = rf"(?P<value>{_DIGITS})?[ -]?(?P<part>{_FRACTION})?"
_LABEL = re.compile(r"(?:rating|grade|score|rated|stars?|note|bewertung)\s*[:=]\s*", re.IGNORECASE)
_SCALED = re.compile(rf"{_VALUE}\s*(?:stars?)?\s*(?:/|out of|of|von|sur)\s*(?P<top>{_DIGITS})\s*(?:stars?|points?)?")
_STAR_WORDS = re.compile(rf"(?:{_VALUE}|(?P<word>{'|'.join(_NUMBERS)}))[ -]?(?:stars?|★|⭐)")
_PERCENT = re.compile(rf"(?P<value>{_DIGITS})\s*(?:%|percent|per cent|prozent)")
_GRADE = re.compile(r"(?P<letter>[A-DF])(?:[ -]?(?P<step>\+|plus|-|minus))?", re.IGNORECASE)
_DRAWN = re.compile(rf"(?P<full>(?:[{_FULL}]\s?)*)(?P<part>{_FRACTION})?\s?(?P<empty>(?:[{_EMPTY}]\s?)*)")


def read_rating(text: str, decimal_comma: bool = False) -> Reading:
    """Read one rating.

    Parameters
    ----------
    decimal_comma : bool
        Whether the comma of "4,125" is a decimal one; "3,5" is 3.5 and "1,234,567" has thousands either way.

    Examples
    --------
    >>> read_rating("'3.5 / 5'")
    Reading(notation='out of 5', value=3.5, top=5.0, reason='')
    >>> read_rating("11/10").reason
    'is above the top of its scale'
    """
    if len(text) > _LONGEST:
        return Reading("", reason=UNKNOWN)
    text = _LABEL.sub("", _tidied(text), count=1) if ":" in text or "=" in text else _tidied(text)
    lower = text.lower()
    if lower in WORDS:
        return Reading(WORD, WORDS[lower], 1.0)
    if lower in _SAYS_NONE:
        return Reading("", reason=SAYS_NONE)
    if match := _PERCENT.fullmatch(lower):
        return _scaled(PERCENT, number(match["value"], decimal_comma), 100.0)
    if match := _SCALED.fullmatch(lower):
        return _out_of(_sum(match, decimal_comma), number(match["top"], decimal_comma))
    if match := _GRADE.fullmatch(text):
        points = _POINTS[match["letter"].upper()] + _STEPS[(match["step"] or "").lower()]
        return Reading(GRADE, min(max(points, 0.0), _TOP_GRADE), _TOP_GRADE)
    if match := _STAR_WORDS.fullmatch(lower):
        value = _NUMBERS[match["word"]] if match["word"] else _sum(match, decimal_comma)
        return _unscaled(STARS, value)
    if text and (match := _DRAWN.fullmatch(text)) and (match["full"] or match["empty"]):
        full, empty = (len(re.sub(r"\s", "", match[key])) for key in ("full", "empty"))
        part = _HALVES.get(match["part"] or "", 0.0)
        # A half star is drawn as one of the five, or in place of an empty one.
        return Reading(STARS, full + part, float(full + empty + (part > 0)) if empty else math.nan)
    return _unscaled(NUMBER, _plain(lower, decimal_comma))


def number(text: str, decimal_comma: bool = False) -> float:
    """A number with a decimal point or comma and thousands separators, NaN if it is none.

    Examples
    --------
    >>> number("3,5"), number("1,234"), number("1.234,5"), number("1,234", decimal_comma=True)
    (3.5, 1234.0, 1234.5, 1.234)
    """
    text = text.replace("'", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text) and not (decimal_comma and text.count(",") == 1):
        text = text.replace(",", "")
    elif re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d*,\d+", text):
        text = text.replace(",", ".")
    value = float(text) if _FINITE.fullmatch(text) else math.nan
    return value if math.isfinite(value) else math.nan  # of hundreds of digits


def has_decimal_comma(text: str) -> bool:
    """Whether its comma cannot separate thousands."""
    return re.search(r"\d,\d{1,2}(?!\d)|\d,\d{4,}|\d\.\d{3},\d", text) is not None


def _tidied(text: str) -> str:
    """Without quotes and blanks around, one kind of minus, plain digits; one blank between words."""
    if not text.isascii():
        text = "".join(c if c in _HALVES else unicodedata.normalize("NFKC", c) for c in text)
    text = text.replace("\ufe0f", "").replace("−", "-").replace("’", "'").strip(" \t\r\n\"'“”‘’`„«»()[]")
    text = "".join(c for c in text if not "\U0001f3fb" <= c <= "\U0001f3ff")  # skin tones of a thumb
    return re.sub(r"\s+", " ", text)


def _sum(match: re.Match[str], decimal_comma: bool) -> float:
    """3 1/2 or ½ as one number; NaN if there is neither."""
    if match["value"] is None and match["part"] is None:
        return math.nan
    return (number(match["value"], decimal_comma) if match["value"] else 0.0) + _HALVES.get(match["part"] or "", 0.0)


def _plain(text: str, decimal_comma: bool) -> float:
    if "e" in text:  # as programs write very large and small ones
        return number(text)
    match = re.fullmatch(_VALUE, text) if text else None
    return _sum(match, decimal_comma) if match else math.nan


def _out_of(value: float, top: float) -> Reading:
    return _scaled(OUT_OF.format(top) if top in _COMMON_SCALES else OUT_OF_OTHER, value, top)


def _scaled(notation: str, value: float, top: float) -> Reading:
    if math.isnan(value) or math.isnan(top):
        return Reading("", reason=UNKNOWN)
    if top <= 0:
        return Reading("", reason=SCALE_OF_0)
    if not 0 <= value <= top:
        return Reading("", reason=ABOVE if value > top else BELOW)
    return Reading(notation, value, top)


def _unscaled(notation: str, value: float) -> Reading:
    return Reading(notation, value) if abs(value) < _HIGHEST else Reading("", reason=UNKNOWN)
