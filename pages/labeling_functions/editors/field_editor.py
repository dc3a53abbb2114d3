"""The editor of LF kinds that have none of their own: one widget a field, by its type."""

from types import NoneType
from typing import Any, Literal, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from pages.shared.workbench import Workbench
from weakrec_core.labeling.base import LF
from weakrec_core.signals import signals_of

_COMMON = set(LF.model_fields)  # kind, name, enabled: edited elsewhere


def field_editor(wb: Workbench, lf: LF) -> None:
    """Draw the editor; every change is put on the draft at once, unless it is not valid."""
    for name, field in type(lf).model_fields.items():
        if name not in _COMMON:
            _field(wb, lf, name, field)
    wb.show_edit_problem(lf.name)


def _field(wb: Workbench, lf: LF, name: str, field: FieldInfo) -> None:
    label = field.title or name.replace("_", " ").capitalize()
    value, kind = getattr(lf, name), _without_none(field.annotation)
    key = f"{name}_{lf.name}_{wb.revision}"

    def change() -> None:
        wb.change(lf, **{name: st.session_state[key]})

    common: dict[str, Any] = {"key": key, "help": field.description, "on_change": change}
    if name == "signal" or get_origin(kind) is Literal:
        options = list(signals_of(wb.dataset)) if name == "signal" else list(get_args(kind))
        st.selectbox(label, options, index=options.index(value) if value in options else None, **common)
    elif kind is bool:
        st.checkbox(label, value, **common)
    elif kind in (int, float):
        st.number_input(label, value=value, **common)
    elif kind is str:
        st.text_input(label, value or "", **common)
    elif kind == tuple[str, ...]:
        st.multiselect(label, value, default=value, accept_new_options=True, **common)
    else:
        st.caption(f"{label}: edit it in the YAML file.")


def _without_none(annotation: Any) -> Any:
    """The type of an optional field."""
    others = [part for part in get_args(annotation) if part is not NoneType]
    optional = NoneType in get_args(annotation) and len(others) == 1
    return others[0] if optional else annotation
