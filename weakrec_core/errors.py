"""The error family: every message is one sentence that a user can act on."""

import reprlib

_QUOTED = 80  # characters
_SENTENCE = 1_000


class _Short(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 2
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 3
        self.maxstring = self.maxother = _QUOTED


_SHORT = _Short()


def quoted(value: object) -> str:
    """What was given, as an error message quotes it: at most 80 characters, found in no more time than that takes.

    Examples
    --------
    >>> quoted("5 stars")
    "'5 stars'"
    >>> len(quoted(["x" * 10**6] * 10**6))
    80
    """
    try:
        said = _SHORT.repr(value)
    except ValueError:  # an int of thousands of digits
        said = f"<a long {type(value).__name__}>"
    return said if len(said) <= _QUOTED else f"{said[: _QUOTED - 1]}…"


def shortened(sentence: str) -> str:
    """A sentence on one line, without the middle of what it quotes at great length.

    Examples
    --------
    >>> shortened("a\\x1b[2Jb.csv cannot be read.")  # which would clear a terminal
    'a\\\\x1b[2Jb.csv cannot be read.'
    """
    half = _SENTENCE // 2
    if not sentence.isprintable():
        sentence = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in sentence)
    return sentence if len(sentence) <= _SENTENCE else f"{sentence[:half]}…{sentence[-half:]}"


class WeakrecError(Exception):
    """Bad input. The command line prints the message and exits with 2; a page shows it in a box."""

    def __str__(self) -> str:
        return shortened(super().__str__())


class DataError(WeakrecError):
    """A file, line or field of the data cannot be used."""


class SpecError(WeakrecError):
    """A labeling function or an LF set is not valid; the message names the LF and the field."""


class LabelModelError(WeakrecError):
    """A label model cannot be fitted to these votes."""


class RunError(WeakrecError):
    """A training run or another job cannot be started, found or read."""


def os_sentence(error: OSError) -> str:
    """What the operating system refused, such as a write to a full disk, in a sentence.

    Examples
    --------
    >>> os_sentence(OSError(28, "No space left on device", "votes.parquet"))
    'votes.parquet cannot be used: No space left on device.'
    """
    name = error.filename2 or error.filename
    why = error.strerror or " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return shortened(f"{name} cannot be used: {why}." if isinstance(name, str) else f"{why}.")
