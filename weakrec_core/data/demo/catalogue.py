"""The invented authors and books of the demo."""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_AUTHORS = 540
_MOST_BOOKS = 23  # of one author
TASTE_DIMS = 4

# Adjectives; nouns; places: what titles are made of. In taste, the first four genres lie opposite the next four.
_GENRES = {
    "fantasy": """Gilded Hollow Thorned Sunless Ashen Silver Crownless Wintering Salt Wandering;
        Crown Throne Sorcerer Oath Ember Blade Dragon Heir Tide Kingdom; Harrowmere|Vael|Thistledown|Orrin|Eastermoor""",
    "paranormal": """Restless Moonlit Haunted Veiled Scarlet Midnight Feral Bitten Cursed Hollow-Eyed;
        Revenant Coven Familiar Hound Hunger Séance Pact Shadow Medium Raven; Gravenhurst|Saltmarsh|Nightfall|Wexcombe""",
    "romance": """Reckless Tender Second Stolen Honest Sugared Hopeless First Secondhand Lucky;
        Kiss Promise Dance Valentine Crush Heartbeat Wedding Waltz Rival Date;
        Rosewater Bay|Willow Lane|Clover Hill|Port Amour""",
    "dystopian": """Final Numbered Broken Silent Burning Electric Orbital Erased Glass Rusted;
        Colony Signal Sector Protocol Engine Rebellion Orbit Citizen Archive Horizon;
        Sector Twelve|New Avalon|Station Meridian|Ring Seven""",
    "contemporary": """Ordinary Sideways Unsent Accidental Borrowed Loud Almost Barefoot Unfiltered Average;
        Summer Playlist Letter Semester Roadtrip Truth Apology Sister Yearbook Detour;
        Maple Street|Juniper High|Lakeside|Route Nine|Corner Bay""",
    "historical": """Faithful Gaslit Quiet Exiled Wartime Ivory Distant Unwritten Marble Forgotten;
        Seamstress Governess Telegram Courier Orchard Ledger Lantern Violin Mapmaker Ballroom;
        Ravensgate|Marchmont|Old Lisbon|Calloway House""",
    "horror": """Whispering Rotten Buried Starving Bone Pale Crawling Unholy Twitching Drowned;
        House Doll Cellar Scarecrow Needle Lullaby Carnival Mask Burrow Choir;
        Dunmoor|Fogbound|Withering Lake|Marrow County""",
    "coming-of-age": """Small Blue Paper Infinite Careful Weightless Tangled Honeyed Upside-Down Unfinished;
        Map Bird Ocean Window Museum Constellation Bicycle Silence Kite Atlas;
        Orchard Island|Kite Hill|Pepper Bay|Elsewhere""",
    "mystery": """Missing Crooked Vanishing Poisoned Locked Guilty Seventh Unsolved Anonymous Perfect;
        Alibi Witness Murder Cipher Detective Inheritance Liar Key Confession Suspect;
        Blackwater|Pike Hollow|Ash Harbor|Cold Creek""",
}
GENRES = tuple(_GENRES)
_TITLES = (
    "The {a} {n}|{a} {ns}|The {n} of {p}|A {a} {n}|{n} and {m}|The {n}'s {m}|Beyond {p}|The Last {n} of {p}|My {a} {n}|"
    "What the {n} Knew|A {n} for {p}|The {a} {ns} of {p}|Every {a} {n}|Once in {p}|The {n} at {p}|No {n} in {p}|{n} Season|"
    "How to Keep a {n}|The Year of the {n}|The {n} We Buried|Letters to a {a} {n}|Before the {n}|A {n} and a {m}|{p} Lullaby"
).split("|")
_SERIES = "The {n} {m}|{p} Chronicles|The {a} {n}|{p} Nights|{a} {ns}|The {p} {ns}|Tales of the {a} {n}".split("|")
_FIRST = (
    "Maribel Thaddeus Ottoline Kwame Sunniva Leopold Anjali Rosalind Dmitri Yuki Clementine Ignacio Philippa Bastian "
    "Nerys Amadou Greta Lorcan Xiomara Hugo Priya Evander Tamsin Mateo Ingrid Desmond Calla Rafael Winifred Osric "
    "Liesel Jerome Adaeze Barnaby Sabine Theo Marguerite Kofi Delphine Anselm"
).split()
_LAST = (
    "Thornquist Valcourt Okonjo Pemberly Aldous-Reyes Brackwater Lindqvist Marchetti Hollowell Sato-Finch Drummondale "
    "Achterberg Castellane Winterbourne Nakagami Ferreira-Holt Quillfeather Osterhagen Bellweather Ravensdale Iyengar-Cole "
    "Strandberg Applegarth Moncrieff Dunleavy Vasquez-Lane Halloran-Pike Eversley Kaczmarek Fairbrother Underhay-Lowe "
    "Tallis Penhallow Zubiri Crabtree-Moss Wolstenholme"
).split()


@dataclass(frozen=True)
class Catalogue:
    """Books by position; authors, series and genres are numbers.

    Attributes
    ----------
    ids, titles : list of str
        `titles` without the series.
    author, genre : int64 array, shape [n_books]
    series, volume : int64 array, shape [n_books]
        Series -1 = none.
    author_names, series_names : list of str
    taste, author_taste, genre_taste : float32 array, shape [n_books, n_authors or n_genres, `TASTE_DIMS`]
        Books and authors have length 1.
    quality : float32 array, shape [n_books]
        About standard normal.
    popularity : float32 array, shape [n_books]
        Log of the number of ratings.
    """

    ids: list[str]
    titles: list[str]
    author: Ints
    genre: Ints
    series: Ints
    volume: Ints
    author_names: list[str]
    series_names: list[str]
    taste: Floats
    author_taste: Floats
    genre_taste: Floats
    quality: Floats
    popularity: Floats

    def most_popular(self, n: int) -> "Catalogue":
        """The `n` most popular books, in the same order; authors and series keep their numbers."""
        kept = np.sort(np.argsort(-self.popularity, kind="stable")[:n])
        return replace(
            self,
            ids=[self.ids[i] for i in kept],
            titles=[self.titles[i] for i in kept],
            author=self.author[kept],
            genre=self.genre[kept],
            series=self.series[kept],
            volume=self.volume[kept],
            taste=self.taste[kept],
            quality=self.quality[kept],
            popularity=self.popularity[kept],
        )

    def full_title(self, book: int) -> str:
        """The title with its series, as in ``Salt Oaths (The Tide Crown, #2)``."""
        if self.series[book] < 0:
            return self.titles[book]
        return f"{self.titles[book]} ({self.series_names[self.series[book]]}, #{self.volume[book]})"


def invent_catalogue(rng: np.random.Generator) -> Catalogue:
    """Invent genres, authors and books: a few authors write many books, most of them in series."""
    axes = np.eye(TASTE_DIMS)
    genre_taste = np.concatenate([axes, -axes, np.full((1, TASTE_DIMS), 0.5)])
    genre = rng.integers(len(GENRES), size=_AUTHORS)
    author_taste = unit(genre_taste[genre] + 0.22 * rng.standard_normal((_AUTHORS, TASTE_DIMS)))
    shares = (np.arange(_AUTHORS) + 0.5) / _AUTHORS
    output = rng.permutation(np.minimum(shares ** (-1 / 0.95), _MOST_BOOKS).astype(np.int64))  # Pareto, capped
    author = np.repeat(np.arange(_AUTHORS), output)
    n = len(author)
    words = [_Words(text) for text in _GENRES.values()]
    used: set[str] = set()

    def fresh(a: int, patterns: list[str]) -> str:
        while True:
            name = words[int(genre[a])].fill(patterns[rng.integers(len(patterns))], rng)
            if name not in used:
                used.add(name)
                return name

    series_names: list[str] = []
    series, volume = np.full(n, -1), np.ones(n, np.int64)
    book = 0
    for a, count in enumerate(output.tolist()):
        end = book + count
        while book < end:
            length = 1
            if end - book >= 2 and rng.random() < 0.65:
                length = min(end - book, int(rng.choice([2, 3, 3, 4, 5, 7, 9, 12])))
                series[book : book + length] = len(series_names)
                volume[book : book + length] = np.arange(1, length + 1)
                series_names.append(fresh(a, _SERIES))
            book += length
    fame = rng.normal(6.9, 0.6, _AUTHORS)[author]
    names = rng.permutation(len(_FIRST) * len(_LAST))[:_AUTHORS]
    return Catalogue(
        ids=np.sort(rng.choice(9_000_000, n, replace=False) + 100_000).astype(str).tolist(),
        titles=[fresh(a, _TITLES) for a in author.tolist()],
        author=author,
        genre=genre[author],
        series=series,
        volume=volume,
        author_names=[f"{_FIRST[k % len(_FIRST)]} {_LAST[k // len(_FIRST)]}" for k in names],
        series_names=series_names,
        taste=unit(author_taste[author] + 0.18 * rng.standard_normal((n, TASTE_DIMS))),
        author_taste=author_taste,
        genre_taste=genre_taste.astype(np.float32),
        quality=(0.2 * rng.standard_normal(_AUTHORS)[author] + 0.98 * rng.standard_normal(n)).astype(np.float32),
        popularity=(fame + 1.1 * rng.standard_normal(n) - 0.06 * (volume - 1)).astype(np.float32),
    )


def unit(vectors: NDArray[np.floating]) -> Floats:
    """The rows, scaled to length 1."""
    lengths: NDArray[np.floating] = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


class _Words:
    """The title words of one genre."""

    def __init__(self, text: str):
        adjectives, nouns, places = text.split(";")
        self._adjectives, self._nouns, self._places = adjectives.split(), nouns.split(), places.strip().split("|")

    def fill(self, pattern: str, rng: np.random.Generator) -> str:
        """`pattern` with an adjective a, a noun n (plural ns), another noun m and a place p put in."""
        adjective = self._adjectives[rng.integers(len(self._adjectives))]
        i, j = rng.permutation(len(self._nouns))[:2]
        noun, place = self._nouns[i], self._places[rng.integers(len(self._places))]
        title = pattern.format(a=adjective, n=noun, ns=_plural(noun), m=self._nouns[j], p=place)
        return re.sub(r"\b([Aa]) (?=[AEIOU]|Heir|Honest)", r"\1n ", title)


def _plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|sh|ch|z)$", noun) else "s")
