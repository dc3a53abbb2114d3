"""What colours mean, the same everywhere and safe for colour-blind people."""

from typing import Any

POSITIVE_COLOR = "#14958a"
NEGATIVE_COLOR = "#e07b39"
ABSTAIN_COLOR = "#9aa5b1"
BAND_COLOR = "#5b8def"
Chart = Any  # altair's own annotations are too loose to say more
