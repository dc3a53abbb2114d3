"""How asking a language model can end other than with an answer."""

from weakrec_core.errors import WeakrecError


class Unusable(WeakrecError):
    """An answer came, and was paid for, and is none that can be used; the message is the reason in a few words."""


class NoAnswer(WeakrecError):
    """Nothing came after all tries."""
