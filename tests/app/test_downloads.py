"""What the pages hand over as files, as the browser gets it."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.app.conftest import open_popover
from tests.toys import ShortReviewLF
from weakrec_core import access
from weakrec_core.access import Person, Role
from weakrec_core.data.dataset import open_dataset
from weakrec_core.labeling.kinds import LF_KINDS
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

OpenPage = Callable[..., AppTest]


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The download buttons that a page draws, by key: the name of the file and what makes it."""
    found: dict[str, Any] = {}
    draw = st.download_button

    def drawn(label: str, data: Any, file_name: str, *rest: Any, key: str, **options: Any) -> bool:
        found[key] = (file_name, data)
        return bool(draw(label, data, file_name, *rest, key=key, **options))

    monkeypatch.setattr(st, "download_button", drawn)
    return found


def made(files: dict[str, Any], key: str) -> tuple[str, bytes]:
    name, make = files[key]
    content = make()
    return name, content.encode() if isinstance(content, str) else content


def test_the_lf_set_and_its_votes(open_page: OpenPage, files: dict[str, Any]) -> None:
    app = open_popover(open_page("pages/labeling_functions/page.py"), "icon_export")
    lf_set = app.session_state["draft"].lf_set
    name, content = made(files, "export_yaml")
    assert (name, LFSet.from_yaml(content.decode())) == ("tutorial.yaml", lf_set)
    name, content = made(files, "export_python")
    compile(content, name, "exec")
    assert name == "tutorial_lfs.py" and b"def polarity_positive(x)" in content
    votes = pd.read_parquet(io.BytesIO(made(files, "export_votes")[1]))
    dev = open_dataset(app.session_state["workbench"].workspace, "demo").n_rows("dev")
    assert list(votes)[2:] == lf_set.names and len(votes) == dev
    patterns = pd.read_csv(io.BytesIO(made(files, "export_patterns")[1]))
    assert patterns["count"].sum() == dev
    analysis = pd.read_csv(io.BytesIO(made(files, "export_analysis")[1]))
    assert analysis["name"].tolist() == lf_set.names


def test_a_set_that_has_no_form_in_python_says_so(
    open_page: OpenPage, files: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LF_KINDS, "short_review", ShortReviewLF)
    app = open_page("pages/labeling_functions/page.py")
    toy = {"kind": "short_review", "name": "short", "most": 60, "label": "NEGATIVE"}
    draft = app.session_state["draft"]
    app.session_state["draft"] = draft.edit(LFSet.model_validate({"name": draft.lf_set.name, "lfs": [toy]}))
    files.clear()
    open_popover(app, "icon_export")
    assert "export_yaml" in files and "export_python" not in files
    assert any("kind short_review cannot be exported as Python" in c.value for c in app.caption)


def test_the_labels(open_page: OpenPage, files: dict[str, Any]) -> None:
    app = open_page("pages/label_model/page.py")
    name, content = made(files, "labels_csv")
    labels = pd.read_csv(io.BytesIO(content))
    assert name == "demo-tutorial-labels.csv" and list(labels) == ["user_id", "book_id", "p_positive", "covered"]
    assert len(pd.read_parquet(io.BytesIO(made(files, "labels_parquet")[1]))) == len(labels)
    everything = pd.read_parquet(io.BytesIO(made(files, "labels_training")[1]))
    assert (everything["split"] == "train").sum() == labels["covered"].sum()
    app.slider(key="min_confidence").set_value(0.8).run()
    sure = pd.read_parquet(io.BytesIO(made(files, "labels_training")[1])).query("split == 'train'")
    assert 0 < len(sure) < labels["covered"].sum()
    assert sure["p_positive"].sub(0.5).abs().ge(0.3 - 1e-9).all()


@pytest.fixture
def run(demo_workspace: Workspace, prepared_runs: Path) -> Iterator[Run]:
    shutil.copytree(prepared_runs / "runs", demo_workspace.root / "runs", dirs_exist_ok=True)
    yield list_runs(demo_workspace)[0]
    for kept in ("runs", "looks"):
        shutil.rmtree(demo_workspace.root / kept)


def test_a_run(open_page: OpenPage, files: dict[str, Any], run: Run) -> None:
    open_page("pages/results/page.py", run=run.id)
    name, content = made(files, "download_run")
    assert name == f"run-{run.id}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert json.loads(archive.read(f"{run.id}/result.json")) == run.result
    assert made(files, "download_card")[1].startswith(f"# Run {run.id}\n".encode())
    assert json.loads(made(files, "download_notebook")[1])["nbformat"] == 4


def test_a_file_is_made_for_who_asked(files: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit makes it in a thread of no tab."""

    def page() -> None:
        from pages.shared.downloads import download
        from weakrec_core.access import at_work

        download("Who", lambda: at_work().name, "who.md", "who")

    monkeypatch.setattr(access, "_identify", [lambda: Person(Role.EDITOR, "ada@example.org")])
    AppTest.from_function(page).run()
    monkeypatch.setattr(access, "_identify", [lambda: None])
    assert made(files, "who") == ("who.md", b"ada@example.org")


def test_a_table_in_its_place_is_no_formula(files: dict[str, Any]) -> None:
    def page() -> None:
        import pandas as pd

        from pages.shared.grid.table import draw_table

        titles = ["=HYPERLINK(1)", "@SUM(1)", "-1", "plain"]
        draw_table(pd.DataFrame({"Title": titles, "+n": [1, -2, 3, 4]}), alt="Titles of a split: some", hide_index=True)

    app = AppTest.from_function(page).run()
    assert not app.exception and app.dataframe[0].value["Title"][0] == "=HYPERLINK(1)"
    name, content = made(files, "icon_csv_titles-of-a-split")
    assert name == "titles-of-a-split.csv"
    assert content.decode().splitlines() == ["Title,'+n", "'=HYPERLINK(1),1", "'@SUM(1),-2", "-1,3", "plain,4"]


def test_every_table_is_drawn_with_its_own_download() -> None:
    pages = Path(__file__).parents[2] / "pages"
    drawn = {path.name for path in pages.rglob("*.py") if re.search(r"\.(dataframe|table)\(", path.read_text())}
    assert drawn == {"table.py"} and st.get_option("client.disableDataExport")
