"""The HTML report: self-contained, escaped, with the charts' specs in it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import RunError
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs import test_looks
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.report import render_report
from weakrec_core.runs.store import Run, new_run
from weakrec_core.workspace import Workspace

NASTY = "</script><b>bold"


@pytest.fixture(scope="module")
def run(prepared_runs: Path, tutorial: LFSet, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run with a name and notes, whose first LF has another name."""
    workspace = Workspace(shutil.copytree(prepared_runs, tmp_path_factory.mktemp("report"), dirs_exist_ok=True))
    made = list_runs(workspace)[-1]
    assert made.config.lf_set["name"] == tutorial.name
    for name in ("config.json", "result.json"):
        text = (made.path / name).read_text(encoding="utf-8")
        assert json.dumps(tutorial.names[0]) in text
        (made.path / name).write_text(text.replace(json.dumps(tutorial.names[0]), json.dumps(NASTY)), encoding="utf-8")
    made.describe(name=NASTY, notes=f"{NASTY}\nsecond line")
    return made


def test_no_host_is_asked_for_anything(run: Run) -> None:
    page = render_report(run)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?!data:)[a-z]*:?//""", page.split("<script")[0])
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(", page.split("<script")[0])


def test_names_are_escaped_everywhere(run: Run) -> None:
    page = render_report(run)
    assert NASTY not in page
    assert "&lt;/script&gt;&lt;b&gt;bold" in page
    assert page.count(f"un &lt;/script&gt;&lt;b&gt;bold ({run.id})") == 2  # above the report and on the first slide
    assert "&lt;/script&gt;&lt;b&gt;bold\nsecond line" in page
    assert page.count("<script") == page.count("</script>")


def test_figures_and_charts_are_there(run: Run) -> None:
    result, page = run.result, render_report(run)
    assert result is not None
    assert f"{result['test']['auc']:.3f}" in page and f"{result['ranking']['ndcg@10']:.3f}" in page
    for words in ("EASE", "Item-kNN", "Network, dev gold only", "polarity_positive", "Glossary"):
        assert words in page, words
    assert page.count('"datasets"') >= 4
    assert result["recovered"]["sentence"][:40] in page
    assert "Epoch 1 has the least loss on valid and is the one kept; no more than one was asked for." in page


def test_a_rival_that_is_better_is_said_on_top(run: Run) -> None:
    result = run.result
    assert result is not None
    worse = {"rival": "popularity", "value": 0.5, "difference": -0.2, "interval": [-0.3, -0.1], "verdict": "worse"}
    run.write_result(result | {"rivals": result["rivals"] | {"ndcg@10": worse}})
    try:
        page = render_report(run)
    finally:
        run.write_result(result)
    said = "Popularity is better for lists: test NDCG@10 -0.200, 95 % interval -0.300 to -0.100."
    assert said in page.split('<div class="tiles">')[0]


def test_the_command_writes_a_file_and_counts_as_a_look(
    run: Run, cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(run.workspace.root))
    done = cli("report", run.id, "--out", tmp_path / "report.html")
    assert done.status == 0 and (tmp_path / "report.html").stat().st_size > 100_000
    assert test_looks.seen(run)
    assert cli("report", run.id, "--out", tmp_path / "no" / "\0").status != 0


def test_a_run_without_a_result_has_no_report(demo: Dataset, tutorial: LFSet) -> None:
    with pytest.raises(RunError, match="has no result"):
        render_report(new_run(demo, tutorial, "v1", preset="tutorial"))


def test_a_result_from_before_ranking_was_measured(run: Run) -> None:
    result = run.result
    assert result is not None
    old = {k: v for k, v in result.items() if k in ("run", "test", "tutorial_protocol", "labels", "training")}
    baselines = {k: result["baselines"][k] for k in ("constant", "popularity")}
    (run.path / "result.json").write_text(json.dumps(old | {"baselines": baselines}))
    try:
        page = render_report(run)
    finally:
        run.write_result(result)
    assert "NDCG@10" not in page.split("Glossary")[0]
