"""The notebook of a run: plain Python that comes to the run's figures."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import weakrec_core as wr
from weakrec_core import files
from weakrec_core.data.ingest.dialects import TableFormat
from weakrec_core.data.ingest.table import Columns, ItemFacts, TableConfig, ingest_table
from weakrec_core.data.splits import SplitConfig
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.notebook_file import render_notebook
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace


@pytest.fixture
def run(prepared_runs: Path, workspace: Workspace) -> Run:
    shutil.copytree(prepared_runs, workspace.root)
    return list_runs(workspace)[0]


def code_of(notebook: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_it_repeats_the_run(run: Run) -> None:
    names: dict[str, Any] = {}
    for source in code_of(json.loads(render_notebook(run))):
        exec(compile(source, "notebook", "exec"), names)
    repeated = names["run"]
    assert repeated.id != run.id and repeated.config.lf_set == run.config.lf_set
    assert repeated.config.train == run.config.train
    assert names["recorded"] == run.test
    assert repeated.test == pytest.approx(run.test, abs=1e-6)
    assert repeated.result["ranking"]["ndcg@10"] == pytest.approx(run.result["ranking"]["ndcg@10"], abs=1e-6)  # type: ignore[index]


def test_it_starts_from_the_raw_files_where_the_data_are_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint, root = run.config.fingerprint, run.workspace.root
    sources = code_of(json.loads(render_notebook(run)))
    shutil.rmtree(run.workspace.datasets)
    monkeypatch.chdir(root / "raw")
    names: dict[str, Any] = {}
    for source in sources[:3]:
        exec(compile(source, "notebook", "exec"), names)
    assert names["dataset"].fingerprint == fingerprint


def test_a_table_is_read_as_it_was(
    workspace: Workspace, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run records of its dataset is taken from that: here another one's, whose fingerprint is in its place."""
    rows = [f"u{u},b{b},{1 + (u * b) % 5}" for u in range(40) for b in range(12)]
    (tmp_path / "films.csv").write_text("who,film,stars\n" + "\n".join(rows) + "\n", encoding="utf-8")
    columns = {"user": "who", "item": "film", "rating": "stars"}
    films = wr.ingest_table(tmp_path / "films.csv", "films", **columns, noun="film", positive=3, dev_rows=60, seed=4)  # type: ignore[arg-type]
    config = run.config.model_copy(update={"dataset": "films", "fingerprint": films.fingerprint})
    files.write_json(run.path / "config.json", config.model_dump())
    sources = code_of(json.loads(render_notebook(run)))
    shutil.rmtree(workspace.datasets / "films")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for source in sources[:3]:
        exec(compile(source, "notebook", "exec"), names)
    assert names["dataset"].fingerprint == films.fingerprint
    assert names["dataset"].noun == films.noun


def test_a_table_is_read_in_its_own_format_and_with_its_second_file(
    workspace: Workspace, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written without a header and in an encoding that has to be told."""
    columns = Columns(user="c1", item="c2", rating="c3", title="Titel")
    rows = [f"Müller {u}\tb{b}\t{1 + (u * b) % 5}" for u in range(40) for b in range(12)]
    (tmp_path / "r.tsv").write_text("\n".join(rows) + "\n", encoding="cp850")
    (tmp_path / "items.csv").write_text("Nr,Titel\n" + "".join(f"b{b},Film {b}\n" for b in range(12)), encoding="utf-8")
    config = TableConfig(format=TableFormat(encoding="cp850", header=False))
    facts = ItemFacts(file=tmp_path / "items.csv", id="Nr")
    splits = SplitConfig(dev_rows=60)
    films = ingest_table(workspace, "films", tmp_path / "r.tsv", columns, config, splits, facts=facts)
    assert films.books["title"].iat[3] == "Film 3"
    of_films = run.config.model_copy(update={"dataset": "films", "fingerprint": films.fingerprint})
    files.write_json(run.path / "config.json", of_films.model_dump())
    sources = code_of(json.loads(render_notebook(run)))
    shutil.rmtree(workspace.datasets / "films")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for source in sources[:3]:
        exec(compile(source, "notebook", "exec"), names)
    assert names["dataset"].fingerprint == films.fingerprint


def test_it_is_a_notebook(run: Run) -> None:
    """The fields that nbformat 4.5 asks for."""
    notebook = json.loads(render_notebook(run))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in notebook["cells"]:
        code = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | code
    shutil.rmtree(run.workspace.datasets)
    assert len(code_of(json.loads(render_notebook(run)))) == len(code_of(notebook)) - 1  # how it was made is not known
