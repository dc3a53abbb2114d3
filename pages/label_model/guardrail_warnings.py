"""What the guardrails say, a box a kind, the first few in the open."""

from itertools import groupby

import streamlit as st

from pages.shared import fmt
from weakrec_core.label_model.guardrails import Guardrail

_SHOWN_KINDS = 3
_SHOWN_OF_KIND = 3


def show_warnings(warnings: list[Guardrail]) -> None:
    """One box for what goes wrong in one way, be it with one LF or with many pairs; beyond three boxes they are folded."""
    kinds = [list(of_kind) for _, of_kind in groupby(warnings, lambda warning: warning.name)]
    for of_kind in kinds[:_SHOWN_KINDS]:
        _box(of_kind)
    if more := kinds[_SHOWN_KINDS:]:
        with st.expander(f"{len(more)} more kind{'s' if len(more) > 1 else ''} of warning"):
            for of_kind in more:
                _box(of_kind)


def _box(of_kind: list[Guardrail]) -> None:
    first, rest = of_kind[:_SHOWN_OF_KIND], of_kind[_SHOWN_OF_KIND:]
    if len(of_kind) == 1:
        said = f"{fmt.literal(first[0].message)} *{fmt.literal(first[0].advice)}*"
    else:
        # Kinds that are said of several LFs or pairs give the same advice for all.
        said = f"**{len(of_kind):,} of one kind.** *{fmt.literal(first[0].advice)}*\n{_list(first)}"
    st.warning(said, icon=":material/warning:")
    if rest:
        with st.expander(f"The other {len(rest):,}"), st.container(height=260 if len(rest) > 8 else "content"):
            st.markdown(_list(rest))


def _list(warnings: list[Guardrail]) -> str:
    return "".join(f"\n- {fmt.literal(warning.message)}" for warning in warnings)
