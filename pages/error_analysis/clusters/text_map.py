"""The map of dev: every review a point, coloured, and brushed to select rows."""

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.workbench import Workbench
from weakrec_core import LABEL_NAMES
from weakrec_core.charts.text_map import BRUSH, MAP_COLORS, text_map
from weakrec_core.error_analysis.buckets import Buckets
from weakrec_core.error_analysis.clusters import Groups, dev_plane

_DRAWN = 4_000  # points
_START = 110  # characters of a review
_GROUP = "Group"


def dev_map(wb: Workbench, found: Buckets, groups: Groups | None, vectors: str) -> np.ndarray:
    """Draw it; returns the dev rows that are brushed, all of them, drawn or not."""
    by = st.segmented_control(
        "Coloured by", ["Gold", "Label model", "Errors", _GROUP], default="Errors", key="map_color", required=True
    )
    field = by or "Errors"
    xy = dev_plane(wb.applier, vectors)
    there = np.flatnonzero(~np.isnan(xy[:, 0]))
    drawn = there
    if len(there) > _DRAWN:
        drawn = np.sort(np.random.default_rng(0).choice(there, _DRAWN, replace=False))
    chart = text_map(
        _points(wb, found, groups, xy, drawn, field), field, f"Map of the dev reviews, coloured by {field}"
    )
    event = st.altair_chart(chart, key=f"map_{vectors}_{field}", on_select="rerun", selection_mode=[BRUSH])
    part = f"A seeded sample of {_DRAWN:,} of {len(there):,}" if len(there) > _DRAWN else f"All {len(there):,}"
    st.caption(
        f"{part} dev reviews; what is alike lies close together, as far as two dimensions show it. "
        "Drag to select rows, click beside the frame to let them go."
    )
    picked = event["selection"].get(BRUSH) or {}
    if not picked.keys() >= {"x", "y"}:
        return np.zeros(0, np.int64)
    (left, right), (low, high) = sorted(picked["x"]), sorted(picked["y"])
    x, y = xy.T
    return np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))


def _points(
    wb: Workbench, found: Buckets, groups: Groups | None, xy: np.ndarray, rows: np.ndarray, field: str
) -> pd.DataFrame:
    records = wb.dataset.split("dev").iloc[rows]
    return pd.DataFrame(
        {
            "x": xy[rows, 0].astype(float),
            "y": xy[rows, 1].astype(float),
            field: _values(found, groups, field)[rows],
            "title": wb.dataset.books["title"].iloc[records["book_idx"].to_numpy()].to_numpy(),
            "review": records["review_text"].str.slice(0, _START).to_numpy(),
        }
    )


def _values(found: Buckets, groups: Groups | None, field: str) -> np.ndarray:
    """What a colour stands for, of every dev row."""
    match field:
        case "Gold":
            return _labels(found.gold, "unknown")
        case "Label model":
            return _labels(found.said, "no vote")
        case "Errors":
            judged = [found.correct == 1, found.correct == 0, ~found.covered]
            names = [*MAP_COLORS["Errors"]]
            return np.asarray(np.select(judged, names[:3], names[3]), object)
    values = np.full(len(found.gold), "no group", object)
    for i, group in enumerate(groups.groups if groups is not None else ()):
        values[group.rows] = f"{i + 1} {', '.join(group.phrases[:2])}"
    return values


def _labels(labels: np.ndarray, none: str) -> np.ndarray:
    return np.asarray([LABEL_NAMES[label] if label >= 0 else none for label in labels], object)
