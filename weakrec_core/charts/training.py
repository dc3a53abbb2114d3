"""Charts of a training by epoch."""

import altair as alt
import pandas as pd

from weakrec_core.charts.colors import ABSTAIN_COLOR, BAND_COLOR, Chart


def learning_curves(epochs: pd.DataFrame, title: str, best: int | None = None) -> Chart:
    """Loss on train and valid by epoch.

    Parameters
    ----------
    epochs : DataFrame
        epoch, loss, val_loss; one row an epoch.
    best : int, optional
        The epoch that is kept, marked by a dashed line.
    """
    color = alt.Scale(domain=["train", "valid"], range=[ABSTAIN_COLOR, BAND_COLOR])
    lines = _by_epoch(epochs, {"loss": "train", "val_loss": "valid"}, color, "loss", title)
    if best is None:
        return lines
    mark = alt.Chart(pd.DataFrame({"epoch": [best]})).mark_rule(strokeDash=[4, 3], color=ABSTAIN_COLOR)
    described = f"{title}; epoch {best}, the best, is marked"
    return (lines + mark.encode(alt.X("epoch:Q"), tooltip=alt.value(f"best epoch: {best}"))).properties(
        description=described
    )


def metric_curve(epochs: pd.DataFrame, column: str, name: str, title: str) -> Chart:
    """A metric on valid by epoch.

    Parameters
    ----------
    epochs : DataFrame
        epoch and `column`; one row an epoch.
    name : str
        Of the metric, for the reader.
    """
    color = alt.Scale(domain=["valid"], range=[BAND_COLOR])
    return _by_epoch(epochs, {column: "valid"}, color, name, title)


def _by_epoch(epochs: pd.DataFrame, names: dict[str, str], color: alt.Scale, y: str, title: str) -> Chart:
    """One line a column of `epochs` that is there."""
    long = epochs.melt("epoch", [c for c in names if c in epochs], "part", "value")
    long["part"] = long["part"].map(names)
    return (
        alt.Chart(long)
        .mark_line(point=True)
        .encode(
            alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(zero=False)),
            alt.Y("value:Q", title=y, scale=alt.Scale(zero=False)),
            alt.Color("part:N", scale=color, title=None, legend=alt.Legend(orient="top")),
            tooltip=["part:N", "epoch:Q", alt.Tooltip("value:Q", format=".4f")],
        )
        .properties(height=260, description=title)
    )
