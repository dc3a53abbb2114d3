"""A chart as a file that slides and documents take."""

from weakrec_core.charts.colors import Chart


def png(chart: Chart) -> bytes:
    """The chart on white, at twice the size for sharp print."""
    import vl_convert

    spec = chart.configure(background="white", padding=16, view={"stroke": None}, axis={"titleFontWeight": "normal"})
    return bytes(vl_convert.vegalite_to_png(spec.to_json(), scale=2))
