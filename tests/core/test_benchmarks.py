"""Benchmarks, each in small."""

import gzip
import json
import os
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from benchmarks import __main__ as command_line
from benchmarks import (
    against_text,
    app,
    common,
    edit_latency,
    end_model,
    error_analysis,
    everything,
    gold_budgets,
    growth,
    honesty,
    ingest,
    label_model,
    label_quality,
    lf_speed,
    recommend,
    signals,
    similar,
    training,
    ucsd_files,
    wrench,
)
from benchmarks.faults import run as faults
from benchmarks.faults import state as workspace_state
from benchmarks.faults import trials
from benchmarks.fuzz import run as fuzz
from weakrec_core.data.dataset import KEPT, SPLITS, Dataset, list_datasets
from weakrec_core.data.kept_columns import KeptColumn
from weakrec_core.data.saving import save_dataset
from weakrec_core.data.training_rows import gold_rows
from weakrec_core.error_analysis.buckets import BUCKETS
from weakrec_core.error_analysis.filters import RowFilter
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.files import PROJECT
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.network.blend import Blended
from weakrec_core.runs.store import Run
from weakrec_core.serving.reader import Reader
from weakrec_core.serving.recommend import recommend as recommend_books
from weakrec_core.serving.worker import load_model
from weakrec_core.stats.bootstrap import Draws
from weakrec_core.stats.verdicts import BETTER, SAME
from weakrec_core.workspace import Workspace

SHAPE = {"name", "work", "ours", "peer", "ratio", "unit", "runs", "machine"}


def test_the_shape_of_a_result() -> None:
    found = common.result("n", "w", 2.0, 6.0, "s", 5, more=[1])
    assert set(found) == SHAPE | {"more"}
    assert (found["name"], found["work"], found["unit"], found["runs"], found["more"]) == ("n", "w", "s", 5, [1])
    assert (found["ours"], found["peer"], found["ratio"]) == (2.0, 6.0, 3.0)  # above 1: ours is better
    assert common.result("n", "w", 0.8, 0.4, "AUC", 1, smaller_is_better=False)["ratio"] == 2.0
    assert f"{os.cpu_count()} cores" in found["machine"]
    json.dumps(found, allow_nan=False)


def test_both_are_run_in_turn_after_a_warm_up() -> None:
    calls: list[str] = []
    times = common.in_turn(lambda: calls.append("ours"), lambda: calls.append("peer"), 3)
    assert calls == ["ours", "peer"] * 4
    assert min(times) > 0


@pytest.mark.parametrize("before", ["/somewhere", None])
def test_a_temporary_workspace_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    monkeypatch.setenv("WEAKREC_HOME", before) if before else monkeypatch.delenv("WEAKREC_HOME")
    with pytest.raises(ZeroDivisionError), common.temporary_workspace() as workspace:
        assert os.environ["WEAKREC_HOME"] == str(workspace.root)
        assert workspace.root.is_dir()
        raise ZeroDivisionError
    assert os.environ.get("WEAKREC_HOME") == before
    assert not workspace.root.exists()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of processes, each of which takes seconds to import; `test_apart` starts one."""
    for module in (common, ingest, signals, growth):
        monkeypatch.setattr(module, "apart", lambda function, *arguments: common._measured(function, arguments))


def test_apart() -> None:
    value, seconds, peak = common.apart(sum, [1, 2])
    assert value == 3 and seconds >= 0 and peak > 10


@pytest.mark.usefixtures("in_this_process")
def test_label_model(
    demo: Dataset, demo_raw: dict[str, Path], monkeypatch: pytest.MonkeyPatch, session_workspace: Workspace
) -> None:
    monkeypatch.setattr(label_model, "ROWS", 3000)
    there = list_datasets(session_workspace)
    found = label_model.run(demo_raw["reviews"], runs=1, seeds=range(1))
    assert list_datasets(session_workspace) == there
    json.dumps(found, allow_nan=False)
    assert SHAPE | {"quality", "largest_difference"} <= set(found)
    assert found["largest_difference"]["mu"] < 1e-6
    assert found["largest_difference"]["probability"] < 1e-6
    assert found["ratio"] == pytest.approx(found["peer"] / found["ours"])
    assert set(found["quality"]) == {"tutorial", "recommended"}
    for quality in found["quality"].values():
        _check_quality(quality)


def _check_quality(quality: dict[str, Any]) -> None:
    assert quality["splits"] == 1
    assert quality["rows"] > 500
    models = {"constant", "snorkel_uniform", "snorkel", "majority", "calibrated", "recommended"}
    assert set(quality["mean"]) >= {f"covered {model}" for model in models}
    assert {name.split()[0] for name in quality["mean"]} == {"covered", "reviewed"}
    for metrics in quality["mean"].values():
        assert set(metrics) == {"accuracy", "auc", "log_loss", "brier"}
        assert 0 < metrics["accuracy"] < 1
    assert quality["mean"]["covered constant"]["auc"] == 0.5
    chosen = quality["recommended"]["chosen"]
    assert set(chosen) < {"snorkel", "majority", "calibrated"}
    (kind,) = chosen
    assert quality["mean"]["covered recommended"] == quality["mean"][f"covered {kind}"]
    best = max(quality["mean"][f"covered {model}"]["auc"] for model in ("snorkel", "majority", "calibrated"))
    within = quality["mean"]["covered recommended"]["auc"] >= best - 0.01
    assert quality["recommended"]["splits_within_0.01_auc_of_best"] == int(within)
    below = quality["mean"]["covered recommended"]["accuracy"] < quality["mean"]["covered constant"]["accuracy"]
    assert quality["recommended"]["splits_with_accuracy_below_constant"] == int(below)


class _InThisProcess:
    """In place of `Worker`, whose processes tests/core/serving has: each takes seconds to start."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._model: Blended | None = None

    def recommend(self, reader: Reader, k: int) -> object:
        self._model = self._model or load_model(self._run).for_many_answers
        return recommend_books(self._model, reader, k)

    def close(self) -> None:
        self._model = None


def test_recommend(monkeypatch: pytest.MonkeyPatch, session_workspace: Workspace) -> None:
    monkeypatch.setattr(recommend, "Worker", _InThisProcess)
    monkeypatch.setattr(recommend, "_memory", lambda worker: 1.0)
    there = list_datasets(session_workspace)
    found = recommend.run(1, training.Size(books=300, users=60))
    assert list_datasets(session_workspace) == there
    json.dumps(found, allow_nan=False)
    assert SHAPE | {"in_a_row", "network_alone", "first_answer"} <= set(found)
    assert 0 < found["ours"] < found["first_answer"]  # which loads the model


def test_training(monkeypatch: pytest.MonkeyPatch, session_workspace: Workspace) -> None:
    """In one process here; with data this small the figures say nothing."""
    monkeypatch.setattr(training, "_apart", training._measure)
    there = list_datasets(session_workspace)
    found = training.run(1, training.Size(books=300, users=60))
    assert list_datasets(session_workspace) == there
    json.dumps(found, allow_nan=False)
    assert SHAPE | {"memory_mb", "val_loss", "examples", "batch_size", "learning_rate", "val_loss_not_higher"} == set(
        found
    )
    assert found["ratio"] == pytest.approx(found["ours"] / found["peer"])
    assert 0 <= found["examples"]["peer"] - found["examples"]["ours"] < training.PEER_BATCH_SIZE + 1
    assert all(0.3 < loss < 1.5 for loss in found["val_loss"].values())
    assert found["val_loss_not_higher"] == (found["val_loss"]["ours"] <= found["val_loss"]["peer"])


def test_the_servers_work_of_an_edit(demo: Dataset) -> None:
    found = edit_latency._server_work(demo.workspace, edits=2)
    assert set(found) == {"tutorial", "recommended"}
    assert all(len(times) == 2 and min(times) > 0 for times in found.values())


def test_the_command_line_prints_json_or_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Any] = []

    def run(*arguments: Any) -> dict[str, Any]:
        asked.append(arguments)
        return {"name": "x", "quality": {"auc": 0.5}}

    monkeypatch.setattr(label_model, "run", run)
    monkeypatch.setattr(edit_latency, "run", run)
    reviews = tmp_path / "reviews.json.gz"
    arguments = ["label_model", "--reviews", str(reviews), "--runs", "2"]
    done = CliRunner().invoke(command_line.app, [*arguments, "--json"])
    assert json.loads(done.stdout) == {"name": "x", "quality": {"auc": 0.5}}
    plain = CliRunner().invoke(command_line.app, arguments)
    assert plain.stdout.startswith("name: x\nquality: {")
    assert CliRunner().invoke(command_line.app, ["edit_latency", "--edits", "3"]).exit_code == 0
    assert asked == [(reviews, 2), (reviews, 2), (3,)]


def test_error_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [RowFilter(), RowFilter(model="POSITIVE", gold="NEGATIVE"), RowFilter(kind="tie")]
    some += [RowFilter(lf="stars_in_review", outcome="could_help")]
    assert {f.to_query().get("kind") for f in error_analysis._filters(["a"])} == {None, *BUCKETS}
    monkeypatch.setattr(error_analysis, "_filters", lambda names: some)
    monkeypatch.setattr(error_analysis, "_TRAIN_ROWS", 1000)
    found = error_analysis.run(rows=600, runs=1)
    json.dumps(found, allow_nan=False)
    assert {"page_median_s", "page_slowest_bucket_s", "page_by_bucket_s"} <= set(found)
    assert {"all rows", "POSITIVE NEGATIVE", "tie", "stars_in_review could_help"} == set(found["page_by_bucket_s"])
    assert found["page_slowest_bucket_s"] >= found["page_median_s"] > 0


def test_end_model() -> None:
    found = end_model.run(users=150, seeds=1, epochs=1)
    json.dumps(found, allow_nan=False)
    assert {"preset", "network", "ease", "item_knn", "popularity"} == set(found["ndcg@10"])
    assert set(found["checks"]) == {"network >= item_knn", "preset >= ease", "auc above dev_only", "recovers 70 %"}
    assert found["ours"] == found["ndcg@10"]["preset"]["mean"]
    assert found["peak_memory_mb"] > 100


def test_gold_budgets(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(demo.workspace.root))
    found = gold_budgets.run("demo", budgets=(100,), seeds=1, epochs=1)
    json.dumps(found, allow_nan=False)
    assert [row["dev_rows"] for row in found["budgets"]] == [100, len(gold_rows(demo, "dev"))]
    for row in found["budgets"]:
        assert set(row) >= {"ours", "dev_only", "averages", "popularity", "constant"}
        assert row["constant"]["auc"] == 0.5
        low, high = row["auc_against"]["interval"]
        assert low <= high
    assert set(found["ceiling"]) >= {"ours", "averages"}


def test_honesty() -> None:
    found = honesty.run(sets=2, users=150, epochs=1)
    json.dumps(found, allow_nan=False)
    assert SHAPE | {"claims", "any", "differences", "rivals"} <= set(found)
    assert found["ours"] == 1 - found["any"]["share"]
    low, high = found["any"]["interval"]
    assert low <= found["any"]["share"] <= high
    low, _, high = found["differences"]["auc"]
    assert low < high  # the sets are different ones


def test_noise_has_the_votes_of_the_set_and_none_of_its_sense(demo_applier: Applier, tutorial: LFSet) -> None:
    applied, dealt = demo_applier.of(tutorial), honesty._Dealt(demo_applier, 0).of(tutorial)
    for split in ("train", "dev"):
        before, after = (pd.DataFrame(one.votes(split)) for one in (applied, dealt))
        pd.testing.assert_series_equal(*(votes.value_counts().sort_index() for votes in (before, after)))
        assert not before.equals(after)


def test_a_claim_is_what_results_shows_as_a_gain() -> None:
    same = {"rival": "dev_only", "value": 0.6, "difference": 0.01, "interval": [-0.1, 0.1], "verdict": SAME}
    better = same | {"interval": [0.005, 0.1], "verdict": BETTER}
    nothing = {
        "rivals": {"auc": same, "log_loss": same, "ndcg@10": same},
        "recovered": {"sentence": "Weak labels give no measurable gain over dev's gold alone."},
        "lists": None,
    }
    assert not any(honesty._claims(nothing).values())
    gains: dict[str, dict[str, Any]] = {
        "AUC": {"rivals": nothing["rivals"] | {"auc": better}},
        "gap recovered": {"recovered": {"sentence": "Weak labels recover 30 % of the gap."}},
        "lists": {"lists": {"verdict": BETTER}},
    }
    for claim, change in gains.items():
        assert [name for name, said in honesty._claims(nothing | change).items() if said] == [claim]


def test_wrench(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for split, n in (("train", 300), ("valid", 100), ("test", 100)):
        gold = rng.integers(0, 2, n)
        votes = np.where(
            rng.random((n, 4)) < 0.5, -1, np.where(rng.random((n, 4)) < 0.8, gold[:, None], 1 - gold[:, None])
        )
        rows = {str(i): {"label": int(gold[i]), "weak_labels": votes[i].tolist(), "data": {}} for i in range(n)}
        (tmp_path / f"{split}.json").write_text(json.dumps(rows), encoding="utf-8")
    found = wrench.run(tmp_path)
    json.dumps(found, allow_nan=False)
    assert found["models"]["auto"] == found["models"][found["chosen"]]
    assert found["models"]["auto"]["auc"] > 0.8 > 0.5 == found["models"]["constant"]["auc"]
    assert found["models"]["auto"]["log_loss"] < found["models"]["constant"]["log_loss"]
    difference, low, high = found["against"]["constant"]["auc"]
    assert difference == found["models"]["auto"]["auc"] - 0.5 and 0 < low < difference < high
    assert set(found["against"]) == set(found["models"]) - {"auto", found["chosen"]}
    assert found["votes_right"] == pytest.approx(dict.fromkeys(("train", "valid", "test"), 0.8), abs=0.07)
    (tmp_path / "test.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match=r"test\.json is not in WRENCH's format"):
        wrench.run(tmp_path)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(("name", "more"), [("apply", {"sample": 200}), ("edit", {}), ("analysis", {})])
def test_lf_speed(name: str, more: dict[str, int]) -> None:
    found = getattr(lf_speed, name)(rows=3_000, runs=1, **more)
    assert set(found) >= SHAPE and found["ratio"] > 0
    assert found.get("same_votes", True) and found.get("same_table", True)


def test_files_in_the_ucsd_format_are_made_once(tmp_path: Path) -> None:
    files = ucsd_files.ucsd_files(tmp_path, 2_000)
    before = {path: path.stat().st_mtime_ns for path in files.values()}
    assert ucsd_files.ucsd_files(tmp_path, 2_000) == files
    assert {path: path.stat().st_mtime_ns for path in files.values()} == before
    again = ucsd_files.ucsd_files(tmp_path / "other", 2_000)
    for kind, n in (("books", 200), ("interactions", 2_000), ("reviews", 200)):
        lines, same = (gzip.decompress(made[kind].read_bytes()).splitlines() for made in (files, again))
        assert len(lines) == n and lines == same
        assert {"book_id"} <= json.loads(lines[0]).keys()


@pytest.mark.usefixtures("in_this_process")
def test_ingest(tmp_path: Path) -> None:
    found = ingest.run(20_000, runs=1, folder=tmp_path)
    json.dumps(found, allow_nan=False)
    assert set(found) >= SHAPE | {"memory_mb", "times_zcat", "again_s"}
    assert found["again_s"] < found["ours"]
    assert found["times_zcat"] == pytest.approx(found["ours"] / found["peer"])
    with gzip.open(tmp_path / "raw" / "ucsd_books_20000.json.gz") as lines:
        ratings = [int(json.loads(line)["ratings_count"]) for line in lines]
    kept = ingest.tutorials_loop(ucsd_files.ucsd_files(tmp_path / "raw", 20_000))
    assert kept["books"] == sum(100 <= n <= 15_000 for n in ratings)
    assert 0 < kept["reviews"] < 2_000 and kept["reviews"] < kept["interactions"] < 20_000


@pytest.mark.usefixtures("in_this_process")
def test_signals(tmp_path: Path) -> None:
    found = signals.run(400, runs=1, folder=tmp_path)
    json.dumps(found, allow_nan=False)
    assert set(found) >= SHAPE | {"memory_mb", "times_cores", "again_ratio", "in_another_dataset_s"}
    assert found["again_s"] < found["ours"]


@pytest.mark.usefixtures("in_this_process")
def test_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "_PART", 1_500)
    found = growth.run(2_000, doublings=1, runs=1)
    assert list(found["sizes"]) == ["2,000", "4,000"]
    assert found["ratio"] == pytest.approx(2 * found["sizes"]["2,000"]["seconds"] / found["sizes"]["4,000"]["seconds"])


def test_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a browser measures, in a browser's place: the tests of the pages have one."""

    def visit(workspace: Workspace, browser: Any, starts: list[float], cold: Any, switches: list[float]) -> None:
        starts.append(2.5)
        switches += [0.2, 0.3, 0.4]
        for page, seconds in (("Data", 0.5), ("Label model", 1.2)):
            cold.setdefault(page, []).append(seconds)

    monkeypatch.setattr(app, "browsing", lambda path: nullcontext())
    monkeypatch.setattr(app, "executable", lambda: "a browser")
    monkeypatch.setattr(app, "_cold_and_warm", visit)
    monkeypatch.setattr(app, "in_browser", lambda workspace, edits, name: ([0.1], [0.12, 0.14], [0.05]))
    found = app.run(rows=1_000, runs=2, edits=2)
    assert {
        "cold_start_s": 2.5,
        "page_switch_s": 0.3,
        "slowest_page": "Label model",
        "ours": 0.12,
    }.items() <= found.items()
    assert everything.TARGETS["app"][1](found) and not everything.TARGETS["app"][1](found | {"cold_start_s": 3.1})
    json.dumps(found, allow_nan=False)


def test_everything_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(name: str, ratio: float, **more: Any) -> Any:
        return lambda *_, **__: common.result(name, "w", 1.0, ratio, "s", 5, **more)

    figures = {"share_of_the_loops_memory": 0.2, "memory_mb": {"ours": 900, "peer": 4000}}
    monkeypatch.setattr(ingest, "run", measured("ingest", 0.5, times_zcat=2.0, again_s=0.5, **figures))
    monkeypatch.setattr(lf_speed, "analysis", measured("lf_analysis", 49.0, same_table=True))
    arguments = ["--only", "ingest", "--only", "lf_analysis"]
    done = CliRunner().invoke(command_line.app, [*arguments, "--json"])
    results = json.loads(done.stdout)
    assert [(found["name"], found["met"]) for found in results] == [("ingest", True), ("lf_analysis", False)]
    rows = CliRunner().invoke(command_line.app, arguments).stdout.splitlines()
    assert "| `ingest` | 1 s | 0.5 s | 0.5 | 900 MB | 4,000 MB | at most 2.5 x zcat" in rows[2] and "| yes |" in rows[2]
    assert "| – | – | at least 50 x, same table | **no** |" in rows[3]
    page = everything.page(results)
    assert rows[2] in page and results[0]["machine"] in page and "again s 0.5" in page
    failed = CliRunner().invoke(command_line.app, ["--only", "nothing"])
    assert failed.exit_code == 2


def test_similar(demo: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "_PICKED", 2)
    monkeypatch.setattr(similar, "_DRAWS", 60)
    found = similar.run(demo.name, rows=500, seed=3)
    assert set(found) == SHAPE | {"quality", "scale"}
    json.dumps(found, allow_nan=False)
    quality = found["quality"]
    assert quality["auc"][:2] == [found["peer"], found["ours"]]
    assert len(quality["lfs"]) == 2 and quality["other_users"] == sum(
        demo.split(split)["user_idx"].nunique() for split in ("valid", "test")
    )
    for lf in quality["lfs"]:
        assert lf["correct"] <= lf["n"]
        assert lf["ratio_low"] is None or lf["ratio_low"] <= lf["ratio_high"]


def test_intervals_of_similar_draw_users() -> None:
    """One of two users is right throughout, the other half the time; a draw has one of them twice, or both."""
    users, gold = np.repeat([0, 1], 4), np.array([1, 1, 1, 1, 1, 1, 0, 0], np.int8)
    others = similar._Others(gold, Draws.make(users, 400))
    fires = np.array([1, 1, 0, 0, 1, 0, 1, 0], bool)
    found = others.ratio([fires], [1])
    assert (found["n"], found["correct"], found["ratio"]) == (4, 3, 1.0)
    assert (found["ratio_low"], found["ratio_high"]) == (1.0, 1.0)  # each user's votes are as right as its rows
    worse = others.ratio([np.array([1, 1, 0, 0, 0, 0, 1, 1], bool)], [1])
    assert worse["ratio"] == pytest.approx(2 / 4 / 0.75, abs=1e-4)
    assert (worse["ratio_low"], worse["ratio_high"]) == (0.0, 1.0)


def test_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "clock_moved", lambda *_: [])  # tests/core/jobs has clocks
    found = faults.run(tries=1, kinds=["save"])
    json.dumps(found, allow_nan=False)
    assert found["findings"] == []
    clean = dict.fromkeys(("lost", "half_visible", "blocked_next_try", "unclear", "left_behind"), 0)
    assert {key: found[key] for key in ("tries", "met", *clean)} == {"tries": 1, "met": 1} | clean
    assert found["by_kind"] == {"save": {"tries": 1, "met": 1} | clean}
    assert found["full_disk"].items() >= ({"tries": 1} | clean).items()
    assert set(found["by"]) == {"full_disk", "read_only"}
    assert (found["ours"], found["unit"]) == (0, "tries")


@pytest.mark.parametrize(("name", "cases"), [("lf_yaml", 20), ("workspace_files", 4), ("command_line", 5)])
def test_inputs_of_every_kind_come_to_a_result_or_one_sentence(
    name: str, cases: int, prepared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(tmp_path))  # and back again
    template = shutil.copytree(prepared_runs, tmp_path / "template", ignore=shutil.ignore_patterns("raw"))
    found = fuzz._surface(name, cases, 0, template)
    assert found["findings"] == [] and (found["cases"], found["at_fault"]) == (cases, 0)


def test_what_is_at_fault_is_found() -> None:
    def said(attempt: Callable[[Any], object]) -> str | None:
        return fuzz._problem(SimpleNamespace(attempt=attempt), 0, {"refused": 0})

    def refuse(sentence: str) -> None:
        raise WeakrecError(sentence)

    assert said(lambda case: None) is None and said(lambda _: refuse("No.")) is None
    assert "ZeroDivisionError in " in str(said(lambda case: 1 // case))
    assert "2 lines" in str(said(lambda _: "No.\nNo.")) and said(lambda _: refuse("No.\nNo.")) is None  # written out
    assert said(lambda _: refuse("x" * 9_000)) is None  # is shortened where it is told
    assert "sentence of 0 characters" in str(said(lambda _: refuse("")))
    parts = [
        {"cases": n, "refused": 1, "at_fault": 0, "slowest_s": n / 10, "memory_mb": 1.0, "findings": ["a"]}
        for n in (5, 2)
    ]
    assert fuzz._together(parts) == parts[0] | {"cases": 7, "refused": 2}
    assert fuzz._parts(12_000) == [5_000, 5_000, 2_000]


def test_what_differs_after_a_fault() -> None:
    before, after = {"a": "1", "b": "1"}, {"a": "2", "b": "1", "c": "1"}
    whole = [before, after, {"a": "2", "b": "1"}, before | {"c": "1"}, before | {"run 1": "not finished: lost"}]
    assert [workspace_state.differences(before, after, found) for found in whole] == [([], [])] * 5
    assert workspace_state.differences(before, after, {"a": "3", "c": "2"}) == (["a: 3", "b: None"], ["c: 2"])
    assert workspace_state.differences(before, before, before | {"c": "running"}) == ([], ["c: running"])


def test_against_text_on_the_same_gold(demo: Dataset) -> None:
    lf_set = read_lf_set(PROJECT / "lfs" / "tutorial.yaml")
    try:
        applier = label_quality.Users(demo).applier(0, 150, 0.7)
        each = [against_text._measured(applier.of(lf_set), 150, 0)]
    finally:
        shutil.rmtree(demo.workspace.datasets / "split")
    found = against_text._compared(each)
    assert (
        found["ours"]["auc"] > found["tfidf"]["auc"]
        and found["auc_difference"]["low"] <= found["auc_difference"]["mean"]
    )
    assert found["chosen"][0].keys() == {"suggestions", "similar", "text_model"}
    reviewed = applier.dataset.split("dev")["review_text"].notna().sum()
    assert 150 <= reviewed < 250


def test_label_quality_of_a_table_without_reviews_but_with_numbers_of_its_own(demo: Dataset) -> None:
    rows = pd.concat([demo.split(split).assign(split=split) for split in SPLITS], ignore_index=True)
    rows.loc[rows["split"] == "train", "gold"] = demo.train_gold()
    rows["review_text"] = pd.Series([None] * len(rows), dtype="str")
    rows[f"{KEPT}price"] = np.where(rows["gold"] == 1, 1.0, 2.0) + np.arange(len(rows)) % 2
    ids = demo.user_ids.to_numpy(object)
    meta = {"kept": {"price": KeptColumn(kind="signal", known=len(rows)).model_dump()}}
    made = save_dataset(demo.workspace, "priced", rows, demo.books, demo.histories, ids, meta)
    try:
        applied = label_quality.Users(made).applier(0).of(read_lf_set(PROJECT / "lfs" / "tutorial.yaml"))
        records, promises = label_quality._split(applied)
        suggested = label_quality.suggest(applied, 50)
    finally:
        shutil.rmtree(made.path.parent)
        shutil.rmtree(demo.workspace.datasets / "split")
    assert [record["labels"] for record in records] == ["tutorial", "suggest 5", "suggest 20", "suggest 50"]
    assert records[1]["auc"] > records[0]["auc"] + 0.05
    assert "price" in {one.signal for one in suggested}
    assert len(promises) == 4
    assert promises[0]["promised"] < 0 and promises[0]["measured"] < 0
    kept = label_quality._kept(pd.DataFrame(promises[:1]))
    assert kept["within"] == (promises[0]["promised_low"] <= promises[0]["measured"] <= promises[0]["promised_high"])
