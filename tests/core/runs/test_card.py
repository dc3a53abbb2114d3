"""The card of a run: its figures are those of result.json."""

import json
import re
import shutil
from pathlib import Path

import pytest

from weakrec_core.evaluation.rivals import COMPARED
from weakrec_core.runs import result_tables
from weakrec_core.runs.card import render_card
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.scores import read_scores
from weakrec_core.runs.store import Run, open_run
from weakrec_core.workspace import Workspace


@pytest.fixture(scope="module")
def run(prepared_runs: Path) -> Run:
    return list_runs(Workspace(prepared_runs))[-1]


def cells(card: str, first: str) -> list[str]:
    """The cells after the first one of a table's row."""
    row = next(line for line in card.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in row.strip("|").split("|")][1:]


def test_every_figure_is_the_results(run: Run) -> None:
    card, result, scores = render_card(run), run.result, read_scores(run)
    assert result is not None and scores is not None
    for metric, (part, _) in COMPARED.items():
        value, rival, difference, verdict = cells(card, result_tables.title(metric))
        known = result["rivals"][metric]
        low, high = (result[part].get("intervals") or scores.rating_intervals)[metric]
        assert re.findall(r"-?[0-9.]+", value) == [f"{n:.4f}" for n in (result[part][metric], low, high)]
        assert rival == result_tables.baseline_title(known["rival"])
        assert difference.split()[0] == f"{known['difference']:.4f}" and verdict == known["verdict"]
    ease = cells(card, result_tables.baseline_title("ease"))
    expected = [(result["baselines"]["ease"][part] or {}).get(metric) for metric, (part, _) in COMPARED.items()]
    assert ease == ["–" if value is None else f"{value:.4f}" for value in expected]
    for name, weight in result["labels"]["weights"].items():
        assert cells(card, name.replace("_", r"\_"))[1] == f"{weight:.4f}"
    assert f"{result['labels']['train']['covered']:,} of them with a vote" in card
    assert f"{result['test']['n']:,} rated test rows" in card
    for rows, part in (("gold-labeled dev rows", "dev"), ("gold-labeled dev rows with a vote", "dev_with_a_vote")):
        measured = result["labels"][part]
        assert f"- {measured['n']:,} {rows}\n" in card
        line = next(line for line in card.splitlines() if line.startswith(f"On the {rows}:"))
        assert f"AUC {measured['auc']:.4f}" in line and f"Log loss {measured['log_loss']:.4f}" in line
    assert result["recovered"]["sentence"] in card
    for heading in ("Data", "Labeling functions", "Label model", "Training", "Test metrics", "Limits"):
        assert f"\n## {heading}\n" in card


def test_a_run_from_before_all_dev_rows_were_measured_says_what_its_figures_are_of(
    run: Run, workspace: Workspace
) -> None:
    shutil.copytree(run.path, workspace.runs / run.id)
    old = open_run(workspace, run.id)
    result = old.result or {}
    result["labels"]["dev"] = result["labels"].pop("dev_with_a_vote")
    old.write_result(result)
    card = render_card(old)
    assert f"- {result['labels']['dev']['n']:,} gold-labeled dev rows with a vote\n" in card
    assert "On the gold-labeled dev rows:" not in card


def test_names_are_text_and_nothing_else(run: Run, workspace: Workspace) -> None:
    shutil.copytree(run.path, workspace.runs / run.id)
    for name in ("config.json", "result.json"):
        path = workspace.runs / run.id / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"stars_in_review"', json.dumps("a | <b>\n# `c`")), encoding="utf-8")
    card = render_card(open_run(workspace, run.id))
    assert r"| a \| \<b\> \# \`c\` | keyword |" in card
    assert "<b>" not in card and "\n# `c`" not in card
