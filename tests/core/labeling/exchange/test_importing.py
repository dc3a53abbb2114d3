"""`import` takes in LF sets, keywords, Snorkel functions and votes, and overwrites nothing."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import PROJECT, Done
from weakrec_core.data.attached import attached_columns
from weakrec_core.labeling.kinds import KeywordLF
from weakrec_core.labeling.kinds.python import MODULES_VARIABLE
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.versions import version_numbers
from weakrec_core.workspace import Workspace

Cli = Callable[..., Done]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def refused(done: Done) -> str:
    assert done.status == 2 and done.out == "" and done.err.count("\n") == 1
    return done.err


def test_an_lf_set_becomes_the_next_version(cli: Cli, tutorial: LFSet, workspace: Workspace, tmp_path: Path) -> None:
    mine = tutorial.model_copy(update={"name": "mine"})
    path = written(tmp_path / "x.yaml", mine.to_yaml())
    saved = Path(cli("import", path).out.strip())
    assert read_lf_set(saved) == mine and saved == workspace.lf_sets / "mine" / "v0001.yaml"
    assert cli("import", path).out.strip() == str(saved)  # the same again is no new version
    fewer = mine.model_copy(update={"lfs": mine.lfs[:3]})
    again = cli("import", written(path, fewer.to_yaml()), "--json").json
    assert again["file"].endswith("mine/v0002.yaml") and again["lfs"] == fewer.names
    assert version_numbers(workspace, "mine") == [1, 2] and read_lf_set(saved) == mine
    assert cli("import", path, "--name", "yours").out.strip().endswith("yours/v0001.yaml")
    assert cli("import", PROJECT / "lfs" / "tutorial.yaml").out.strip() == str(PROJECT / "lfs" / "tutorial.yaml")


def test_keywords_from_a_text_file(cli: Cli, tmp_path: Path) -> None:
    path, out = written(tmp_path / "praise.txt", "\ufeffloved it\n\n  great \ngreat\n"), tmp_path / "set.yaml"
    assert cli("import", path, "--label", "POSITIVE", "--out", out).out.strip() == str(out)
    (lf,) = read_lf_set(out).lfs
    assert isinstance(lf, KeywordLF) and (lf.name, lf.match) == ("praise", "word")
    assert [(g.label, g.keywords) for g in lf.groups] == [("POSITIVE", ("loved it", "great"))]
    assert "say what they vote for with --label" in refused(cli("import", path))
    assert "'maybe' is neither" in refused(cli("import", path, "--label", "maybe"))


def test_keywords_from_a_csv_are_added_to_a_set(cli: Cli, tutorial: LFSet, tmp_path: Path) -> None:
    text = 'keyword,label,note\nmeh,0,\n"well, great",positive,x\n\'=),POSITIVE,\nnan,NEGATIVE,\n'
    path, out = written(tmp_path / "words.csv", text), tmp_path / "set.yaml"
    base = ("--lfs", PROJECT / "lfs" / "tutorial.yaml")
    assert cli("import", path, *base, "--name", "more", "--out", out).status == 0
    made = read_lf_set(out)
    assert made.name == "more" and made.lfs[:-1] == tutorial.lfs
    lf = made.lfs[-1]
    assert isinstance(lf, KeywordLF)
    assert [(g.label, g.keywords) for g in lf.groups] == [
        ("NEGATIVE", ("meh", "nan")),
        ("POSITIVE", ("well, great", "=)")),
    ]
    assert "has an LF 'words' already" in refused(cli("import", path, "--lfs", out))
    assert "has 0 keywords" in refused(cli("import", written(path, "keyword,label\n")))
    assert "no column label" in refused(cli("import", written(path, "keyword\na\n")))
    assert "neither a list of keywords" in refused(cli("import", written(path, "word\na\n")))


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    source = """
from snorkel.labeling import LabelingFunction, labeling_function


@labeling_function(name="by length")
def by_length(x):
    return 1 if len(str(x.review_text)) > 500 else -1


made = [LabelingFunction(name=f"made_{word}", f=lambda x: -1) for word in ("a", "b")]
made_a, made_b = made


def plain(x):
    return -1
"""
    path = written(tmp_path / "lfs_to_import.py", source)
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    sys.modules.pop(path.stem, None)


def test_functions_of_a_module_that_the_operator_has_named(
    cli: Cli, module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "set.yaml"
    assert "Module 'lfs_to_import' is not allowed" in refused(cli("import", module, "--out", out))
    assert module.stem not in sys.modules and not out.exists()
    monkeypatch.setenv(MODULES_VARIABLE, module.stem)
    assert cli("import", module, "--out", out).status == 0
    made = read_lf_set(out)
    assert [(lf.name, lf.target) for lf in made.lfs] == [  # type: ignore[attr-defined]
        ("by length", "lfs_to_import:by_length"),
        ("made_a", "lfs_to_import:made_a"),
        ("made_b", "lfs_to_import:made_b"),
    ]
    twice = module.read_text().replace('"made_{word}"', '"made"')
    assert "LF 'made': the name is used more than once" in refused(cli("import", written(module, twice), "--out", out))
    (tmp_path / "elsewhere").mkdir()
    other = written(tmp_path / "elsewhere" / module.name, "")
    assert "is not found at" in refused(cli("import", other, "--out", out))


def test_votes_are_attached(cli: Cli, make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset(["a", "b"])
    path = tmp_path / "votes.csv"
    pd.DataFrame({"user_id": ["dev0"], "book_id": ["b0"], "llm": [1]}).to_csv(path, index=False)
    assert "name the dataset that they are attached to" in refused(cli("import", path))
    assert cli("import", path, "--dataset", "tiny", "--json").json == {"dataset": "tiny", "votes": {"llm": 1}}
    assert attached_columns(dataset) == ["llm"]
    assert cli("import", path, "--dataset", "tiny").status == 0
    pd.DataFrame({"user_id": ["dev0"], "book_id": ["b0"], "llm": [0]}).to_csv(path, index=False)
    assert "has a column 'llm' already" in refused(cli("import", path, "--dataset", "tiny"))


def test_what_cannot_be_imported_is_told(cli: Cli, tmp_path: Path) -> None:
    assert "is not a file" in refused(cli("import", tmp_path))
    spaced = written(tmp_path / "my words.txt", "a")
    assert "LF set name 'my words' is not usable" in refused(cli("import", spaced, "--label", "POSITIVE"))
    assert "cannot be imported" in refused(cli("import", written(tmp_path / "x.docx", "a")))
    assert "is not UTF-8 text" in refused(cli("import", _bytes(tmp_path / "x.txt"), "--label", "POSITIVE"))
    assert "x.csv is empty" in refused(cli("import", written(tmp_path / "x.csv", "")))
    assert "cannot be read as CSV" in refused(cli("import", written(tmp_path / "x.csv", "\n")))
    assert "leave --lfs out" in refused(
        cli("import", PROJECT / "lfs" / "tutorial.yaml", "--lfs", PROJECT / "lfs" / "recommended.yaml")
    )


def _bytes(path: Path) -> Path:
    path.write_bytes(b"\xff\xfe\x00")
    return path
