"""Which rows are looked at: the filter stands in the URL, so that a finding can be sent to a colleague."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.shared import fmt
from pages.shared.errors import sentence
from pages.shared.grid.row_box import row_box
from pages.shared.grid.table import draw_table
from pages.shared.workbench import Workbench
from weakrec_core.error_analysis.buckets import LOW_CONFIDENCE, Buckets
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.errors import SpecError
from weakrec_core.signals import signals_of
from weakrec_core.stats.domain import domain

_KINDS = {
    "wrong": ("Wrong", "The label model says something else than gold"),
    "right": ("Right", "The label model agrees with gold"),
    "conflict": ("Conflicts", "LFs disagree"),
    "uncovered": ("Uncovered", "No LF votes"),
    "low_confidence": ("Low confidence", f"The likelier label has a probability below {LOW_CONFIDENCE:g}"),
    "tie": ("Ties", "As many LFs vote POSITIVE as NEGATIVE"),
}
_OUTCOMES = {"correct": "Correct", "incorrect": "Incorrect", "could_help": "Could help"}
_LABELS = ("POSITIVE", "NEGATIVE")
_NOT_A_CONDITION = {"rows_page", "row"}


def current_filter() -> RowFilter:
    """The filter in the URL; what cannot be understood is said and left out."""
    try:
        return RowFilter.from_query(st.query_params.to_dict())
    except SpecError as e:
        st.error(f"{sentence(e)} It is left out.", icon=":material/error:")
        return RowFilter()


def set_filter(wanted: RowFilter) -> None:
    """Put a filter into the URL in the place of the one that is there, and go back to the first row."""
    for key in {*RowFilter.model_fields, *_NOT_A_CONDITION} & set(st.query_params):
        del st.query_params[key]
    st.query_params.update(wanted.to_query())
    st.session_state["filter_revision"] = st.session_state.get("filter_revision", 0) + 1


def filter_panel(wb: Workbench, found: Buckets, now: RowFilter) -> None:
    """The buckets with their counts, and the conditions that can be added to them."""
    _confusion(found, now)
    _kinds(found, now)
    _by_lf(found, now)
    _conditions(wb, now)


def _confusion(found: Buckets, now: RowFilter) -> None:
    st.markdown(
        "**Label model against gold**",
        help="The label model Dev-calibrated on dev rows with a vote, each user predicted from the others' gold. Click a cell "
        "to see its rows.",
    )
    counts = found.confusion
    head = st.columns([1.15, 1, 1], vertical_alignment="bottom")
    for column, label in zip(head[1:], _LABELS, strict=True):
        column.caption(f"gold {label}", text_alignment="center")
    for i, said in zip((1, 0), _LABELS, strict=True):
        columns = st.columns([1.15, 1, 1], vertical_alignment="center")
        columns[0].caption(f"says {said}")
        for column, j, gold in zip(columns[1:], (1, 0), _LABELS, strict=True):
            chosen = (now.model, now.gold) == (said, gold)
            mark = "✓" if i == j else "✗"
            column.button(
                f"{mark} **{counts[i, j]:,}**",
                key=f"cell_{said}_{gold}",
                type="primary" if chosen else "secondary",
                width="stretch",
                help=f"Label model says {said}, gold {gold}",
                on_click=set_filter,
                args=(RowFilter() if chosen else RowFilter(model=said, gold=gold),),
            )


def _kinds(found: Buckets, now: RowFilter) -> None:
    key = f"kinds_{st.session_state.get('filter_revision', 0)}"
    st.pills(
        "Buckets",
        list(_KINDS),
        default=now.kind,
        key=key,
        format_func=lambda kind: f"{_KINDS[kind][0]} {found.counts[kind]:,}",
        label_visibility="collapsed",
        wrap=True,
        help="; ".join(f"{name}: {meaning}" for name, meaning in _KINDS.values()),
        on_change=lambda: set_filter(RowFilter(kind=st.session_state[key])),
    )


def _by_lf(found: Buckets, now: RowFilter) -> None:
    table = found.by_lf
    if table.empty:
        return
    st.markdown(
        "**By LF**",
        help="Could help: the LF abstains, gold is a label that it votes, and the label model is wrong or has no vote. Click a "
        "number to see its rows.",
    )
    names, outcomes = found.applied.names, {title: name for name, title in _OUTCOMES.items()}
    cells = [(name, title) for name in names for title in outcomes]
    chosen = row_box(
        f"by_lf_{st.session_state.get('filter_revision', 0)}",
        "Rows of an LF",
        [f"{name}: {title}" for name, title in cells],
        choose=lambda picked: set_filter(RowFilter(lf=cells[picked[0]][0], outcome=outcomes[cells[picked[0]][1]])),
    )

    def choose() -> None:
        for row, column in st.session_state[chosen.key].selection.cells:
            set_filter(RowFilter(lf=names[row], outcome=outcomes.get(column, "voted")))

    draw_table(
        table.rename(columns={"name": "LF"} | _OUTCOMES),
        key=chosen.key,
        hide_index=True,
        height="content" if len(table) <= 8 else 320,
        on_select=choose,
        selection_mode="single-cell",
        column_config={
            title: st.column_config.NumberColumn(width=width, format="localized")
            for title, width in zip(_OUTCOMES.values(), (56, 64, 74), strict=True)
        },
        alt="Rows by LF and outcome",
    )


def _conditions(wb: Workbench, now: RowFilter) -> None:
    revision = st.session_state.get("filter_revision", 0)
    narrowed = any(v is not None for v in (now.text, now.user, now.book, now.signal)) or now.starred
    with st.expander("Narrow down", expanded=narrowed, icon=":material/filter_alt:"):
        gold = [*_LABELS, "unknown"]
        _input(st.pills, "Gold", "gold", now, revision, gold, default=now.gold)
        _input(st.text_input, "Review contains", "text", now, revision, now.text or "")
        _input(st.text_input, "Title or author contains", "book", now, revision, now.book or "")
        _input(st.text_input, "User id", "user", now, revision, now.user or "")
        names = list(signals_of(wb.dataset))
        index = None if now.signal not in names else names.index(now.signal)
        _input(
            st.selectbox,
            "Signal",
            "signal",
            now.model_copy(update={"low": None, "high": None}),
            revision,
            names,
            index=index,
        )
        if now.signal in names:
            _signal_range(wb, now, revision)
        st.checkbox(
            "Starred rows",
            now.starred,
            key=f"starred_{revision}",
            on_change=lambda: set_filter(now.model_copy(update={"starred": st.session_state[f"starred_{revision}"]})),
        )


def _input(
    widget: Callable[..., object], label: str, field: str, now: RowFilter, revision: int, *args: Any, **kwargs: Any
) -> None:
    """A widget that sets one field of the filter."""
    key = f"{field}_{revision}"

    def change() -> None:
        value = st.session_state[key]
        value = value.strip() if isinstance(value, str) else value
        set_filter(now.model_copy(update={field: value or None}))

    widget(label, *args, key=key, on_change=change, **kwargs)


def _signal_range(wb: Workbench, now: RowFilter, revision: int) -> None:
    shown = domain(wb.applier.signals.values(now.signal or "", "dev"))
    if shown is None:
        st.caption("No dev row has this signal.")
        return
    key = f"range_{revision}"

    def change() -> None:
        low, high = st.session_state[key]
        ends = {"low": None if low <= shown.low else low, "high": None if high >= shown.high else high}
        set_filter(now.model_copy(update=ends))

    low = shown.low if now.low is None else min(max(now.low, shown.low), shown.high)
    high = shown.high if now.high is None else min(max(now.high, low), shown.high)
    st.slider("Range", shown.low, shown.high, (low, high), key=key, on_change=change, label_visibility="collapsed")


def active_conditions(wb: Workbench, now: RowFilter) -> None:
    """The conditions in force as chips; a click takes one away."""
    chips = _chips(now, wb.dataset.noun.one)
    with st.container(horizontal=True, gap="small"):
        for fields, words in chips.items():
            st.button(
                words,
                icon=":material/close:",
                key=f"drop_{fields[0]}",
                type="tertiary",
                help="Take this condition away",
                on_click=set_filter,
                args=(now.model_copy(update={f: RowFilter.model_fields[f].default for f in fields}),),
            )
        if len(chips) > 1:
            st.button("Clear all", key="clear_filter", type="tertiary", on_click=set_filter, args=(RowFilter(),))


def _chips(now: RowFilter, noun: str) -> dict[tuple[str, ...], str]:
    chips: dict[tuple[str, ...], str] = {}
    if now.model:
        chips["model",] = f"model says {now.model}"
    if now.gold:
        chips["gold",] = f"gold {now.gold}"
    if now.kind:
        chips["kind",] = _KINDS[now.kind][0].lower()
    if now.lf:
        chips["lf", "outcome"] = f"{fmt.literal(now.lf)}: {_OUTCOMES.get(now.outcome or '', 'votes').lower()}"
    if now.signal:
        low, high = (fmt.NONE if v is None else f"{v:.4g}" for v in (now.low, now.high))
        bounded = now.low is not None or now.high is not None
        chips["signal", "low", "high"] = f"{now.signal} {low} to {high}" if bounded else f"{now.signal} known"
    if now.by:
        chips["by", "slice"] = f"{now.by.replace('_', ' ')}: {fmt.literal(now.slice or '')}"
    for field, words in (("text", "review contains"), ("book", noun), ("user", "user")):
        value = getattr(now, field)
        if value:
            chips[field,] = f"{words} “{fmt.literal(value)}”"
    if now.starred:
        chips["starred",] = "starred"
    return chips
