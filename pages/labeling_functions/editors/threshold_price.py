"""What every threshold is worth: precision, coverage and the set's gain along the curve, and what its votes cost."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.workbench import Workbench, is_dark
from weakrec_core import ABSTAIN
from weakrec_core.charts.threshold import threshold_sweep, threshold_trace
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.base import VALUE
from weakrec_core.labeling.kinds import ThresholdLF
from weakrec_core.labeling.sweep import best_threshold, cheapest_threshold
from weakrec_core.stats.domain import Domain

Choose = Callable[[float], None]

_OVER = "curve_over"


def threshold_curve(
    wb: Workbench, lf: ThresholdLF, table: pd.DataFrame, shown: Domain, base_rate: float, key: str, choose: Choose
) -> None:
    """Precision over the threshold or over coverage, with coverage and the set's gain under it; a click chooses a point.

    Parameters
    ----------
    table : DataFrame
        From `sweep_with_gain`.
    shown : Domain
        Of the slider.
    base_rate : float
    key : str
        Another one where another chart is drawn: nothing is picked there yet.
    """
    over = st.segmented_control(
        "Curve over",
        ["threshold", "coverage"],
        default="threshold",
        required=True,
        key=_OVER,
        help="Over coverage, the curve is what precision costs in rows. A click on it sets the threshold.",
        persist_state="session",
    )
    bounds, axis = lf.bounds, shown
    if over == "coverage":
        axis = Domain(0.0, float(table["coverage"].max()))
        bounds = (float(_nearest(table, lf.bounds[0])["coverage"]),)
    event = st.vega_lite_chart(
        threshold_sweep(
            table,
            axis,
            bounds,
            base_rate,
            lf.signal if over == "threshold" else "coverage",
            f"Precision with its 95 % interval at every threshold on {lf.signal}",
            is_dark(),
            over,
        ),
        key=f"sweep_{key}" if over == "threshold" else f"sweep_{key}_{over}",
        on_select="rerun",
        selection_mode=["pick"],
    )
    picked = event["selection"].get("pick") or []
    if picked:
        choose(picked[0]["threshold"])
    for column, told in (("coverage", "Coverage"), ("set_gain", "The set's gain in log loss")):
        if table[column].notna().any() and column != over:
            title = f"{told} at every threshold on {lf.signal}"
            st.vega_lite_chart(threshold_trace(table, axis, bounds, column, title, is_dark(), over))


def threshold_price(wb: Workbench, lf: ThresholdLF, table: pd.DataFrame, choose: Choose) -> None:
    """What the set gains here, and the threshold for a precision or for what votes cost."""
    st.markdown(_gain(wb, lf, table), help=_GAIN)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.number_input("Precision ≥", 0.5, 0.99, 0.8, step=0.01, key=f"wanted_{lf.name}", width=110)
        if st.button("Set best", icon=":material/target:", key=f"best_{lf.name}", help=_BEST):
            best = best_threshold(table, wanted)
            if best is None:
                st.toast(f"No threshold has an interval above {wanted:.2f}.", icon=":material/info:")
            else:
                choose(best)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wrong, missing = (
            st.number_input(label, 0.0, None, None, step=1.0, key=key, width=150, help=told, persist_state="session")
            for label, key, told in _COSTS
        )
        cheapest = cheapest_threshold(table, wrong, missing) if wrong is not None and missing else None
        if st.button("Set cheapest", icon=":material/savings:", key=f"cheapest_{lf.name}", disabled=cheapest is None):
            assert cheapest is not None
            choose(cheapest)
    if cheapest is not None and wrong is not None and missing is not None:
        st.markdown(_price(wb, lf, table, cheapest, wrong, missing))


_BEST = "The threshold with the most coverage whose 95 % interval lies above this precision"
_GAIN = (
    "Log loss of the label model Dev-calibrated without this LF, less that with it, above 0 = better: on all dev rows with gold, "
    "cross-validated over users, the other LFs as they are. The best of many thresholds is luckier than good."
)
_COSTS = (
    ("A wrong vote costs", "cost_wrong", "Any unit; what counts is the ratio of the two"),
    ("A missing vote costs", "cost_missing", "Of a dev row with gold of the LF's label on which it does not vote"),
)


def _gain(wb: Workbench, lf: ThresholdLF, table: pd.DataFrame) -> str:
    measured = table[table["set_gain"].notna()]
    if measured.empty:
        return "What the set gains by it is not known: dev has no gold of a second user."
    best = measured.iloc[int(measured["set_gain"].to_numpy().argmax())]
    most = f"the largest gain is **{fmt.signed(best['set_gain'], 4)}**, at {fmt.threshold(best['threshold'])}."
    with_it, without = set_figures(wb.applied).everywhere["log_loss"], best["set_log_loss"] + best["set_gain"]
    if not lf.enabled or with_it is None:
        return f"The set's log loss is {without:.4f} without it; {most}"
    gain = fmt.signed(without - with_it, 4)
    return f"The set's log loss is {with_it:.4f} with it and {without:.4f} without: gain **{gain}**; {most}"


def _price(wb: Workbench, lf: ThresholdLF, table: pd.DataFrame, cheapest: float, wrong: float, missing: float) -> str:
    at = table[table["threshold"] == cheapest].iloc[0]
    votes, gold = wb.applier.votes(lf, "dev"), wb.dataset.gold("dev")
    n_wrong = int(((votes != ABSTAIN) & (gold >= 0) & (votes != gold)).sum())
    n_missing = int(((votes == ABSTAIN) & (gold == VALUE[lf.label])).sum())
    least, here = wrong * at["incorrect"] + missing * at["missing"], wrong * n_wrong + missing * n_missing
    silent = missing * (at["correct"] + at["missing"])
    said = (
        f"Cheapest at **{fmt.threshold(cheapest)}**: {least:,.10g} on dev, for {at['incorrect']:,.0f} wrong and {at['missing']:,.0f} missing "
        f"votes; at {fmt.threshold(lf.bounds[0])} it is {here:,.10g}, for {n_wrong:,} and {n_missing:,}."
    )
    return f"{said} Not voting at all costs less: {silent:,.10g}." if silent < least else said


def _nearest(table: pd.DataFrame, threshold: float) -> pd.Series:
    """The row of the curve nearest to a threshold."""
    return table.iloc[int((table["threshold"] - threshold).abs().to_numpy().argmin())]
