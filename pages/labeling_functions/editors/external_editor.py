"""The editors of LFs whose votes come from elsewhere."""

import streamlit as st

from pages.shared.workbench import Workbench
from weakrec_core.data.attached import attached_columns
from weakrec_core.labeling.kinds import ColumnLF, PythonLF
from weakrec_core.labeling.kinds.python import MODULES_VARIABLE, available_functions


def column_editor(wb: Workbench, lf: ColumnLF) -> None:
    """Choose the attached column."""
    columns = attached_columns(wb.dataset)
    options = columns if lf.column in columns else [lf.column, *columns]
    key = f"column_{lf.name}_{wb.revision}"
    st.selectbox(
        "Column of votes",
        options,
        index=options.index(lf.column),
        key=key,
        help="Votes of a model or a crowd, attached to the dataset",
        on_change=lambda: wb.change(lf, column=st.session_state[key]),
    )
    kept = wb.dataset.kept_columns.get(lf.column)
    if kept is not None and kept.gives_gold_away:
        st.warning(kept.warning(lf.column), icon=":material/warning:")
    st.caption("Attach more from a file with user_id, book_id and one column of votes (1, 0, -1) each:")
    st.code(f"python -m weakrec_core attach --dataset {wb.dataset.name} --file votes.parquet", language=None)


def python_editor(wb: Workbench, lf: PythonLF) -> None:
    """Choose the function."""
    functions = available_functions()
    options = functions if lf.target in functions else [lf.target, *functions]
    key = f"target_{lf.name}_{wb.revision}"
    st.selectbox(
        "Function",
        options,
        index=options.index(lf.target),
        key=key,
        on_change=lambda: wb.change(lf, target=st.session_state[key]),
    )
    st.caption(
        f"A Snorkel labeling function in a module that was named in {MODULES_VARIABLE} when the workbench was started. It runs in a "
        "process of its own; a change of its module is taken up after a restart."
    )
