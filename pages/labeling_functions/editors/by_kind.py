"""Which editor an LF has, by its kind; kinds without one of their own have `field_editor`."""

from collections.abc import Callable
from typing import Any

from pages.labeling_functions.editors.category_editor import category_editor
from pages.labeling_functions.editors.combined_editor import combined_editor
from pages.labeling_functions.editors.external_editor import column_editor, python_editor
from pages.labeling_functions.editors.field_editor import field_editor
from pages.labeling_functions.editors.keyword_editor import keyword_editor
from pages.labeling_functions.editors.threshold_editor import threshold_editor
from pages.prompt.editor import prompt_editor
from pages.shared.workbench import Workbench
from pages.similar.editor import similar_editor
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.kinds import (
    CategoryLF,
    ColumnLF,
    CombinedLF,
    KeywordLF,
    PromptLF,
    PythonLF,
    SimilarLF,
    ThresholdLF,
)

_EDITORS: dict[type[LF], Callable[[Workbench, Any], None]] = {
    KeywordLF: keyword_editor,
    ThresholdLF: threshold_editor,
    CombinedLF: combined_editor,
    CategoryLF: category_editor,
    ColumnLF: column_editor,
    PromptLF: prompt_editor,
    PythonLF: python_editor,
    SimilarLF: similar_editor,
}


def lf_editor(wb: Workbench, lf: LF) -> None:
    """Draw the editor of an LF; every change is put on the draft at once, unless it is not valid."""
    _EDITORS.get(type(lf), field_editor)(wb, lf)
