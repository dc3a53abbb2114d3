"""Signals: one float per data point (NaN = not known), computed once and cached on disk."""

from weakrec_core.signals import books, lexicons, text
from weakrec_core.signals.of_dataset import signals_of
from weakrec_core.signals.registry import SIGNALS, Signal
from weakrec_core.signals.store import SignalStore

__all__ = ["SIGNALS", "Signal", "SignalStore", "books", "lexicons", "signals_of", "text"]
