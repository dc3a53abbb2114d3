"""Triage on the Error analysis page: the queue stays, what was looked at is remembered, and words mend rows."""

import shutil
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_error_analysis import click, texts
from weakrec_core.data.dataset import SPLITS, open_dataset
from weakrec_core.data.looked_at import looked_at
from weakrec_core.data.notes import starred_rows
from weakrec_core.data.saving import save_dataset
from weakrec_core.error_analysis.buckets import Buckets, buckets
from weakrec_core.error_analysis.gold_queue import slice_accuracy
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]


@pytest.fixture
def page(open_page: OpenPage, demo_workspace: Workspace) -> OpenPage:
    for path in (demo_workspace.root / "notes").glob("*/*.json*"):
        path.unlink()
    return lambda **query: open_page("pages/error_analysis/page.py", error_view="Triage", **query)


def now(app: AppTest) -> Buckets:
    return buckets(app.session_state["workbench"].applier.of_usable(app.session_state["draft"].lf_set))


def at(app: AppTest) -> str:
    return next(m.value for m in app.markdown if " mended" in m.value)


def test_rows_are_worked_through_one_by_one_and_remembered(page: OpenPage) -> None:
    app = page()
    wb, wrong = app.session_state["workbench"], np.flatnonzero(now(app).kind("wrong"))
    assert at(app) == f"**1** of {len(wrong):,}, 0 mended"
    assert "gold " in texts(app) and "Reader " in texts(app)
    assert app.button(key="triage_previous").disabled
    click(app, "triage_next")
    assert at(app).startswith("**2** of")
    click(app, "triage_previous")
    queue = app.session_state["triage"]
    assert queue.at == 0
    assert looked_at(wb.dataset, "dev") == set(queue.rows[:2].tolist()) <= set(wrong.tolist())
    again = page()
    assert at(again) == f"**3** of {len(wrong):,}, 0 mended, 2 looked at earlier"


def test_a_star_and_a_note_by_the_queue(page: OpenPage) -> None:
    app = page(kind="right")
    row, dataset = app.session_state["triage"].row, app.session_state["workbench"].dataset
    click(app, "triage_star")
    assert starred_rows(dataset, "dev") == {row: ""}
    click(app, "triage_star")
    assert starred_rows(dataset, "dev") == {}
    click(app, "triage_note")
    app.text_input(key="triage_note_text").set_value("ironic *really*")
    next(b for b in app.button if b.label == "Save" and b.form_id).click().run()
    assert starred_rows(dataset, "dev") == {row: "ironic *really*"}
    assert app.button(key="triage_star").disabled
    assert "ironic \\*really\\*" in texts(app)


def test_words_mend_rows_while_the_queue_stays(page: OpenPage) -> None:
    app = page(model="POSITIVE", gold="NEGATIVE")
    n, before = len(app.session_state["triage"].rows), app.session_state["draft"].lf_set
    while not any(b.key == "triage_word_1" for b in app.button):
        click(app, "triage_next")
    click(app, "triage_word_1")
    assert next(t for t in app.text_input if t.label == "Make this a keyword").value
    click(app, "keep_keyword")
    made = app.session_state["draft"].lf_set.lfs[-1]
    assert made.groups[0].label == "NEGATIVE" and len(app.session_state["draft"].lf_set.lfs) == len(before.lfs) + 1
    for _ in range(3):  # the next ones go into the LF at hand
        while not any(b.key == "triage_word_1" for b in app.button):
            click(app, "triage_next")
        click(app, "triage_word_1")
        assert next(s for s in app.selectbox if s.label == "In").value == made.name
        if any(b.key == "keep_keyword" for b in app.button):
            click(app, "keep_keyword")
        click(app, "triage_next")
    lfs = app.session_state["draft"].lf_set.lfs
    assert len(lfs) == len(before.lfs) + 1 and len(lfs[-1].groups[0].keywords) > 1
    found = now(app)
    queue = app.session_state["triage"]
    mended = int((found.correct[queue.rows] == 1).sum())
    assert mended > 0 and len(queue.rows) == n
    assert f" of {n:,}, {mended:,} mended" in at(app)
    click(app, "triage_anew")
    assert len(app.session_state["triage"].rows) == found.confusion[1, 0] != n


def test_nothing_to_work_through_is_said(page: OpenPage) -> None:
    app = page(text="no such words anywhere")
    assert "nothing to work through" in app.info[0].value


def test_gold_is_given_by_hand_and_counted(page: OpenPage, open_page: OpenPage, demo_workspace: Workspace) -> None:
    app = page(model="POSITIVE", gold="NEGATIVE")
    queue, dataset = app.session_state["triage"], app.session_state["workbench"].dataset
    row = queue.row
    assert app.button(key="gold_NEGATIVE").disabled
    try:
        click(app, "gold_POSITIVE")
        labeled = app.session_state["workbench"].dataset
        assert (int(dataset.gold("dev")[row]), int(labeled.gold("dev")[row])) == (0, 1)
        assert app.session_state["triage"] is queue and queue.at == 1
        assert "dev gold: 1 corrected by hand" in texts(app) and "1 mended" in at(app)
        data = open_page("pages/data/page.py")
        assert any("Dev gold: 1 corrected by hand." in info.value for info in data.info)
        click(app, "triage_previous")
        click(app, "gold_back")
        assert "by hand" not in texts(app) and queue.at == 0
    finally:
        shutil.rmtree(demo_workspace.gold, ignore_errors=True)


@pytest.fixture
def half_rated(demo_workspace: Workspace) -> Iterator[str]:
    """The demo without gold on every other dev row."""
    demo = open_dataset(demo_workspace, "demo")
    rows = pd.concat([demo.split(split).assign(split=split) for split in SPLITS], ignore_index=True)
    rows.loc[(rows["split"] == "dev") & (rows.index % 2 == 0), "gold"] = -1
    ids = demo.user_ids.to_numpy(object)
    dataset = save_dataset(demo_workspace, "half", rows, demo.books, demo.histories, ids, {"source": "test"})
    yield "half"
    shutil.rmtree(demo_workspace.datasets / dataset.name)
    shutil.rmtree(demo_workspace.gold, ignore_errors=True)


def test_labels_are_asked_where_a_slice_is_known_least_and_the_row_says_so(page: OpenPage, half_rated: str) -> None:
    app = page(dataset=half_rated)
    click(app, "label_unknown")
    uncertain = app.session_state["triage"].rows
    assert "Asked for" not in texts(app)
    app.segmented_control(key="gold_order").set_value("slices").run()
    assert not app.exception, app.exception
    queue = app.session_state["triage"]
    assert sorted(queue.rows) == sorted(uncertain) and queue.rows.tolist() != uncertain.tolist()
    asked = list(queue.asked_for)
    assert queue.rows[: len(asked)].tolist() == asked
    known = slice_accuracy(queue.asked_for[queue.row], queue.asked_for[queue.row].codes[queue.row], now(app).correct)
    assert f"Asked for {known.by.replace('_', ' ')} **" in texts(app)
    before = known.n
    click(app, "gold_POSITIVE")
    assert app.session_state["triage"] is queue and queue.at == 1
    click(app, "triage_previous")
    assert f"on {before + 1} row" in texts(app)
