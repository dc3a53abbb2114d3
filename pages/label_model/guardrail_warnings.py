"""What the guardrails say, the first few in the open."""

import streamlit as st

from pages.shared import fmt
from weakrec_core.label_model.guardrails import Guardrail

_SHOWN_WARNINGS = 3


def show_warnings(warnings: list[Guardrail]) -> None:
    """The first few in the open, the rest folded."""

    def one(warning: Guardrail) -> None:
        st.warning(f"{fmt.literal(warning.message)} *{fmt.literal(warning.advice)}*", icon=":material/warning:")

    for warning in warnings[:_SHOWN_WARNINGS]:
        one(warning)
    if len(warnings) > _SHOWN_WARNINGS:
        with st.expander(f"{len(warnings) - _SHOWN_WARNINGS} more warnings"):
            for warning in warnings[_SHOWN_WARNINGS:]:
                one(warning)
