"""Slides as HTML and their charts as SVG, the same in the app and in the report."""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

from weakrec_core.charts.colors import Chart
from weakrec_core.runs.presentation.slide import Slide

TEMPLATES = Path(__file__).parents[1] / "templates"
# What colours of the style sheets mean in both themes.
_LIGHT = {
    "text": "#1f2933", "soft": "#5c6975", "line": "#d9dee3", "back": "#ffffff", "panel": "#f4f6f8", "own": "#e6effe",
    "accent": "#0f766e",
}  # fmt: skip
_DARK = {
    "text": "#e6eaee", "soft": "#9fabb7", "line": "#36414b", "back": "#12171c", "panel": "#1c232a", "own": "#1d2c44",
    "accent": "#2dbdae",
}  # fmt: skip
_WIDTHS = {1: 1000, 2: 330}  # px of a chart by how many there are, before it is scaled to its place
_INK = "currentColor"
_STYLE: dict[str, Any] = {
    "background": "transparent",
    "padding": {"left": 28, "right": 12, "top": 4, "bottom": 4},  # a browser's font may be wider than the one measured with
    "font": "system-ui, sans-serif",
    "axis": {
        "labelColor": _INK, "titleColor": _INK, "gridColor": _INK, "gridOpacity": 0.14, "domainColor": _INK,
        "domainOpacity": 0.4, "tickColor": _INK, "tickOpacity": 0.4, "labelFontSize": 13, "titleFontSize": 13,
        "titleFontWeight": "normal", "labelLimit": 260,
    },
    "legend": {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 13, "columnPadding": 36},
    "view": {"stroke": None},
}  # fmt: skip


def theme_variables(dark: bool) -> str:
    """The colours of a theme as CSS variables."""
    return " ".join(f"--{name}: {color};" for name, color in (_DARK if dark else _LIGHT).items())


def slide_style() -> str:
    """The style sheet of slides; it needs the variables of a theme."""
    return (TEMPLATES / "slides.css").read_text(encoding="utf-8")


def slide_html(slide: Slide, dark: bool | None = None) -> str:
    """A slide as HTML; every text is escaped.

    Parameters
    ----------
    dark : bool, optional
        Draw the charts as images in the colours of this theme, where inline SVG is not let through; else they are inline and take the
        colours of their place.
    """
    charts = [
        (heading, _svg(chart, _WIDTHS.get(len(slide.charts), 330)), _described(chart))
        for heading, chart in slide.charts
    ]
    drawn = [
        (heading, svg if dark is None else _image(svg, described, dark), len(charts))
        for heading, svg, described in charts
    ]
    return str(_template().render(slide=slide, charts=drawn))


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("slide.html")


def _svg(chart: Chart, width: int) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.properties(width=width).configure(**_STYLE).to_dict()))


def _described(chart: Chart) -> str:
    return str(chart.to_dict().get("description", ""))


def _image(svg: str, described: str, dark: bool) -> str:
    from markupsafe import escape

    colored = svg.replace(_INK, (_DARK if dark else _LIGHT)["text"])
    data = base64.b64encode(colored.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(described)}">'
