"""Gold by hand: the row on the screen gets a label, or another one, by a key; the dataset's own gold stays in its files."""

import getpass

import streamlit as st

from pages.error_analysis.filters import set_filter
from pages.error_analysis.triage.queue import Order, Queue
from pages.people.write_button import write_button
from pages.shared import fmt
from pages.shared.workbench import Workbench
from weakrec_core import LABEL_NAMES, NEGATIVE, POSITIVE
from weakrec_core.access import at_work
from weakrec_core.data.gold_by_hand import label_by_hand
from weakrec_core.data.noun import counted
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.error_analysis.gold_queue import slice_accuracy

_ORDERS: dict[Order, str] = {"uncertain": "Least certain first", "slices": "Least known slices first"}
_KEYS = {POSITIVE: "P", NEGATIVE: "N"}


def gold_buttons(wb: Workbench, queue: Queue, row: int) -> None:
    """The two labels; either goes on to the next row. Next skips."""
    gold, ingested = (int(labels[row]) for labels in (wb.dataset.gold("dev"), wb.dataset.ingested_dev_gold))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            "**Gold is**", width="content", help="A label given by hand counts over the ingested one on dev; J skips"
        )
        for label, key in _KEYS.items():
            write_button(
                LABEL_NAMES[label],
                key=f"gold_{LABEL_NAMES[label]}",
                shortcut=key,
                disabled=gold == label,
                on_click=_label,
                args=(wb, queue, row, label),
            )
    if gold != ingested:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            was = f"was {LABEL_NAMES[ingested]}" if ingested >= 0 else "had no label"
            st.caption(f"Labeled by hand; it {was}.", width="content")
            write_button(
                "Take back",
                key="gold_back",
                type="tertiary",
                on_click=_label,
                args=(wb, queue, row, ingested, 0),
            )


def gold_order(now: RowFilter) -> Order:
    """In which order rows without gold are asked for; the widget is there where these are looked at."""
    if now.gold != "unknown":
        return "uncertain"
    chosen: Order | None = st.segmented_control(
        "Order",
        list(_ORDERS),
        default="uncertain",
        format_func=_ORDERS.__getitem__,
        key="gold_order",
        bind="query-params",
        required=True,
        help="Least certain: P(POSITIVE) nearest to 0.5. Least known slices: each time a row of the slice whose accuracy has the "
        "widest 95 % interval, the labels asked for before counted in; slices too small for a verdict are left out",
    )
    return chosen or "uncertain"


def why_asked(queue: Queue, found: Buckets, row: int) -> None:
    """The slice that a row is asked for, and what is known of it by now."""
    slicing = queue.asked_for.get(row)
    if slicing is None:
        return
    known = slice_accuracy(slicing, int(slicing.codes[row]), found.correct)
    so_far = (
        f"accuracy {fmt.interval(known.correct / known.n, known.ci_low, known.ci_high)} on {counted(known.n, 'row')} with gold"
        if known.n
        else "no row with gold yet"
    )
    st.caption(
        f":material/my_location: Asked for {slicing.by.replace('_', ' ')} **{fmt.literal(known.slice)}**, of which little is "
        f"known: {so_far}."
    )


def unlabeled_link(wb: Workbench, now: RowFilter) -> None:
    """The way to the dev rows that have no gold."""
    n = int((wb.dataset.gold("dev") < 0).sum())
    if n and now.gold != "unknown":
        st.button(
            f"Label {counted(n, 'dev row')} without gold, where it helps most first",
            icon=":material/label:",
            key="label_unknown",
            type="tertiary",
            on_click=set_filter,
            args=(RowFilter(gold="unknown"),),
        )


def _label(wb: Workbench, queue: Queue, row: int, label: int, step: int = 1) -> None:
    record = wb.dataset.split("dev").iloc[row]
    label_by_hand(wb.dataset, record["user_id"], record["book_id"], label, _author())
    queue.go(step)


def _author() -> str:
    """Who is signed in; else whoever runs the server."""
    return at_work().name or getpass.getuser()
