"""On a dataset of films no page says book."""

import re
from typing import Any

import pytest

from tests.app.conftest import PROJECT, opened
from tests.recommending import RESULT, finished_run
from weakrec_core.data.ingest.table import Columns, TableConfig, ingest_table
from weakrec_core.data.noun import Noun
from weakrec_core.data.splits import SplitConfig
from weakrec_core.labeling.lf_set import read_lf_set
from weakrec_core.workspace import Workspace

PAGES = sorted(path.relative_to(PROJECT).as_posix() for path in (PROJECT / "pages").glob("*/page.py"))
PAGES.remove("pages/help/page.py")  # which explains words, with the tutorial's books for an example


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a table of 60 viewers and 30 films, and a run on it."""
    home = tmp_path_factory.mktemp("films")
    lines = [
        f"v{v},f{f},{1 + (v * f + f) % 5},{'loved it' if (v + f) % 3 else 'awful'},Film {f},Director {f % 7}"
        for v in range(60)
        for f in range(v % 3, 30, 3)
    ]
    path = home / "films.csv"
    path.write_text("\n".join(["viewer,film,stars,words,title,by", *lines]) + "\n", encoding="utf-8")
    columns = Columns(user="viewer", item="film", rating="stars", text="words", title="title", creator="by")
    splits = SplitConfig(dev_rows=100)
    dataset = ingest_table(Workspace(home), "films", path, columns, TableConfig(), splits, noun=Noun.parse("film"))
    finished_run(dataset, read_lf_set(PROJECT / "lfs" / "tutorial.yaml")).write_result(RESULT)
    return dataset.workspace


def said(block: Any) -> list[str]:
    """All that a page says: texts, labels, help, placeholders, the cells of its tables."""
    words = []
    for element in block:
        parts = [getattr(element, part, None) for part in ("value", "label", "help", "placeholder")]
        parts += [element.proto.body] if element.type == "html" else []
        words += [
            re.sub(r"<style>.*?</style>|<[^>]*>", " ", part, flags=re.S) for part in parts if isinstance(part, str)
        ]
    for table in block.dataframe:
        words += [*map(str, table.value.columns), *map(str, table.value.to_numpy().ravel())]
    return words


@pytest.mark.parametrize("page", PAGES)
def test_no_page_says_book(page: str, films: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(films.root))
    monkeypatch.chdir(PROJECT)
    app = opened("workbench.py" if "overview" in page else page)
    assert not app.error
    words = said(app.main)
    for other in (e for e in app.expander if "Goodreads" in e.label):  # the form for files of that site
        words = [word for word in words if word not in [other.label, *said(other)]]
    assert len("".join(words)) > 100
    assert [w for w in words if re.search(r"\bbooks?\b|Goodreads", w, re.IGNORECASE)] == []
