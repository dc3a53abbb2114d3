"""Weak supervision for recommenders: labeling functions, label models, end models.

Label convention everywhere: ``POSITIVE`` 1 (the user reads and likes the book), ``NEGATIVE`` 0,
``ABSTAIN`` -1. The package never imports Streamlit; TensorFlow, torch and snorkel are imported
inside the functions that need them.
"""

POSITIVE = 1
NEGATIVE = 0
ABSTAIN = -1
LABEL_NAMES = {POSITIVE: "POSITIVE", NEGATIVE: "NEGATIVE", ABSTAIN: "ABSTAIN"}

__version__ = "0.1.0"
