"""The editor of a combined LF: all or any of several conditions, unless others hold."""

from typing import Any, get_args

import streamlit as st

from pages.shared import fmt
from pages.shared.workbench import Workbench
from weakrec_core.labeling.kinds import CombinedLF
from weakrec_core.labeling.word_stems import Stemmer
from weakrec_core.signals import signals_of

_NEW = {
    "Keywords": {"type": "keywords", "keywords": ["loved"]},
    "Threshold": {"type": "threshold", "signal": "polarity", "op": ">", "threshold": 0.2},
}
_OPS = [">", ">=", "<", "<="]


def combined_editor(wb: Workbench, lf: CombinedLF) -> None:
    """Draw the editor; every change is put on the draft at once, unless it is not valid."""
    key = f"{lf.name}_{wb.revision}"
    left, right = st.columns(2)
    left.segmented_control(
        "Votes",
        ["POSITIVE", "NEGATIVE"],
        default=lf.label,
        key=f"label_{key}",
        required=True,
        on_change=lambda: wb.change(lf, label=st.session_state[f"label_{key}"]),
    )
    right.segmented_control(
        "where",
        ["all", "any"],
        default=lf.mode,
        key=f"mode_{key}",
        required=True,
        format_func=lambda mode: f"{mode} of these hold",
        on_change=lambda: wb.change(lf, mode=st.session_state[f"mode_{key}"]),
    )
    _conditions(wb, lf, "conditions", key)
    st.markdown("**unless** one of these holds")
    _conditions(wb, lf, "unless", key)
    wb.show_edit_problem(lf.name)


def _conditions(wb: Workbench, lf: CombinedLF, part: str, key: str) -> None:
    values: list[dict[str, Any]] = lf.model_dump(mode="json")[part]
    for i, value in enumerate(values):
        with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
            name = f"{part}_{i}_{key}"
            if value["type"] == "keywords":
                _keywords(wb, lf, part, i, value, name)
            else:
                _threshold(wb, lf, part, i, value, name)
            last = part == "conditions" and len(values) == 1
            if st.button(
                "Remove this condition",
                icon=":material/delete:",
                key=f"icon_drop_{name}",
                help="Remove this condition",
                disabled=last,
            ):
                wb.change(lf, **{part: values[:i] + values[i + 1 :]})
                wb.refresh_widgets()
                st.rerun()
    with st.container(horizontal=True):
        for title, new in _NEW.items():
            if st.button(title, icon=":material/add:", key=f"add_{title}_{part}_{key}", type="tertiary"):
                wb.change(lf, **{part: [*values, new]})
                wb.refresh_widgets()
                st.rerun()


def _keywords(wb: Workbench, lf: CombinedLF, part: str, i: int, value: dict[str, Any], name: str) -> None:
    st.multiselect(
        "Review contains",
        value["keywords"],
        default=value["keywords"],
        key=f"keywords_{name}",
        accept_new_options=True,
        placeholder="Type a keyword and press Enter",
        help="Type a keyword and press Enter; × takes one away",
        wrap=True,
        on_change=lambda: _change(wb, lf, part, i, keywords=st.session_state[f"keywords_{name}"]),
    )
    st.selectbox(
        "Match",
        ["substring", "word", "regex"],
        index=["substring", "word", "regex"].index(value["match"]),
        key=f"match_{name}",
        width=120,
        on_change=lambda: _change(wb, lf, part, i, match=st.session_state[f"match_{name}"], stem=None),
    )
    if value["match"] == "word" and not value["case_sensitive"]:
        st.selectbox(
            "Word forms",
            [None, *get_args(Stemmer)],
            index=[None, *get_args(Stemmer)].index(value["stem"]),
            format_func=lambda stem: "as written" if stem is None else stem.capitalize(),
            key=f"stem_{name}",
            width=140,
            on_change=lambda: _change(wb, lf, part, i, stem=st.session_state[f"stem_{name}"]),
        )


def _threshold(wb: Workbench, lf: CombinedLF, part: str, i: int, value: dict[str, Any], name: str) -> None:
    signals = signals_of(wb.dataset)
    now = signals.get(value["signal"])
    st.selectbox(
        "Signal",
        list(signals),
        index=list(signals).index(value["signal"]) if now else None,
        placeholder=value["signal"],
        key=f"signal_{name}",
        help=now.told(wb.dataset.noun).meaning if now else "This dataset has no such signal",
        on_change=lambda: _change(wb, lf, part, i, signal=st.session_state[f"signal_{name}"]),
    )
    if value["op"] == "between":
        st.caption(f"between {fmt.threshold(value['low'])} and {fmt.threshold(value['high'])}")
        return
    st.selectbox(
        "Operator",
        _OPS,
        index=_OPS.index(value["op"]),
        key=f"op_{name}",
        width=80,
        on_change=lambda: _change(wb, lf, part, i, op=st.session_state[f"op_{name}"]),
    )
    st.number_input(
        "Threshold",
        value=float(value["threshold"]),
        step=float(now.step) if now else None,
        key=f"threshold_{name}",
        width=140,
        on_change=lambda: _change(wb, lf, part, i, threshold=st.session_state[f"threshold_{name}"]),
    )


def _change(wb: Workbench, lf: CombinedLF, part: str, i: int, **changes: object) -> None:
    values = lf.model_dump(mode="json")[part]
    values[i] |= changes
    wb.change(lf, **{part: values})
