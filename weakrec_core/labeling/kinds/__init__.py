"""The kinds of labeling functions. Adding one is one new file here and one line in `LF_KINDS`."""

from weakrec_core.labeling.base import LF
from weakrec_core.labeling.kinds.category import CategoryLF
from weakrec_core.labeling.kinds.column import ColumnLF
from weakrec_core.labeling.kinds.combined import CombinedLF
from weakrec_core.labeling.kinds.keyword import KeywordGroup, KeywordLF
from weakrec_core.labeling.kinds.prompt import PromptLF
from weakrec_core.labeling.kinds.python import PythonLF
from weakrec_core.labeling.kinds.similar import SimilarLF
from weakrec_core.labeling.kinds.threshold import ThresholdLF

__all__ = [
    "LF_KINDS",
    "CategoryLF",
    "ColumnLF",
    "CombinedLF",
    "KeywordGroup",
    "KeywordLF",
    "PromptLF",
    "PythonLF",
    "SimilarLF",
    "ThresholdLF",
]

LF_KINDS: dict[str, type[LF]] = {
    "keyword": KeywordLF,
    "threshold": ThresholdLF,
    "similar": SimilarLF,
    "prompt": PromptLF,
    "combined": CombinedLF,
    "category": CategoryLF,
    "column": ColumnLF,
    "python": PythonLF,
}
