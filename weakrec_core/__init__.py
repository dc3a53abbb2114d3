"""Weak supervision for recommenders: labeling functions, label models, end models.

Label convention everywhere: ``POSITIVE`` 1 (the user reads and likes the book), ``NEGATIVE`` 0,
``ABSTAIN`` -1. The package never imports Streamlit; TensorFlow, torch and snorkel are imported
inside the functions that need them.

Examples
--------
>>> import weakrec_core as wr
>>> ds = wr.load_demo()
>>> applied = wr.load_lf_set("lfs/tutorial.yaml").apply(ds)
>>> applied.summary().shape  # LFAnalysis's table, with intervals and lift
(5, 15)
>>> applied.sweep("polarity_positive").chart()  # an Altair chart that displays
alt.VConcatChart(...)
>>> labels = wr.fit(applied, "auto")
>>> len(labels.probabilities) == ds.n_rows("train")
True
"""

from importlib import import_module
from typing import TYPE_CHECKING

POSITIVE = 1
NEGATIVE = 0
ABSTAIN = -1
LABEL_NAMES = {POSITIVE: "POSITIVE", NEGATIVE: "NEGATIVE", ABSTAIN: "ABSTAIN"}

__version__ = "0.1.0"

__all__ = [
    "ABSTAIN",
    "NEGATIVE",
    "POSITIVE",
    "LFSet",
    "fit",
    "ingest_table",
    "list_datasets",
    "load_dataset",
    "load_demo",
    "load_lf_set",
    "load_run",
    "train",
]

if TYPE_CHECKING:
    from weakrec_core.labeling.lf_set import LFSet
    from weakrec_core.notebook import (
        fit,
        ingest_table,
        list_datasets,
        load_dataset,
        load_demo,
        load_lf_set,
        load_run,
        train,
    )


def __getattr__(name: str) -> object:
    """Import what a notebook asks for when it does: the package itself stays quick to import."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("weakrec_core.notebook"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
