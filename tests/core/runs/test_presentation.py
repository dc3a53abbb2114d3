"""A run's slides: its own figures, what is left out where it is not known, and the HTML they are drawn as."""

import shutil
from pathlib import Path

import pytest

from weakrec_core import files
from weakrec_core.errors import DataError
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.presentation.drawn import slide_html
from weakrec_core.runs.presentation.slide import LISTS_FILE, ReaderLists, Slide, Table
from weakrec_core.runs.presentation.slides import slides
from weakrec_core.runs.store import Run
from weakrec_core.runs.worth import WORTH_FILE
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.reader_lists import known_lists, middle_reader, reader_lists
from weakrec_core.serving.recommend import Recommendation
from weakrec_core.workspace import Workspace

WORTH = {
    "worth": {"sentence": "These LFs are worth about 900 gold labels."},
    "curve": [
        {"dev_rows": n}
        | {kind: {"auc": 0.6, "log_loss": 0.6, "interval": [0.5, 0.7]} for kind in ("dev_only", "with_labels")}
        for n in (50, 100)
    ],
}


@pytest.fixture(scope="module")
def run(prepared_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    workspace = Workspace(shutil.copytree(prepared_runs, tmp_path_factory.mktemp("slides"), dirs_exist_ok=True))
    return list_runs(workspace)[0]


@pytest.fixture(scope="module")
def lists(run: Run) -> ReaderLists:
    """What the run's directory holds."""
    found = known_lists(run)
    assert found is not None
    return found


def named(shown: list[Slide]) -> dict[str, Slide]:
    return {slide.name: slide for slide in shown}


def cells(table: Table | None) -> list[str]:
    assert table is not None
    return [cell for row in table.rows for cell in row]


def test_figures_are_the_runs_own(run: Run, lists: ReaderLists) -> None:
    shown, result = named(slides(run, lists)), run.result
    assert result is not None
    assert list(shown) == ["problem", "data", "lfs", "labels", "test", "reader", "limits"]
    assert [tile.value for tile in shown["test"].tiles] == [
        f"{result['ranking']['ndcg@10']:.3f}",
        f"{result['test']['auc']:.3f}",
        f"{result['test']['log_loss']:.3f}",
    ]
    assert f"{result['labels']['dev']['auc']:.3f}" in cells(shown["labels"].table)
    assert f"{run.open_dataset().n_rows('test'):,}" in cells(shown["data"].table)
    assert "POSITIVE where stated stars ≥ 3.8" in cells(shown["lfs"].table)
    assert len(shown["test"].charts) == 2
    assert any("looked at" in point for point in shown["limits"].points)


def test_a_rival_that_is_better_is_said_above_the_figures(run: Run) -> None:
    result = run.result
    assert result is not None
    worse = {"rival": "popularity", "value": 0.5, "difference": -0.2, "interval": [-0.3, -0.1], "verdict": "worse"}
    run.write_result(result | {"rivals": result["rivals"] | {"ndcg@10": worse}})
    try:
        test = named(slides(run))["test"]
    finally:
        run.write_result(result)
    assert test.warnings[0].startswith("Popularity is better for lists")
    assert test.tiles[0].verdict == "worse"
    assert test.warnings[0] in slide_html(test)


def test_worth_has_a_slide_once_it_is_measured(run: Run) -> None:
    files.write_json(run.path / WORTH_FILE, WORTH)
    try:
        worth = named(slides(run))["worth"]
    finally:
        (run.path / WORTH_FILE).unlink()
    assert worth.lead == "These LFs are worth about 900 gold labels."
    assert "<svg" in slide_html(worth)
    assert '<img src="data:image/svg+xml' in slide_html(worth, dark=True) and "<svg" not in slide_html(worth, dark=True)


def test_a_run_whose_dataset_is_gone_is_presented_without_it(run: Run) -> None:
    hidden = run.workspace.datasets.rename(run.workspace.root / "elsewhere")
    try:
        shown = named(slides(run, known_lists(run)))
    finally:
        hidden.rename(run.workspace.datasets)
    assert list(shown) == ["problem", "lfs", "labels", "test", "reader", "limits"]
    assert "changed" in shown["lfs"].note


def test_a_readers_lists(run: Run, lists: ReaderLists) -> None:
    dataset = run.open_dataset()
    assert lists.reader == middle_reader(dataset) in set(dataset.user_ids)
    user = int((dataset.user_ids == lists.reader).to_numpy().argmax())
    assert lists.n_read == len(dataset.histories.of(user))
    assert len(lists.popular) == len(lists.recommended) == 7
    assert any(second.startswith("because of") for _, second in lists.recommended)
    with pytest.raises(DataError, match="no user 'nobody'"):
        reader_lists(run, "nobody")


def test_lists_are_made_once(run: Run, lists: ReaderLists) -> None:
    asked: list[Reader] = []

    def ask(reader: Reader, k: int) -> list[Recommendation]:
        asked.append(reader)
        return []

    kept = run.path / LISTS_FILE
    whole = kept.read_bytes()
    try:
        assert known_lists(run, ask=ask) == lists and not asked
        kept.write_text("[")
        made = known_lists(run, ask=ask)
        assert made is not None and made.reader == lists.reader and made == known_lists(run, ask=ask)
        assert len(asked) == 1
    finally:
        kept.write_bytes(whole)


def test_texts_are_escaped() -> None:
    nasty = "</section><script>"
    drawn = slide_html(Slide("lfs", nasty, nasty, table=Table([nasty], [[nasty]]), points=[nasty], note=nasty))
    assert nasty not in drawn and drawn.count("&lt;/section&gt;&lt;script&gt;") == 6


def test_what_lfs_do_in_words(tutorial: LFSet) -> None:
    recommended = read_lf_set(Path(__file__).parents[3] / "lfs" / "recommended.yaml")
    words = {lf.name: lf.in_words for lf in (*tutorial.lfs, *recommended.lfs)}
    assert words["polarity_positive"] == "POSITIVE where polarity > 0.3"
    assert words["stars_middle"] == "NEGATIVE where stated stars 3.2 to 3.79"
    assert words["stars_in_review"].startswith("NEGATIVE where the review has “one star”, “1 star”")
    assert " more; POSITIVE where" in words["stars_in_review"]
