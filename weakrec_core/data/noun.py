"""What the items of a dataset are called: books, films, recipes. Columns and code say ``book`` throughout."""

import re
from typing import NamedTuple

from weakrec_core.errors import DataError

_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_KNOWN = {"isbn": "book", "asin": "product", "buch": "book", "artikel": "product", "app": "game"}
_SAYS_NOTHING = {"id", "idx", "key", "name", "title", "code", "nr", "no", "number"}


class Noun(NamedTuple):
    """The word for one item and for several, in lower case."""

    one: str = "book"
    many: str = "books"

    @classmethod
    def parse(cls, text: str) -> "Noun":
        """From one word, whose plural English grammar gives, or both: ``film``, ``mouse/mice``.

        Raises
        ------
        DataError
            If it is no word, or more than two.
        """
        words = [" ".join(word.split()).lower() for word in text.split("/")]
        if len(words) > 2 or not all(word.replace(" ", "").replace("-", "").isalpha() for word in words):
            raise DataError(f"An item is called by one word, as in film or mouse/mice, not {text!r}.")
        if len(words) == 2:
            return cls(*words)
        from textblob.inflect import pluralize

        return cls(words[0], pluralize(words[0]))

    @classmethod
    def guess(cls, column: str) -> "Noun":
        """From the name of a column of items, such as ``movieId`` or ``book_id:token``; `ITEM` where it says nothing.

        Examples
        --------
        >>> Noun.guess("movieId"), Noun.guess("ISBN"), Noun.guess("key").one
        (Noun(one='movie', many='movies'), Noun(one='book', many='books'), 'item')
        """
        words = [_KNOWN.get(word, word) for word in re.findall("[a-z]+", _SPLIT.sub(" ", column.split(":")[0]).lower())]
        words = [word for word in words if word not in _SAYS_NOTHING]
        return cls.parse(words[0]) if len(words) == 1 and len(words[0]) > 2 else ITEM

    @property
    def a(self) -> str:
        """One of them, with its article.

        Examples
        --------
        >>> Noun("item", "items").a, Noun("film", "films").a
        ('an item', 'a film')
        """
        return f"{'an' if self.one[0] in 'aeio' else 'a'} {self.one}"

    def counted(self, n: int) -> str:
        """So many of them: 1 film, 2,000 films."""
        return counted(n, self.one, self.many)

    def fill(self, text: str) -> str:
        """A text with the noun in the places of ``{item}``, ``{items}``, ``{Item}`` and ``{Items}``."""
        return text.format(item=self.one, items=self.many, Item=self.one.capitalize(), Items=self.many.capitalize())


def counted(n: int, one: str, many: str | None = None) -> str:
    """So many of something; `many` where the plural takes more than an s.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage.

    Examples
    --------
    >>> percent(0.5), percent(0.138, 1)
    ('50 %', '13.8 %')
    """
    return f"{100 * share:.{digits}f} %"


ITEM = Noun("item", "items")
