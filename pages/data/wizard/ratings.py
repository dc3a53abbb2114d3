"""How the ratings were read, and from which one on they are POSITIVE."""

import pandas as pd
import streamlit as st

from pages.shared import fmt
from pages.shared.grid.table import draw_table
from weakrec_core.charts.ingest import rating_histogram
from weakrec_core.data.ingest.ratings import STANDS_FOR_NONE
from weakrec_core.data.ingest.scales import Scale
from weakrec_core.data.ingest.table import TablePreview

_SHOWN_ODD, _BINS = 200, 20
_COLOURED = 6  # notations with a colour of their own


def show_ratings(found: TablePreview) -> None:
    """A histogram by notation with the cut, and what is on no known scale."""
    ratings = found.ratings
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        bins, cut, unit = ratings.histogram(_BINS), found.cut.value, "share of the scale, %"
        common = list(ratings.by_notation())[:_COLOURED]
        bins["notation"] = bins["notation"].where(bins["notation"].isin(common), "others")
        scale = ratings.scale if ratings.plain and ratings.scale is not None else Scale(0, 1)
        if ratings.plain:
            unit = f"rating, on a scale from {scale}"
        share = min(scale.share(cut), 1 - 1 / _BINS)  # the highest rating is in the last bin
        width = scale.top - scale.low
        bins = bins.assign(low=scale.low + bins["low"] * width, high=scale.low + bins["high"] * width)
        title = f"Histogram of the ratings by notation; POSITIVE from {found.cut.text} on"
        st.altair_chart(rating_histogram(bins, scale.low + share * width, unit, title))
    with right:
        notations = pd.DataFrame(ratings.by_notation().items(), columns=["Notation", "Rows"])
        draw_table(
            notations,
            hide_index=True,
            height="content",
            column_config={"Rows": st.column_config.NumberColumn(format="localized", width=90)},
            alt="Rows by notation of the rating",
        )
        st.caption(
            f"{fmt.percent(found.positive_share)} of the rated rows are POSITIVE: {fmt.literal(found.cut.text)} or better."
        )
        odd = ratings.odd()
        none = odd[odd["reason"] == STANDS_FOR_NONE]
        if len(none):
            values = fmt.literal(", ".join(none["raw"]))
            st.caption(
                f"{values}, in {none['rows'].sum():,} rows, {STANDS_FOR_NONE}: *Filters, splits, scale* can say otherwise."
            )
        if len(odd):
            with st.popover(f"{len(odd):,} values that are no rating", icon=":material/help:"):
                draw_table(
                    odd.head(_SHOWN_ODD).rename(columns={"raw": "Value", "rows": "Rows", "reason": "It"}),
                    hide_index=True,
                    alt="Values that are no rating",
                )
                st.caption("Rows with these stay in their users' histories and are not rated.")
