"""Altair charts from small frames, for pages, notebooks and reports alike."""

import altair as alt


@alt.theme.register("weakrec", enable=True)
def _numbers() -> alt.theme.ThemeConfig:
    """Percentages on axes and in tooltips as in texts: 10 %, not 10%."""
    number = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""], "percent": " %"}
    return {"config": {"locale": {"number": number}}}  # type: ignore[typeddict-item]
