"""The editor of a threshold LF: controls, and charts under the slider on one x axis."""

import math
from typing import Any

import numpy as np
import streamlit as st

from pages.labeling_functions.editors.threshold_price import threshold_curve, threshold_price
from pages.shared import fmt
from pages.shared.workbench import Workbench, is_dark
from weakrec_core import NEGATIVE, POSITIVE
from weakrec_core.charts.threshold import SLIDER_INDENT, threshold_histogram
from weakrec_core.engine.sampled_train import lf_shares
from weakrec_core.label_model.threshold_gain import sweep_with_gain
from weakrec_core.labeling.kinds import ThresholdLF
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.sweep import histogram
from weakrec_core.signals import Signal, signals_of
from weakrec_core.signals.languages import other_languages
from weakrec_core.stats.domain import Domain, domain
from weakrec_core.stats.intervals import wilson

_FOREIGN = 0.1  # of the reviews
_OPS = [">", ">=", "<", "<=", "between"]


def threshold_editor(wb: Workbench, lf: ThresholdLF) -> None:
    """Draw the editor; every change is put on the draft at once."""
    key = f"{lf.name}_{wb.revision}"
    signals = signals_of(wb.dataset)
    left, mid, right = st.columns([3, 1.4, 2])
    info = signals[lf.signal].told(wb.dataset.noun) if lf.signal in signals else None
    left.selectbox(
        "Signal",
        list(signals),
        index=list(signals).index(lf.signal) if info else None,
        placeholder=lf.signal,
        key=f"signal_{key}",
        help=f"{info.meaning} ({info.unit}). Not known where {info.nan}." if info else None,
        on_change=lambda: _change_signal(wb, lf, st.session_state[f"signal_{key}"]),
    )
    if info is None:
        st.info(f"This dataset has no signal {lf.signal!r}; choose another one.", icon=":material/info:")
        return
    values, gold = wb.applier.signals.values(lf.signal, "dev"), wb.dataset.gold("dev")
    shown = domain(values)
    mid.selectbox(
        "Operator",
        _OPS,
        index=_OPS.index(lf.op),
        key=f"op_{key}",
        on_change=lambda: _change_op(wb, lf, st.session_state[f"op_{key}"], shown),
    )
    labels = ["POSITIVE", "NEGATIVE"]
    right.segmented_control(
        "Votes",
        labels,
        default=lf.label,
        key=f"label_{key}",
        required=True,
        on_change=lambda: wb.change(lf, label=st.session_state[f"label_{key}"]),
    )
    if info.warning:
        st.warning(info.warning, icon=":material/warning:")
    _languages(wb, info)
    if shown is None:
        st.info(f"No dev row has this signal: {info.nan}. The LF abstains throughout.", icon=":material/info:")
        return
    step = info.step
    shown = Domain(_floor(min(shown.low, *lf.bounds), step), -_floor(-max(shown.high, *lf.bounds), step))
    _threshold_slider(wb, lf, shown, key)
    _charts(wb, lf, values, gold, shown, key)


def _languages(wb: Workbench, signal: Signal) -> None:
    """Say it where many reviews are in languages that the signal knows nothing of."""
    others = other_languages(wb.dataset, "dev", signal.language) if signal.language else None
    if others is not None and others.share >= _FOREIGN:
        frequent = ", ".join(f"{code} {fmt.percent(share, 0)}" for code, share in others.frequent)
        st.warning(
            f"Not for {fmt.percent(others.share, 0)} of dev's reviews: {signal.name} reads words of the language "
            f"“{signal.language}”, and they are in others ({frequent}).",
            icon=":material/translate:",
        )


def _threshold_slider(wb: Workbench, lf: ThresholdLF, shown: Domain, key: str) -> None:
    info = signals_of(wb.dataset)[lf.signal]
    current: Any = lf.bounds if lf.op == "between" else lf.bounds[0]
    with st.container(horizontal=True, gap=None, key="threshold_slider"):
        st.space(SLIDER_INDENT)
        st.slider(
            "Threshold",
            shown.low,
            shown.high,
            current,
            step=float(info.step),
            key=f"threshold_{key}_{lf.op == 'between'}",
            help=info.told(wb.dataset.noun).unit,
            on_change=lambda: _set(wb, lf, st.session_state[f"threshold_{key}_{lf.op == 'between'}"]),
        )


def _charts(wb: Workbench, lf: ThresholdLF, values: "np.ndarray", gold: "np.ndarray", shown: Domain, key: str) -> None:
    label = POSITIVE if lf.label == "POSITIVE" else NEGATIVE
    # The descriptions stay the same while a threshold moves: the browser then exchanges the data of a chart, not the chart.
    bins = histogram(values, gold, shown)
    st.vega_lite_chart(
        threshold_histogram(
            bins,
            shown,
            lf.bounds,
            lf.fired,
            f"Histogram of {lf.signal} on dev by gold label, the threshold as a line",
            is_dark(),
        )
    )
    if lf.op == "between":
        return
    table = sweep_with_gain(wb.applied, lf)
    if table.empty:
        return
    base_rate = (gold == label).sum() / max((gold >= 0).sum(), 1)
    threshold_curve(wb, lf, table, shown, base_rate, f"{key}_{lf.op}_{lf.label}", lambda at: _choose(wb, lf, at))
    st.markdown(_sentence(wb, lf, values, gold, label, base_rate))
    threshold_price(wb, lf, table, lambda at: _choose(wb, lf, at))


def _choose(wb: Workbench, lf: ThresholdLF, threshold: float) -> None:
    _set(wb, lf, threshold)
    wb.refresh_widgets()
    st.rerun()


def _sentence(
    wb: Workbench, lf: ThresholdLF, values: "np.ndarray", gold: "np.ndarray", label: int, base_rate: float
) -> str:
    at = _at(lf)
    fires = lf.fires(values)
    n, correct = int((fires & (gold >= 0)).sum()), int((fires & (gold == label)).sum())
    if n == 0:
        return f"At **{at}** it votes on no dev row."
    low, high = wilson(correct, n)
    train = lf_shares(wb.applied_of(LFSet(name="-", lfs=(lf.nameless(),))))["-"]
    return (
        f"At **{at}**: n **{n:,}**, precision **{correct / n:.2f}** [{low:.2f}, {high:.2f}], lift "
        f"**{correct / n - base_rate:+.2f}**, coverage **{fmt.percent(float(fires.mean()), 2)}**, "
        f"on train {fmt.estimate(train, 2)}{'' if train.low is None else ' of a sample'}"
    )


def _at(lf: ThresholdLF) -> str:
    return " to ".join(fmt.threshold(b) for b in lf.bounds)


def _set(wb: Workbench, lf: ThresholdLF, value: float | tuple[float, float]) -> None:
    if isinstance(value, tuple):
        wb.change(lf, low=value[0], high=value[1])
    else:
        wb.change(lf, threshold=value)


def _change_op(wb: Workbench, lf: ThresholdLF, op: str, shown: Domain | None) -> None:
    if op == "between":
        low = lf.bounds[0]
        high = max(low, shown.high if shown else low)
        wb.change(lf, op=op, threshold=None, low=low, high=high)
    else:
        wb.change(lf, op=op, threshold=lf.bounds[0], low=None, high=None)


def _change_signal(wb: Workbench, lf: ThresholdLF, signal: str) -> None:
    known = wb.applier.signals.values(signal, "dev")
    known = known[~np.isnan(known)]
    start = float(np.quantile(known, 0.9 if lf.op.startswith(">") else 0.1)) if len(known) else 0.0
    start = _floor(start, signals_of(wb.dataset)[signal].step)
    bounds = {"low": start, "high": start} if lf.op == "between" else {"threshold": start}
    wb.change(lf, signal=signal, **bounds)


def _floor(value: float, step: float) -> float:
    return float(round(math.floor(value / step + 1e-9) * step, 6))
