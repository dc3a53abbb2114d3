"""The rating that a reviewer states in the text: "4.5/5", "a 4-star read", "★★★★☆", "five out of five".

The tutorial looks for substrings, so "4.1 stars" and "this one started" vote for one star (trap T12). Here every
number is read whole, with its unit, and judged by the clause it stands in: "not 5 stars", "I took off one star"
and "all the 5 star reviews" do not state the writer's rating of this book.
"""

import math
import re
from typing import NamedTuple

_WORDS = {word: i for i, word in enumerate("zero one two three four five six seven eight nine ten".split())}

# A number (4, 4.5, 4,5, 4½, 4 1/2, four, four and a half) or two with a range between (3-3.5, 3 or 4, 3.5/4).
_NUMBER = (
    rf"(?:[0-9]{{1,2}}(?:[.,][0-9]{{1,2}})?|{'|'.join(_WORDS)})"
    r"(?:\s?½|[\s-](?:(?:and|&)\s)?1/2|[\s-](?:and|&)[\s-](?:an?[\s-])?half)?"
)
_AMOUNT = re.compile(
    rf"(?<![\w$#])(?<![0-9][.,:/])(?<!\s\.)(?P<low>{_NUMBER})"
    rf"(?:(?:\s?[-–—~]\s?|\s(?:to|or|and|maybe)\s|/(?!\s?(?:5|10)\b))(?P<high>{_NUMBER})(?!\w))?"
    r"(?:\s?\+{1,30}|-?ish\b)?(?![0-9])"
)

# What follows a number and makes it a rating; the groups hold the scale where one is named.
_PRAISE = (
    "solid|strong|full|big|huge|whole|bright|shining|shiny|sparkling|gold|golden|glowing|enthusiastic|resounding|"
    "amazing|wonderful|fantastic|brilliant|beautiful|stunning|perfect|bloody|freaking"
)
_UNIT = re.compile(
    rf"[\s-]{{0,2}}(?:(?:{_PRAISE}),?\s){{0,2}}stars?\b(?:\s?(?:/|out\s(?:of\s)?)\s?(5|10|five|ten)\b)?"
    r"|\s?/\s?(5|10)\b(?![/%]|[.,][0-9]|\s(?:of|way|through)\b)(?:[\s-]{0,2}stars?\b)?"
    r"|\s(?:(?!and\b|but\b|or\b)[a-z'’-]{1,20}\s){0,3}out\s(?:of\s)?(?:a\spossible\s)?(5|10|five|ten)\b"
    r"(?!\s(?:people|readers|times|books|chapters|stories))(?:[\s-]{0,2}stars?\b)?"
)
# "4.5 Hopeful Stars!": any words between, where a line starts with the number and the phrase ends with the stars.
_PHRASE = re.compile(r"\s(?:[a-z'’&!.,-]{1,20}\s){1,5}stars(?=\s?(?:[!.,:;)*~-]|\n|\Z))")
_LINE_START = re.compile(r"(?:\A|\n)[^\w\n]{0,6}\Z")

# What precedes a number without a unit and makes it a rating; the number must then end its phrase.
_CUE = re.compile(
    r"(?:\b(?:rating|score|verdict)s?\b\s{0,3}(?:is|was|of|[=:–-])?\s{0,3}(?:an?\s)?"
    r"|\b(?:rat(?:e|ed|ing)|giv(?:e|es|ing)|gave|gets?|getting|deserves|earn(?:s|ed))\s"
    r"(?:(?:it|this|this\sone|(?:this|the)\s(?:book|novel|story|series))\s)?(?:(?:an?|at)\s)?"
    r"|\b(?:settl(?:e|ed|ing)\s(?:for|on|at)|more\slike|closer\sto|going\swith|make\sit|it's|feels\slike)\s(?:an?\s)?)"
    r"(?:(?:an?\s)?(?:very\s)?(?:solid|strong|firm|definite|high|low|weak|generous|full|only|just|about|around)\s)?\Z"
    r"|\ban?\s(?:very\s)?(?:solid|strong|firm|definite|generous)\s\Z"
    r"|\bnot\s[^.!?\n]{0,20}\bstars?,?\s(?:but|so|more\slike)\s(?:(?:an?|just|only|rather)\s){0,2}\Z"
)
_PHRASE_END = re.compile(
    r"\s*(?:[!?;:)*\"\n]|[.,](?![0-9])|[-–]\s|\Z"
    r"|(?:because|cause|for|but|since|and|only|as|due|simply|just|overall|instead|rating)\b)"
)
_OPENING = re.compile(r"\A[\W_]{0,6}\Z")
_REVISED = re.compile(
    r"\b(?:(?:round|bump|drop|lower|rais|upgrad|downgrad|mov|chang)\w{0,4}|up|down)\b(?:[^.!?\n]|\.[0-9]){0,40}?"
    r"\b(?:to|at)\s(?:(?:an?|just|only|solid)\s){0,2}\Z"
)
_OVERALL = re.compile(r"\b(?:overall|final|actual|real|new|total|my)\b[^.!?\n]{0,25}\Z|\brating\s{0,3}:\s{0,3}\Z")

# Clauses in which a number of stars is not the writer's rating of this book.
_CLAUSE = re.compile(r"(?<!rating)(?<!read)[.!?;:,()\n](?![0-9])|\bbut\b|\bso\b")
_NOT_STATED = re.compile(
    r"\b(?:not|never|neither|nor|without|rarely|seldom|hardly|cannot|dont|cant|didnt|isnt)\b|n['’]t\b"
    r"|\b(?:would|could|should|might)(?:['’]ve|\s(?:easily\s|probably\s|definitely\s|otherwise\s)?(?:have|of))\b"
    r"|\b(?:wish|wan(?:t|ted|na)|hop(?:ed|ing)|tempted|threatened|reserved?|saved?|waver(?:ed|ing)|tried|trying|consider(?:ed|ing)?|(?:was|were)\sgoing)\b"
    r"|\bhad\s(?:it|this)\sat\b"
    r"|\b(?:almost|nearly|close|instead|kept|keeps?|prevent(?:s|ed)?|short|less|more\sthan|at\sleast|above|below|from)\b"
    r"|\b(?:origin|initi)ally\b|\b(?:original|previous|first|old)\s(?:\w+\s)?(?:rating|read|book|one)\b|\bat\sfirst\b"
    r"|\b(?:people|reviewers?|readers|others?|every(?:one|body)|friends?|many|most|(?:all|some|any)\s(?:the|of)|those|these"
    r"|(?:s?he|they|who)\s(?:\w+\s)?(?:gave|gives?|rates?d?))\b"
    r"|\b(?:average|goodreads|amazon|high(?:er|est)?|low(?:er|est)?)\srating"
)
_TAKEN_OFF = re.compile(
    r"\b(?:drop(?:s|ped|ping)?|dock(?:s|ed|ing)?|took|takes?|taking|knock(?:s|ed|ing)?|los(?:es?|t|ing)|minus|deduct\w*"
    r"|subtract\w*|remov\w+|off|extra|bonus|add(?:s|ed|ing)?|plus|another|merits?)\b"
)
_NOT_RATING = re.compile(
    r"(?:\s|-)?(?:ratings\b|review(?:s|er|ers)\b|hotels?\b|restaurants?\b|resorts?\b|chefs?\b|general\b|service\b|cuisine\b"
    r"|meals?\b|students?\b|pupils?\b|athletes?\b|players?\b|crossed\b|off\b|less\b|away\b|deduct|docked\b|removed\b|lost\b"
    r"|short\b|gone\b)"
)
_NUMBERED = re.compile(
    r"(?<!this\s)(?<!the\s)\b(?:books?|vol(?:ume|\.)?|part|season|episode|number|no\.|chapter|film|movie)\s\Z"
)
_PART = re.compile(
    r"\b(?:characters?|plot|writing|cover|romance|world[\s-]?building|setting|pacing|narrat(?:or|ion)|steam|heat|ending|"
    r"half|movie|film|audio(?:book)?)\s?(?:rating\s?)?(?:\s?[:=–-]\s?|\s(?:is|was|gets)\s(?:an?\s)?)\Z"
)

_FULL, _EMPTY = "★⭐🌟✭✮✯⭑", "☆✩✰"
_SYMBOLS = re.compile(
    rf"[{_FULL}{_EMPTY}](?:[\s\ufe0f]?[{_FULL}{_EMPTY}]){{0,9}}(?:\ufe0f?\s?(?:½|1/2|\.5))?"
    r"|\*{1,9}(?:\s?(?:½|1/2))?"
)
_HALF = ("½", "1/2", "half")


class _Mention(NamedTuple):
    value: float
    weight: int  # how clearly it is the final word: 3 revised, 2 "overall" or "rating:", 1 at either end, 0 elsewhere


def stated_stars(text: str) -> float:
    """The rating out of 5 that the writer states for the book.

    Ratings out of 10 are halved, ranges ("3 or 4 stars") give their middle. Of several ratings a revised one
    ("rounded up to 4") wins over an overall one, that over one at the start or the end, that over the rest; among
    equals the first one wins.

    Parameters
    ----------
    text : str

    Returns
    -------
    float
        0 to 5, or NaN where no rating is stated.
    """
    lowered = text.lower()
    mentions = [m for amount in _AMOUNT.finditer(lowered) if (m := _number_mention(lowered, amount))]
    if "*" in lowered or not lowered.isascii():
        mentions += [m for symbols in _SYMBOLS.finditer(lowered) if (m := _symbol_mention(lowered, symbols))]
    return max(mentions, key=lambda m: m.weight).value if mentions else math.nan


def _number_mention(text: str, amount: re.Match[str]) -> _Mention | None:
    start, end = amount.span()
    before = text[max(0, start - 70) : start]
    low, high = amount["low"], amount["high"]
    scale = 5
    if unit := _UNIT.match(text, end):
        end = unit.end()
        scale = 10 if unit[unit.lastindex or 0] in ("10", "ten") else 5
    elif _LINE_START.search(before) and (phrase := _PHRASE.match(text, end)):
        end = phrase.end()
    else:
        opening = start < 7 and "." in low and _OPENING.match(before)
        cue = opening or _CUE.search(before) or _REVISED.search(before)
        if not cue or low == "one" or not _PHRASE_END.match(text, end):
            return None
    value = (_parse(low) + _parse(high or low)) / 2 * 5 / scale
    clause = _CLAUSE.split(before)[-1]
    revised = _REVISED.search(before)
    if value > 5 or _NOT_RATING.match(text, end) or _NUMBERED.search(before) or _PART.search(before):
        return None
    if not revised and (_NOT_STATED.search(clause) or _TAKEN_OFF.search(clause)):
        return None
    return _Mention(value, 3 if revised else 2 if _OVERALL.search(before) else _at_an_end(text, start, end))


def _symbol_mention(text: str, symbols: re.Match[str]) -> _Mention | None:
    run = symbols[0]
    full, empty = sum(run.count(c) for c in _FULL + "*"), sum(run.count(c) for c in _EMPTY)
    half = run.endswith((*_HALF, ".5"))
    start, end = symbols.span()
    weight = 2 if _OVERALL.search(text[max(0, start - 40) : start]) else _at_an_end(text, start, end)
    if "*" in run and not half:  # more often a separator or emphasis than a rating
        clear = weight > 0 and full >= 4 and text.count("****") == 1
    else:  # one symbol alone is a bullet
        clear = weight == 2 or full + empty > 1 or half
    value = (full or empty) + half / 2
    return _Mention(value, weight) if clear and value <= 5 and full + empty <= 5 else None


def _at_an_end(text: str, start: int, end: int) -> int:
    return int(start < 7 or len(text) - end < 7)


def _parse(number: str) -> float:
    """The value of what `_NUMBER` matched."""
    half = 0.5 if number.endswith(_HALF) else 0.0
    first = re.match(r"[0-9]+(?:[.,][0-9]+)?|[a-z]+", number)
    assert first
    return float(_WORDS.get(first[0], first[0].replace(",", "."))) + half
