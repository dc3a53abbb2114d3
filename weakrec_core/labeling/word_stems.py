"""Words and their stems by Snowball's algorithms: what a keyword of whole words is sought by, where its LF says so.

A keyword's words are replaced by all words of the text at hand that have their stem; what comes of it is sought as any other word is.
LF sets exported as a Snorkel module take these functions along as they stand here.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, product
from typing import Literal

from weakrec_core.labeling.review_tests import contains_word_cased, folded, in_word

Forms = Mapping[str, Sequence[str]]
Stemmer = Literal[
    "arabic", "armenian", "basque", "catalan", "czech", "danish", "dutch", "english", "esperanto", "estonian", "finnish", "french",
    "german", "greek", "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "persian",
    "polish", "portuguese", "romanian", "russian", "serbian", "sesotho", "spanish", "swedish", "tamil", "turkish", "yiddish",
]  # fmt: skip


def contains_stem(text: object, keywords: Sequence[str], language: str) -> bool:
    """Whether a review contains one of the keywords, or of their forms in a language, as words of their own; case does not count."""
    if not isinstance(text, str):
        return False
    plain = folded(text)
    forms = forms_by_stem(words_of(plain), language)
    sought = ["".join(parts) for k in keywords for parts in product(*inflected(folded(k), forms, language))]
    return contains_word_cased(plain, sought)


def words_of(text: str) -> set[str]:
    """The distinct words of a text."""
    return set("".join(c if in_word(c) else " " for c in text).split())


def forms_by_stem(words: Iterable[str], language: str) -> dict[str, list[str]]:
    """Words without case by their stems."""
    forms: dict[str, list[str]] = {}
    for word in words:
        forms.setdefault(stem(word, language), []).append(word)
    return forms


def inflected(keyword: str, forms: Forms, language: str) -> list[list[str]]:
    """A keyword in parts, each with what may stand in its place: a word or any of its forms, or just what is between two words."""
    parts = ("".join(part) for _, part in groupby(keyword, in_word))
    return [sorted({part, *forms.get(stem(part, language), ())}) if in_word(part[0]) else [part] for part in parts]


@lru_cache(maxsize=1 << 20)
def stem(word: str, language: str) -> str:
    """The stem of a word without case."""
    # A stemmer of its own: one that several threads use at once mixes up their words.
    import snowballstemmer  # brings 34 languages, which takes a while

    return str(snowballstemmer.stemmer(language).stemWord(word)) or word
