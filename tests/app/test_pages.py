"""Every page on a small dataset: no exception, live edits, undo, save, empty states."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import opened

LABELING = "pages/labeling_functions/page.py"
OpenPage = Callable[..., AppTest]


def lf_row(app: AppTest, name: str) -> pd.Series:
    """The row of an LF in the table."""
    table = next(d.value for d in app.dataframe if "since" in d.value)
    return table.set_index("name").loc[name]


def select(app: AppTest, name: str) -> None:
    """Select an LF as other parts of the page do."""
    app.session_state["selected_lf"] = name
    app.session_state["table_revision"] = abs(hash(name))
    app.run()


def metric(app: AppTest, label: str) -> str:
    return next(m.value for m in app.metric if m.label == label)


@pytest.mark.parametrize(
    "page",
    [
        "workbench.py",
        "pages/data/page.py",
        LABELING,
        "pages/label_model/page.py",
        "pages/training/page.py",
        "pages/results/page.py",
    ],
)
def test_page_opens(open_page: OpenPage, page: str) -> None:
    app = open_page(page)
    assert not app.error


def test_a_keyword_changes_the_table_at_once_and_undo_takes_it_back(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    before = lf_row(app, "stars_in_review")
    coverage = metric(app, "Train coverage")
    group = next(m for m in app.multiselect if "votes NEGATIVE" in m.label)
    group.set_value([*group.value, "the"]).run()
    after = lf_row(app, "stars_in_review")
    assert int(after["n"]) > int(before["n"])
    assert after["since"] != before["since"] == "–"
    assert metric(app, "Train coverage") != coverage
    app.button(key="icon_undo").click().run()
    pd.testing.assert_series_equal(lf_row(app, "stars_in_review"), before)
    app.button(key="icon_redo").click().run()
    pd.testing.assert_series_equal(lf_row(app, "stars_in_review"), after)


def test_an_invalid_regex_leaves_the_last_valid_state_in_force(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    next(w for w in app.button_group if w.label == "Match").set_value("regex").run()
    before = lf_row(app, "stars_in_review")
    group = next(m for m in app.multiselect if "votes NEGATIVE" in m.label)
    group.set_value([*group.value, "(?=look)ahead"]).run()
    assert "(?=look)ahead" in app.error[0].value
    assert "stars_in_review" in app.error[0].value
    pd.testing.assert_series_equal(lf_row(app, "stars_in_review"), before)


def test_a_threshold_changes_the_table_at_once(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    select(app, "polarity_positive")
    before = lf_row(app, "polarity_positive")
    app.slider[0].set_value(-0.2).run()
    assert int(lf_row(app, "polarity_positive")["n"]) > int(before["n"])


def test_switching_an_lf_off_keeps_it_in_the_table_without_votes(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    next(t for t in app.toggle if t.label == "On").set_value(False).run()
    row = lf_row(app, "stars_in_review")
    assert pd.isna(row["n"])
    assert row["since"] == "switched off"


def test_edits_survive_a_reload(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    group = next(m for m in app.multiselect if "votes NEGATIVE" in m.label)
    group.set_value([*group.value, "the"]).run()
    edited = lf_row(app, "stars_in_review")
    draft = app.query_params["draft"]
    again = open_page(LABELING, draft=draft[0] if isinstance(draft, list) else draft)
    pd.testing.assert_series_equal(lf_row(again, "stars_in_review"), edited)


def test_the_label_models_stand_side_by_side_and_one_is_recommended(open_page: OpenPage) -> None:
    app = open_page("pages/label_model/page.py")
    models = app.dataframe[0].value
    names = ["Constant", "Dev-calibrated", "Majority vote", "Snorkel's LabelModel"]
    assert sorted(name.split(" ★")[0] for name in models["Model"]) == names
    losses = [float(loss.split()[0]) for loss in models["Log loss"]]
    assert losses == sorted(losses)
    assert models["Model"].str.contains("recommended").sum() == 1
    assert 0.5 <= float(metric(app, "Expected accuracy")) <= 1
    assert app.dataframe[1].value["LF"][0] == "stars_in_review"


def rows_kept(app: AppTest) -> int:
    return int(metric(app, "Rows kept").split(" (")[0].replace(",", ""))


def test_a_confidence_cut_off_shrinks_the_training_set(open_page: OpenPage) -> None:
    app = open_page("pages/label_model/page.py")
    before = rows_kept(app)
    app.slider(key="min_confidence").set_value(0.75).run()
    assert rows_kept(app) < before


def test_too_few_lfs_are_said_in_one_sentence(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    for name in ("stars_in_review", "polarity_positive", "polarity_negative"):
        select(app, name)
        next(t for t in app.toggle if t.label == "On").set_value(False).run()
    app.run()  # AppTest knows pages by the last run of the whole script, and the toggle's was of a fragment
    app.switch_page("pages/label_model/page.py").run()
    assert not app.exception
    assert any("Only 2 LFs are on" in w.value for w in app.warning)


def test_results_without_runs_say_what_to_do(open_page: OpenPage) -> None:
    app = open_page("pages/results/page.py")
    assert "No run yet" in app.info[0].value


def test_the_text_model_is_measured_on_demand(open_page: OpenPage) -> None:
    app = open_page("pages/label_model/page.py")
    assert not any("Reviewed dev rows, held-out users" in d.value for d in app.dataframe)
    app.button(key="measure_text").click().run()
    assert not app.exception
    found = next(d.value for d in app.dataframe if "Reviewed dev rows, held-out users" in d.value)
    assert len(found) == 2
    assert any("telling words" in m.value for m in app.markdown)


def test_class_balance_and_hyperparameters_change_snorkels_model(open_page: OpenPage) -> None:
    app = open_page("pages/label_model/page.py")
    before = app.dataframe[0].value.set_index("Model").loc["Snorkel's LabelModel"]
    app.selectbox(key="balance").set_value("uniform").run()
    after = app.dataframe[0].value.set_index("Model").loc["Snorkel's LabelModel"]
    assert after["Log loss"] != before["Log loss"]


def test_storage_says_what_takes_how_much_and_clears_caches(
    prepared_pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shutil.copytree(prepared_pages, tmp_path / "home", ignore=shutil.ignore_patterns("raw"))
    monkeypatch.setenv("WEAKREC_HOME", str(home))
    cached = home / "cache" / "signals" / "old.npy"
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(b"x" * 9_000)
    app = opened("pages/data/page.py")
    assert "clear_caches" not in {button.key for button in app.button}
    app.session_state["storage"] = True
    app.run()
    assert not app.exception and not app.error
    table = app.dataframe[-1].value
    assert {("datasets", "demo"), ("cache", "signals")} <= set(zip(table["Store"], table["Of"], strict=True))
    app.button("clear_caches").click().run()
    assert not app.exception and not cached.parent.exists() and app.button("clear_caches").disabled
    app.selectbox("delete_what").set_value("Dataset demo").run()
    assert "Dataset demo: deleting it frees" in app.info[0].value and app.button("delete_now").disabled
    app.checkbox("delete_sure_dataset_demo").check().run()
    app.button("delete_now").click().run()
    assert not app.exception and not (home / "datasets" / "demo" / "current.json").exists()
    assert any("There is no dataset yet" in i.value for i in app.info)
