"""The controls of the Labeling functions page, one by one."""

import dataclasses
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import psutil
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import fmt
from pages.shared.suggestions import suggestion_row
from tests.app.conftest import open_popover
from tests.app.test_pages import LABELING, lf_row, metric, select
from weakrec_core.data.dataset import open_dataset
from weakrec_core.labeling.versions import load_version, save_version
from weakrec_core.signals.languages import languages
from weakrec_core.suggestions.suggest import Suggestion
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]


def names(app: AppTest) -> list[str]:
    return [lf.name for lf in app.session_state["draft"].lf_set.lfs]


def button(app: AppTest, label: str) -> object:
    return next(b for b in app.button if b.label == label)


def press(app: AppTest, label: str) -> AppTest:
    return button(app, label).click().run()  # type: ignore[attr-defined, no-any-return]


def add(app: AppTest, kind: str, name: str) -> AppTest:
    next(r for r in app.radio if r.label == "Kind").set_value(kind)
    app.text_input(key="new_name").set_value(name)
    return press(app, "Add")


@pytest.mark.parametrize("kind", ["keyword", "threshold", "combined"])
def test_added_lf_is_selected_and_votes(open_page: OpenPage, kind: str) -> None:
    app = add(open_page(LABELING), kind, "fresh")
    assert not app.exception
    assert names(app)[-1] == "fresh"
    assert app.session_state["selected_lf"] == "fresh"
    assert lf_row(app, "fresh")["since"] == "new"


def test_a_taken_name_is_refused(open_page: OpenPage) -> None:
    app = add(open_page(LABELING), "keyword", "stars_in_review")
    assert "the name is taken" in app.error[0].value
    assert len(names(app)) == 5


def test_duplicate_rename_move_delete_and_undo(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    start = names(app)
    press(open_popover(app, "icon_more"), "Duplicate")
    assert names(app) == [start[0], f"{start[0]}_2", *start[1:]]
    open_popover(app, "icon_more")
    next(t for t in app.text_input if t.label == "Name" and t.value == f"{start[0]}_2").set_value("twin").run()
    press(app, "Rename")
    assert names(app)[1] == "twin"
    press(open_popover(app, "icon_more"), "Move up")
    assert names(app)[:2] == ["twin", start[0]]
    press(open_popover(app, "icon_more"), "Delete")
    assert names(app) == start
    for _ in range(4):
        app.button(key="icon_undo").click().run()
    assert names(app) == start
    assert not app.session_state["draft"].dirty


def test_pasted_keywords_are_added_once_and_blank_lines_left_out(open_page: OpenPage) -> None:
    app = open_popover(open_page(LABELING), "icon_group_0")
    area = next(t for t in app.text_area if t.label.startswith("Paste"))
    area.set_value("\n".join(["dnf", "", "  meh  ", "dnf", "one star"])).run()
    press(app, "Add them")
    keywords = app.session_state["draft"].lf_set.lfs[0].groups[0].keywords
    assert keywords[-2:] == ("dnf", "meh")
    assert len(set(keywords)) == len(keywords)


def test_five_thousand_pasted_keywords_keep_the_page_usable(open_page: OpenPage) -> None:
    app = open_popover(open_page(LABELING), "icon_group_0")
    next(t for t in app.text_area if t.label.startswith("Paste")).set_value(
        "\n".join(f"word{i}" for i in range(5000))
    ).run()
    press(app, "Add them")
    assert not app.exception
    assert len(app.session_state["draft"].lf_set.lfs[0].groups[0].keywords) == 5011
    assert any(t.label == "1. votes NEGATIVE" for t in app.text_area)


def test_an_empty_keyword_is_refused(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    group = next(m for m in app.multiselect if "votes NEGATIVE" in m.label)
    group.set_value([*group.value, "  "]).run()
    assert "empty keyword" in app.error[0].value


def test_a_second_group_votes_its_own_label(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    press(app, "Add group")
    groups = app.session_state["draft"].lf_set.lfs[0].groups
    assert [g.label for g in groups] == ["NEGATIVE", "POSITIVE", "NEGATIVE"]
    press(open_popover(app, "icon_group_0"), "Vote POSITIVE instead")
    assert app.session_state["draft"].lf_set.lfs[0].groups[0].label == "POSITIVE"


def test_the_keyword_table_counts_on_dev(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    table = next(d.value for d in app.dataframe if "Unique" in d.value)
    assert set(table["Keyword"]) >= {"one star", "5 stars"}
    assert (table["Correct"] + table["Incorrect"] <= table["Hits"]).all()
    assert (table["Unique"] <= table["Hits"]).all()


def test_threshold_controls(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    select(app, "polarity_positive")
    next(s for s in app.selectbox if s.label == "Operator").set_value("between").run()
    lf = app.session_state["draft"].lf_set.lfs[2]
    assert lf.op == "between"
    assert lf.low == 0.3
    app.slider[0].set_value((0.1, 0.2)).run()
    assert app.session_state["draft"].lf_set.lfs[2].bounds == (0.1, 0.2)
    next(s for s in app.selectbox if s.label == "Signal").set_value("review_length").run()
    assert app.session_state["draft"].lf_set.lfs[2].signal == "review_length"
    assert not app.exception
    next(s for s in app.button_group if s.label == "Votes").set_value("NEGATIVE").run()
    assert app.session_state["draft"].lf_set.lfs[2].label == "NEGATIVE"


def test_the_same_point_of_the_sweep_can_be_picked_twice(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    select(app, "polarity_positive")

    def threshold() -> float:
        return app.session_state["draft"].lf_set.lfs[2].threshold

    for _ in range(2):
        app.slider[0].set_value(-0.2).run()
        assert threshold() == -0.2
        chart = f"sweep_polarity_positive_{app.session_state['revision']}_>_POSITIVE"
        app.session_state[chart] = {"selection": {"pick": [{"threshold": 0.41}]}}
        app.run()
        assert not app.exception
        assert threshold() == 0.41


def test_set_best_takes_the_widest_threshold_that_is_good_enough_or_says_there_is_none(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    select(app, "polarity_negative")
    wanted = next(n for n in app.number_input if n.label == "Precision ≥")
    wanted.set_value(0.99).run()
    before = app.session_state["draft"].lf_set
    press(app, "Set best")
    assert "No threshold" in app.toast[0].value
    assert app.session_state["draft"].lf_set == before
    select(app, "polarity_positive")
    next(n for n in app.number_input if n.label == "Precision ≥").set_value(0.5).run()
    press(app, "Set best")
    assert app.session_state["draft"].lf_set != before


def test_a_threshold_says_what_the_set_gains_and_what_its_votes_cost(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    select(app, "polarity_positive")
    (gain,) = (m.value for m in app.markdown if "without: gain" in m.value)
    said = float(gain.removeprefix("The set's log loss is ").split()[0])
    assert said == pytest.approx(float(metric(app, "Log loss")), abs=0.00051)
    assert button(app, "Set cheapest").disabled
    app.number_input(key="cost_wrong").set_value(3.0).run()
    app.number_input(key="cost_missing").set_value(1.0).run()
    price = next(m.value for m in app.markdown if m.value.startswith("Cheapest at"))
    press(app, "Set cheapest")
    threshold = app.session_state["draft"].lf_set.lfs[2].threshold
    assert f"Cheapest at **{fmt.threshold(threshold)}**" in price
    app.button_group(key="curve_over").set_value("coverage").run()
    assert not app.exception
    chart = f"sweep_polarity_positive_{app.session_state['revision']}_>_POSITIVE_coverage"
    app.session_state[chart] = {"selection": {"pick": [{"threshold": 0.41}]}}
    app.run()
    assert app.session_state["draft"].lf_set.lfs[2].threshold == 0.41


def test_combined_lf_conditions(open_page: OpenPage) -> None:
    app = add(open_page(LABELING), "combined", "both")
    alone = int(lf_row(app, "both")["n"].replace(",", ""))
    next(b for b in app.button_group if b.label == "where").set_value("any").run()
    assert int(lf_row(app, "both")["n"].replace(",", "")) > alone
    app.button(
        key=next(b.key for b in app.button if b.key and b.key.startswith("icon_drop_conditions_0"))
    ).click().run()
    assert len(app.session_state["draft"].lf_set.lfs[-1].conditions) == 1


def test_without_attached_columns_or_modules_adding_says_what_to_do(open_page: OpenPage) -> None:
    app = add(open_page(LABELING), "column", "votes")
    assert "attach" in app.error[0].value
    app = add(open_page(LABELING), "python", "mine")
    assert "WEAKREC_LFS" in app.error[0].value


def test_differences_show_every_cell_against_the_saved_version(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    group = next(m for m in app.multiselect if "votes NEGATIVE" in m.label)
    group.set_value([*group.value, "the"]).run()
    next(b for b in app.button_group if b.label == "Show").set_value("Differences").run()
    changed, same = lf_row(app, "stars_in_review"), lf_row(app, "shared_first_author")
    assert changed["n"].startswith("+")
    assert same["n"] == same["correct"] == "–"


def test_save_makes_a_version_with_its_note(open_page: OpenPage, demo_workspace: Workspace) -> None:
    app = open_page(LABELING)
    next(t for t in app.toggle if t.label == "On").set_value(False).run()
    open_popover(app, "save_tutorial").text_input(key="save_note_tutorial_0").set_value("off for a test")
    app.text_input(key="save_by").set_value("Ada")
    app.button(key="save_now").click().run()
    version = load_version(demo_workspace, "tutorial")
    assert (version.number, version.note, version.by) == (1, "off for a test", "Ada")
    assert not version.lf_set.lfs[0].enabled
    assert not app.session_state["draft"].dirty


def test_of_two_who_save_at_once_the_second_is_shown_the_first_and_loses_nothing(
    open_page: OpenPage, demo_workspace: Workspace
) -> None:
    mine, theirs = open_page(LABELING), open_page(LABELING)
    for app, keyword in ((theirs, "theirs"), (mine, "mine")):
        group = next(m for m in app.multiselect if "votes NEGATIVE" in m.label)
        group.set_value([*group.value, keyword]).run()
        open_popover(app, "save_tutorial")
    theirs.button(key="save_now").click().run()
    mine.button(key="save_now").click().run()
    assert any("v1" in m.value and "saved" in m.value for m in mine.markdown)
    assert any("+ theirs" in m.value for m in mine.markdown)
    assert "mine" in mine.session_state["draft"].lf_set.lfs[0].groups[0].keywords
    assert load_version(demo_workspace, "tutorial").number == 1


def test_history_lists_versions_and_restores_one(open_page: OpenPage, demo_workspace: Workspace) -> None:
    shipped = load_version(demo_workspace, "tutorial").lf_set
    save_version(demo_workspace, shipped.model_copy(update={"lfs": shipped.lfs[:3]}), 0, note="three")
    app = open_page(LABELING)
    assert len(names(app)) == 3
    app.button(key="history").click().run()
    table = next(d.value for d in app.dataframe if "Version" in d.value)
    assert list(table["Version"]) == ["v1", "v0"]
    assert table["Note"][0] == "three"
    assert pd.to_numeric(table["AUC"]).between(0, 1).all()


def test_the_history_says_once_that_there_is_no_difference(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    app.button(key="history").click().run()
    said = [m.value for m in (*app.markdown, *app.caption)]
    assert said.count("No difference.") == 1
    assert not any("mended" in one or "no dev row otherwise" in one or "AUC 0" in one for one in said)


def test_one_edit_applies_one_lf(open_page: OpenPage, demo_workspace: Workspace) -> None:
    from pages.router.dataset import applier_of
    from weakrec_core.data.dataset import open_dataset

    app = open_page(LABELING)
    applier = applier_of(open_dataset(demo_workspace, "demo")).regardless_of_gold
    before = applier.applications
    group = next(m for m in app.multiselect if "votes NEGATIVE" in m.label)
    group.set_value([*group.value, "an edit never made before"]).run()
    assert applier.applications - before == 2  # one LF on dev and on train


def test_a_hundred_lfs(open_page: OpenPage, demo_workspace: Workspace) -> None:
    shipped = load_version(demo_workspace, "tutorial").lf_set
    many = tuple(shipped.lfs[i % 5].model_copy(update={"name": f"lf_{i}"}) for i in range(100))
    save_version(demo_workspace, shipped.model_copy(update={"lfs": many}), 0)
    app = open_page(LABELING)
    assert len(next(d.value for d in app.dataframe if "since" in d.value)) == 100
    assert float(metric(app, "Label model AUC")) > 0


def test_suggestions_are_listed_best_first(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    app.button(key="suggest").click().run()
    assert not app.exception
    table = next(d.value for d in app.dataframe if "Edit" in d.value)
    change = table["Log loss"].astype(float)
    assert len(table) > 1
    assert change.is_monotonic_increasing and (change < 0).all()
    assert app.button(key="add_suggestions").disabled


def test_a_python_lf_that_raises_carries_its_error_and_the_others_go_on(
    open_page: OpenPage, demo_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "operators_lfs.py"
    module.write_text(
        "from snorkel.labeling import labeling_function\n"
        "@labeling_function()\n"
        "def broken(x):\n"
        "    raise ValueError('no such shelf')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("WEAKREC_LFS", "operators_lfs")
    app = add(open_page(LABELING), "python", "mine")
    assert not app.exception
    assert any("in the background" in i.value for i in app.info)
    for record in (demo_workspace.root / "cache" / "python_lfs").glob("*/*/process.json"):
        with suppress(psutil.NoSuchProcess):
            psutil.Process(json.loads(record.read_text())["pid"]).wait(60)
    press(app, "Look again")
    assert "no such shelf" in app.error[0].value
    assert lf_row(app, "mine")["verdict"] == "error"
    assert int(lf_row(app, "stars_in_review")["n"]) > 0
    assert float(metric(app, "Label model AUC")) > 0


def test_an_edit_shows_the_rows_that_it_mends_and_breaks_and_leads_to_the_lf(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    assert not [b for b in app.button_group if b.key == "rows_of"]
    next(s for s in app.toggle if s.label == "On").set_value(False).run()
    select(app, "polarity_positive")
    app.button_group(key="rows_of").set_value("Since v0").run()
    counts = app.button_group(key="change_draft").options
    app.session_state["change_draft"] = "broken"
    app.run()
    table = next(d.value for d in app.dataframe if "Said" in d.value)
    assert f"Broken {len(table)}" in counts and len(table)
    assert table["LF"].iloc[0] == "stars_in_review" and set(table["LF"]) <= {"stars_in_review", "–"}
    assert any(f"{len(table)} broken" in caption.value for caption in app.caption)
    app.button(key="to_lf_stars_in_review").click().run()
    assert app.session_state["selected_lf"] == "stars_in_review"
    app.button(key="icon_undo").click().run()
    assert not app.exception and not [b for b in app.button_group if b.key == "rows_of"]


def test_the_history_compares_two_versions_row_by_row(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    next(s for s in app.toggle if s.label == "On").set_value(False).run()
    app.button(key="history").click().run()
    said = next(m.value for m in app.markdown if "mended" in m.value)
    table = next(d.value for d in app.dataframe if "Said" in d.value)
    assert "Dev-calibrated" in said and len(table) and set(table["LF"]) <= {"stars_in_review", "–"}
    assert app.get("vega_lite_chart") and app.get("download_button")
    assert not app.exception


def test_notes_are_edits_that_change_no_figure(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    figures = [m.value for m in app.metric]
    open_popover(app, "icon_notes")
    next(m for m in app.multiselect if m.label == "Tags").set_value(["stars"]).run()
    next(t for t in app.text_area if t.label == "Comment").set_value("Ask *before* a change").run()
    next(t for t in app.text_input if t.label == "Owner").set_value("ada").run()
    lf = app.session_state["draft"].lf_set.lfs[0]
    assert (lf.tags, lf.comment, lf.owner) == (("stars",), "Ask *before* a change", "ada")
    assert lf_row(app, "stars_in_review")["since"] == "notes" and lf_row(app, "stars_in_review")["tags"] == "stars"
    assert [m.value for m in app.metric] == figures
    assert any(r"Ask \*before\* a change" in caption.value for caption in app.caption)


def test_lfs_are_found_sorted_and_switched_at_once(open_page: OpenPage) -> None:
    app = open_popover(open_page(LABELING), "icon_listing")
    app.selectbox(key="sort_0").set_value("lift").run()
    table = next(d.value for d in app.dataframe if "overlaps" in d.value)
    lifts = [float(lift.split()[0]) for lift in table["lift"] if lift != fmt.NONE]
    assert len(lifts) == 5 and lifts == sorted(lifts, reverse=True)
    app.text_input(key="find_0").set_value("polarity").run()
    assert list(next(d.value for d in app.dataframe if "overlaps" in d.value)["name"]) == [
        name for name in table["name"] if "polarity" in name
    ]
    app.button(key="switch_off").click().run()
    draft = app.session_state["draft"]
    assert [lf.name for lf in draft.lf_set.lfs if not lf.enabled] == ["polarity_positive", "polarity_negative"]
    app.text_input(key="find_0").set_value("nowhere").run()
    assert any("No LF is as looked for" in caption.value for caption in app.caption)
    app.button(key="list_all").click().run()
    assert len(next(d.value for d in app.dataframe if "overlaps" in d.value)) == 5
    app.button(key="icon_undo").click().run()
    assert app.session_state["draft"].lf_set.names == names(app) and not app.exception


def test_a_closed_popover_keeps_what_was_typed_in_it(open_page: OpenPage) -> None:
    app = open_popover(open_page(LABELING), "icon_listing")
    app.text_input(key="find_0").set_value("polarity").run()
    app.session_state["icon_listing"] = False
    app.run()
    assert not [t for t in app.text_input if t.key == "find_0"]
    assert len(next(d.value for d in app.dataframe if "overlaps" in d.value)) == 2
    assert open_popover(app, "icon_listing").text_input(key="find_0").value == "polarity"


def test_who_is_at_work_owns_what_they_add(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_PERSON", "ada@example.org")
    app = add(open_page(LABELING), "keyword", "fresh")
    assert [lf.owner for lf in app.session_state["draft"].lf_set.lfs] == [""] * 5 + ["ada@example.org"]


def test_the_lf_at_hand_is_improved_with_a_click_and_undone(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    select(app, "polarity_positive")
    app.slider[0].set_value(-0.9).run()
    before = app.session_state["draft"].lf_set
    app.button(key="improve").click().run()
    app.button(key="improve_0").click().run()
    after = app.session_state["draft"].lf_set
    assert [lf.name for lf, old in zip(after.lfs, before.lfs, strict=True) if lf != old] == ["polarity_positive"]
    app.button(key="icon_undo").click().run()
    assert app.session_state["draft"].lf_set == before and not app.exception


def test_thresholds_are_searched_shown_and_moved_as_one_edit(open_page: OpenPage, demo_workspace: Workspace) -> None:
    shipped = load_version(demo_workspace, "tutorial").lf_set
    loose = [lf.model_copy(update={"threshold": -0.9}) for lf in shipped.lfs if lf.name == "polarity_positive"]
    save_version(demo_workspace, shipped.model_copy(update={"lfs": tuple(loose)}), 0)
    app = open_page(LABELING)
    app.button(key="suggest").click().run()
    app.button(key="search_thresholds").click().run()
    app.button(key="suggest").click().run()  # AppTest runs the whole page, and the dialog is closed
    assert any("Expected on users not seen" in m.value for m in app.markdown)
    moves = next(d.value for d in app.dataframe if "Then" in d.value)
    app.button(key="move_thresholds").click().run()
    draft = app.session_state["draft"]
    assert [f"> {lf.threshold:g}" for lf in draft.lf_set.lfs] == list(moves["Then"]) != list(moves["Threshold"])
    assert len(draft.past) == 1 and not app.exception
    app.button(key="suggest").click().run()
    app.button(key="search_thresholds").click().run()
    app.button(key="suggest").click().run()
    assert any("Nothing to gain" in info.value for info in app.info)


def test_of_reviews_in_other_languages_a_lexicon_knows_nothing(open_page: OpenPage, demo_workspace: Workspace) -> None:
    dataset = open_dataset(demo_workspace, "demo")
    languages(dataset, "dev")
    said = "reads words of the language"
    app = open_page(LABELING)
    select(app, "polarity_positive")
    assert not any(said in w.value for w in app.warning)
    (path,) = (demo_workspace.signals / dataset.data_fingerprint[:20]).glob("language.*dev.parquet")
    guessed = pd.read_parquet(path)
    try:
        guessed.assign(language=guessed["language"].replace("en", "it")).to_parquet(path)
        (warning,) = (w.value for w in app.run().warning)
        assert said in warning and warning.startswith("Not for 100")
    finally:
        guessed.to_parquet(path)


def test_word_forms(open_page: OpenPage) -> None:
    app = open_page(LABELING)
    next(s for s in app.segmented_control if s.label == "Match").set_value("word").run()
    next(b for b in app.selectbox if b.label == "Word forms").set_value("english").run()
    lf = app.session_state["draft"].lf_set.lfs[0]
    assert (lf.match, lf.stem) == ("word", "english") and not app.exception
    next(s for s in app.segmented_control if s.label == "Match").set_value("regex").run()
    assert app.session_state["draft"].lf_set.lfs[0].stem is None and not app.error


def test_a_suggested_category_is_told_as_its_column_and_value() -> None:
    fields = dict.fromkeys((f.name for f in dataclasses.fields(Suggestion)), None)
    numbers = {
        "hits": 4,
        "correct": 3,
        "ci_low": 0.4,
        "ci_high": 0.9,
        "lift": 0.2,
        "coverage_change": 0.1,
        "log_loss_change": -0.01,
    }
    made = Suggestion(
        **fields | numbers | {"action": "add_category", "column": "shelf", "value": "good", "label": "POSITIVE"}
    )
    assert suggestion_row(made)["Edit"] == "add shelf = “good”"
