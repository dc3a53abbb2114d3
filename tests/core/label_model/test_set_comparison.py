"""What differs between two LF sets, and its picture."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.charts.picture import png
from weakrec_core.charts.set_comparison import set_comparison_chart
from weakrec_core.label_model.set_comparison import compare_sets
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet

NOTES = {"tags": ["a"], "comment": "b", "owner": "c"}


def changed(lf_set: LFSet, **by_name: Any) -> LFSet:
    """The set with fields changed; None takes an LF out."""
    values = lf_set.model_dump(mode="json")
    lfs = [lf | (by_name.get(lf["name"]) or {}) for lf in values["lfs"] if by_name.get(lf["name"], 1) is not None]
    return LFSet.model_validate(values | {"lfs": lfs})


def test_notes_cost_nothing_and_change_nothing(demo_applier: Applier, tutorial: LFSet) -> None:
    before = demo_applier.of(tutorial)
    first, applications = set_figures(before), demo_applier.applications
    noted = demo_applier.of(changed(tutorial, **{name: NOTES for name in tutorial.names}))
    assert noted.lf_set != tutorial and noted.key == before.key
    assert set_figures(noted) is first and demo_applier.applications == applications
    assert compare_sets(before, noted).lfs.empty


def test_what_differs_of_the_whole_and_of_each_lf(demo_applier: Applier, tutorial: LFSet) -> None:
    edited = changed(
        tutorial,
        stars_in_review={"enabled": False},
        polarity_positive={"threshold": 0.1},
        subjectivity_positive=None,
        shared_first_author=NOTES,
    )
    old, new = demo_applier.of(tutorial), demo_applier.of(edited)
    found = compare_sets(old, new)
    changes = {"stars_in_review": "switched off", "polarity_positive": "changed", "subjectivity_positive": "removed"}
    assert dict(zip(found.lfs["name"], found.lfs["change"], strict=True)) == changes
    lfs, summary = found.lfs.set_index("name"), new.summary().set_index("name")
    assert lfs.loc["polarity_positive", "coverage_after"] == summary.loc["polarity_positive", "coverage"]
    assert lfs.loc["polarity_positive", "n_after"] > lfs.loc["polarity_positive", "n_before"]
    assert lfs.loc[["stars_in_review", "subjectivity_positive"], "n_after"].isna().all()
    whole = found.whole.set_index("figure")
    for figure, metric in (("AUC", "auc"), ("Log loss", "log_loss")):
        before, after = set_figures(old).everywhere[metric], set_figures(new).everywhere[metric]
        assert whole.loc[figure, "difference"] == pytest.approx(after - before)
        assert whole.loc[figure, "low"] < whole.loc[figure, "difference"] < whole.loc[figure, "high"]
        assert (whole.loc[figure, "verdict"] == "not distinguishable") == (
            whole.loc[figure, "low"] <= 0 <= whole.loc[figure, "high"]
        )
    backwards = compare_sets(new, old)
    assert set(backwards.lfs["change"]) == {"switched on", "changed", "added"}
    np.testing.assert_allclose(backwards.whole["difference"], -found.whole["difference"])


def test_the_picture_has_every_figure_and_is_a_picture(demo_applier: Applier, tutorial: LFSet) -> None:
    found = compare_sets(demo_applier.of(tutorial), demo_applier.of(changed(tutorial, stars_in_review=None)))
    chart = set_comparison_chart(found.whole, found.lfs, "tutorial v1 → v2")
    texts = {row["text"] for rows in chart.to_dict()["datasets"].values() for row in rows if "text" in row}
    assert f"{found.whole['before'][0]:.3f}" in texts and any(t.startswith("−") and "[" in t for t in texts)
    assert png(chart).startswith(b"\x89PNG")
    many = pd.concat([found.lfs.assign(name=f"lf {i}") for i in range(25)], ignore_index=True)
    assert "5 more LFs" in str(set_comparison_chart(found.whole, many, "many").to_dict()["title"])
