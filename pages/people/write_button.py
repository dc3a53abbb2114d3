"""Buttons that change the workspace: off for who may only look. The library asks anew: what is off here can be forged."""

from typing import Any

import streamlit as st

from weakrec_core.access import may_write


def write_button(label: str, *, disabled: bool = False, in_form: bool = False, **options: Any) -> bool:
    """`st.button`, or a form's button, for who may write."""
    button = st.form_submit_button if in_form else st.button
    return button(label, disabled=disabled or not may_write(), **options)
