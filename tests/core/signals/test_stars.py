"""The stated-stars signal: a table of spellings, and the mentions that are not a rating of this book."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.signals.stars import stated_stars

STATED = {
    "4.5/5": 4.5,
    "4/5 stars": 4,
    "2/5 stars": 2,
    "My rating : 3/5 stars .": 3,
    "A 4-star read for me": 4,
    "This is a 5 star book.": 5,
    "5 stars": 5,
    "5+ stars": 5,
    "5 ++++ Stars": 5,
    "3.5stars. Not bad.": 3.5,
    "4.1 stars": 4.1,
    "4.25 stars": 4.25,
    "4,5 stars": 4.5,
    "1.5 stars": 1.5,
    "I'm giving the book five stars.": 5,
    "I give this book 2 stars": 2,
    "0 stars": 0,
    "Zero stars from me": 0,
    "2 1/2 stars": 2.5,
    "3½ stars": 3.5,
    "Three and a half stars": 3.5,
    "two-and-a-half stars": 2.5,
    "One star.": 1,
    "FOUR STARS of course": 4,
    "five out of five": 5,
    "4 out of 5 stars": 4,
    "2.5 out of 5. Review to come.": 2.5,
    "It gets four out of five purple kites.": 4,
    "3/5 paper boats": 3,
    "8/10": 4,
    "nine out of ten": 4.5,
    "7 stars out of 10": 3.5,
    "★★★★☆": 4,
    "★★★½": 3.5,
    "⭐⭐⭐": 3,
    "⭐️⭐️⭐️⭐️ loved it": 4,
    "☆☆☆☆": 4,
    "**** Loved it": 4,
    "***1/2": 3.5,
    "Rating: 4": 4,
    "Actual rating: 3.5": 3.5,
    "Overall rating 3.5.": 3.5,
    "My rating is a 2.5": 2.5,
    "A solid 4": 4,
    "I'd give this a solid 3.5.": 3.5,
    "I'm giving it a 4 because of the ending.": 4,
    "I gave this book a three.": 3,
    "4.5 \n I read it in one night.": 4.5,
    "3.5": 3.5,
    "***4.5": 4.5,
    "4.5 Hopeful Stars! \n Source: the library": 4.5,
    "3 ARGH! Damn Cliffhanger Stars!!!": 3,
    "5 brilliant stars": 5,
    "3 or 4 stars?": 3.5,
    "3-3.5 Stars": 3.25,
    "3.5/4 stars, 9th&up": 3.75,
    "4.5-4.75/5": 4.625,
}

NOT_STATED = [
    "",
    " \n ",
    "This one started slow.",
    "Book 2 starts where the first one ends.",
    "Book 2 stars a girl who can fly.",
    "The third book stars nobody I know.",
    "The Fault in Our Stars made me cry.",
    "not 5 stars",
    "I rarely give 5 stars, but I see why others do.",
    "I couldn't give it five stars.",
    "I would have given it 4 stars.",
    "Really wanted to give this 5 stars.",
    "What kept me from a 5-star rating?",
    "I took off one star for the ending.",
    "I dropped 2 stars for the editing.",
    "One star off for the cliffhanger.",
    "1 star reviews are why I picked it up.",
    "All the 5 star reviews are a mystery to me.",
    "Many people gave it 5 stars.",
    "They stay in a five star hotel.",
    "24 stars",
    "100 stars if I could",
    "6 stars!",
    "The sky had .5 stars",
    "Finished on 4/5/2012.",
    "7/19/17",
    "2/5 of the way through it got good",
    "1/2 the book was filler",
    "one of the best, if not the one",
    "On what to rate this one. On the one hand it was fun.",
    "Volume 3 was better, and book 4.",
    "I was 14 when I read 3 of these in 2 days",
    "4 out of 5 people will cry",
    "** spoiler alert ** She dies.",
    "**** spoilers **** She dies.",
    "The end. \n *** \n My blog is elsewhere.",
    "★ great cast ★ great pace",
    "Plot: 4/5 \n Characters: 2/5",
]

# Of several ratings the clearest one counts.
SEVERAL = {
    "not 5 stars but 4": 4,
    "Not 5 stars, more like 3.5": 3.5,
    "3.5 stars rounded up to 4": 4,
    "4.5 stars, rounding down to 4.": 4,
    "I lower my rating from 3.5 stars to just 3 stars.": 3,
    "original rating: 5 stars \n new rating: 3 stars": 3,
    "Plot: 4/5 \n Characters: 2/5 \n Overall: 3/5": 3,
    "The audio is fine, 5 stars. The story, 2 stars. \n My rating: 3 stars": 3,
    "I was going to give it 5 stars, but I'll settle for 4.": 4,
    "4 stars instead of 5 because of the ending": 4,
    "I don't give five stars lightly. Five stars.": 5,
}


@pytest.mark.parametrize(("text", "stars"), (STATED | SEVERAL).items())
def test_t12_stars_are_read_whole(text: str, stars: float) -> None:
    assert stated_stars(text) == stars


@pytest.mark.parametrize("text", NOT_STATED)
def test_t12_not_a_rating_of_this_book(text: str) -> None:
    assert math.isnan(stated_stars(text))


def test_the_rating_is_found_anywhere_in_a_long_text() -> None:
    filler = "She walked on and on, and nobody knew why. " * 50
    assert stated_stars(filler + "4.5/5 \n" + filler) == 4.5


PIECES = [
    "4.5",
    "5",
    "star",
    "stars",
    "★",
    "☆",
    "½",
    "/",
    "out of",
    "ten",
    "five",
    "not",
    "but",
    "*",
    "\n",
    " ",
    ".",
    "-",
]


@given(st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map(" ".join))
def test_any_text_gives_nan_or_0_to_5(text: str) -> None:
    stars = stated_stars(text)
    assert math.isnan(stars) or 0 <= stars <= 5


@pytest.mark.parametrize(
    "piece", ["5 ", "five ", "★ ", "☆", "*", "+", "a-", "5+ ", "4 or ", "4 a ", "rating ", "\n", "1/"]
)
def test_long_repetitions_are_read_in_linear_time(piece: str) -> None:
    """Quadratic patterns would need minutes here."""
    stated_stars("5" + piece * 50_000 + "stars")
