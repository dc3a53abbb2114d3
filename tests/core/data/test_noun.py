"""What items are called."""

import pytest

from weakrec_core.data.noun import Noun
from weakrec_core.errors import DataError
from weakrec_core.signals import SIGNALS


def test_one_and_many() -> None:
    assert Noun.parse("Film") == ("film", "films")
    assert Noun.parse("story").many == "stories"
    assert Noun.parse("mouse/mice") == ("mouse", "mice")
    assert Noun.parse("board game") == ("board game", "board games")
    assert (Noun().counted(1), Noun.parse("film").counted(2000)) == ("1 book", "2,000 films")
    assert Noun.parse("film").fill("{Items}: the {item} among {items}, {Item}") == "Films: the film among films, Film"


@pytest.mark.parametrize("text", ["", "a/b/c", "film/", "{item}", "<b>"])
def test_what_is_no_word(text: str) -> None:
    with pytest.raises(DataError, match="as in film or mouse/mice"):
        Noun.parse(text)


def test_signals_speak_of_the_items_and_of_no_site() -> None:
    film = Noun.parse("film")
    for signal in SIGNALS.values():
        told = signal.told(film)
        for text in (told.meaning, told.unit, told.nan):
            assert "book" not in text.lower() and "Goodreads" not in text and "{" not in text
    assert SIGNALS["history_length"].told(Noun()).unit == "books"
