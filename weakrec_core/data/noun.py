"""What the items of a dataset are called: books, films, recipes. Columns and code say ``book`` throughout."""

from typing import NamedTuple

from weakrec_core.errors import DataError


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

    def counted(self, n: int) -> str:
        """So many of them: 1 film, 2,000 films."""
        return f"{n:,} {self.one if n == 1 else self.many}"

    def fill(self, text: str) -> str:
        """A text with the noun in the places of ``{item}``, ``{items}``, ``{Item}`` and ``{Items}``."""
        return text.format(item=self.one, items=self.many, Item=self.one.capitalize(), Items=self.many.capitalize())


ITEM = Noun("item", "items")
