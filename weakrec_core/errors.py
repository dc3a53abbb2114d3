"""The error family: every message is one sentence that a user can act on."""


class WeakrecError(Exception):
    """Bad input. The command line prints the message and exits with 2; a page shows it in a box."""


class DataError(WeakrecError):
    """A file, line or field of the data cannot be used."""


class SpecError(WeakrecError):
    """A labeling function or an LF set is not valid; the message names the LF and the field."""


class LabelModelError(WeakrecError):
    """A label model cannot be fitted to these votes."""


class RunError(WeakrecError):
    """A training run or another job cannot be started, found or read."""
