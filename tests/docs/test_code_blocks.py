"""Every command and code block of README and docs is run as it stands there, in order, on a small demo with two runs."""

import csv
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
import yaml
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from docs.generate import pages
from tests.conftest import PROJECT
from weakrec_core.__main__ import app
from weakrec_core.access import Role, role_of
from weakrec_core.data.dataset import open_dataset
from weakrec_core.labeling.lf_set import parse_lf_set
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.share import links
from weakrec_core.workspace import Workspace

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]

# Commands that are not run, by how they begin, and why; those of weakrec have their options checked all the same.
NOT_RUN = {
    "make ": "installs and runs all of this; CI starts `make test`",
    "python -m venv": "makes an environment",
    ". .venv/bin/activate": "changes the shell that it is typed into",
    "pip install": "needs a network and gigabytes",
    "podman ": "needs a container engine",
    "python my_lfs.py": "tests/core/labeling/exchange runs exported modules",
    "python -m benchmarks": "tests/core/test_benchmarks.py runs each, in small",
    "weakrec open": "serves until it is ended; the browser tests start it",
    "ollama ": "is a program of its own",
    "llama-server ": "is a program of its own",
    "TF_CONFIG=": "needs two machines; tests/core/network/test_workers.py has two processes",
    "WEAKREC_LLM_URL=": "needs a language model; tests/core/language_model speaks to a server of its own",
    "WEAKREC_URLS=": "needs a bucket; tests/core/data/ingest/test_table_parts.py reads URLs of this machine",
    "weakrec ask": "needs a language model; tests/core/language_model speaks to a server of its own",
    "weakrec draft": "needs a language model; tests/core/suggestions/drafting speaks to a server of its own",
    "weakrec worth": "fits the models many times over; tests/core/runs/test_worth.py runs it",
    "weakrec train --dataset my_ratings": "docs/command-line.md trains on the demo",
    "weakrec train --dataset demo --lfs my_lfs.yaml": "docs/command-line.md trains with the tutorial's set",
    "weakrec train --dataset demo --lfs recommended": "docs/command-line.md trains with the tutorial's set",
}
# What is added to keep it quick: the demo as `prepared_runs` has it, to the byte, and a short training.
SMALLER = {"demo": ["--users", "300", "--dev-rows", "800"], "train": ["--epochs", "1", "--text-model", "off"]}


class Reader:
    """Somebody who follows a page, in a directory with files of their own; a command that was run before is not repeated."""

    def __init__(self, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, workspace: Workspace, done: set[str]):
        self._cli, self._patch, self._workspace, self._done = cli, monkeypatch, workspace, done
        self._python = PythonEvaluator()

    @property
    def _stands_for(self) -> dict[str, str]:
        """What a reader puts in place of the words in capitals."""
        runs = list_runs(self._workspace)
        dataset = open_dataset(self._workspace, "demo")
        books = dataset.books["book_id"]
        ids = {"RUN": runs[0].id, "OTHER_RUN": runs[1].id, "BOOK,BOOK": f"{books[0]},{books[1]}"}
        if shared := links(self._workspace):
            ids["LINK"] = shared[0].id
        return ids | {"USER": str(dataset.split("test")["user_id"].iloc[0])}

    def bash(self, example: Example) -> None:
        for line in commands(example.parsed):
            name, _, value = line.removeprefix("export ").partition("=")
            if line.startswith("export "):
                self._patch.setenv(name, *shlex.split(value))
                continue
            words = [self._stands_for.get(word, word) for word in shlex.split(line)]
            if any(line.startswith(start) for start in NOT_RUN):
                if words[0] == "weakrec":
                    check_options(words[1:])
                continue
            assert words[0] == "weakrec", f"{line}: run it here, or say in NOT_RUN why not."
            if " ".join(words) not in self._done:
                ended = self._cli(*words[1:], *SMALLER.get(words[1], []))
                assert ended.status == 0, (line, ended.err)
                self._done.add(" ".join(words))

    def python(self, example: Example) -> None:
        self._python(example)

    def yaml(self, example: Example) -> None:
        """An LF set or an LF; both say by themselves what is wrong with them."""
        values = yaml.safe_load(example.parsed)
        parse_lf_set(example.parsed, example.path) if "lfs" in values else parse_lf(values)

    def csv(self, example: Example) -> None:
        """The beginning of one of the reader's files."""
        shown = next(csv.reader([example.parsed.splitlines()[0]]))
        files = [next(csv.reader([path.read_text(encoding="utf-8").splitlines()[0]])) for path in Path().glob("*.csv")]
        assert shown in files

    def toml(self, example: Example) -> None:
        """Secrets: the roles are those there are, and everybody who is named gets theirs."""
        secrets = tomllib.loads(example.parsed)
        for role, names in secrets["weakrec"]["roles"].items():
            for name in names:
                group = {"groups": [name.removeprefix("group:")]} if name.startswith("group:") else {}
                claims = group or {
                    "email": name if name[0] not in "@*" else f"somebody{name.lstrip('*') or '@elsewhere.net'}"
                }
                assert role_of(claims, secrets["weakrec"]["roles"]) is Role[role.upper()]
        assert {"redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url"} == set(
            secrets["auth"]
        )

    def text(self, example: Example) -> None:
        """A drawing."""


def commands(block: str) -> list[str]:
    """The command lines of a block: continued lines joined, comments left out."""
    lines = block.replace("\\\n", " ").splitlines()
    parts = [part.strip() for line in lines for part in re.sub(r"(^|\s)#.*", "", line).split("&&")]
    return [part for part in parts if part]


def check_options(arguments: list[str]) -> None:
    """Raises where a command does not take these."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("weakrec", list(arguments))
    name, subcommand, rest = command.resolve_command(context, arguments)
    subcommand.make_context(name, rest, parent=context)


def parse(path: Path, evaluators: Any) -> Document:
    """The page with its blocks; one in a language that nobody knows how to try is an error."""

    def blocks(document: Document) -> Iterator[Region]:
        for region in RawFencedCodeBlockLexer(re.compile(r"(?P<language>[^\n]*)\n"))(document):
            language = region.lexemes["language"]
            if (path.name, language) == ("cli-reference.md", "console"):  # made from the commands themselves
                continue
            assert hasattr(evaluators, language), f"{path.name}: a block of {language or 'no language'}"
            region.parsed, region.evaluator = region.lexemes["source"], getattr(evaluators, language)
            yield region

    return Sybil([blocks]).parse(path)


@pytest.fixture(scope="module")
def desk(prepared_runs: Path, demo_raw: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the files that the pages speak of, and a workspace."""
    desk = tmp_path_factory.mktemp("desk")
    shutil.copytree(prepared_runs, desk / "workspace")
    for kind, path in demo_raw.items():
        shutil.copy(path, desk / f"goodreads_{kind}_young_adult.json.gz")
    dataset = open_dataset(Workspace(desk / "workspace"), "demo")
    rows, books = pd.concat([dataset.split("valid"), dataset.split("test")]), dataset.books
    with (desk / "ratings.csv").open("w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f)
        writer.writerow(["user", "isbn", "title", "author", "stars", "review"])
        for row in rows.itertuples():
            book = books.iloc[int(row.book_idx)]
            writer.writerow([row.user_id, row.book_id, book["title"], book["author_name"], row.rating, row.review_text])
    votes = [f"{row.user_id},{row.book_id},1" for row in rows.head(20).itertuples()]
    (desk / "votes.csv").write_text("\n".join(["user_id,book_id,llm_label", *votes, ""]), encoding="utf-8")
    return desk


@pytest.fixture(scope="module")
def done() -> set[str]:
    """The commands that were run."""
    return set()


@pytest.fixture
def reader(desk: Path, done: set[str], cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.chdir(desk)
    workspace = Workspace(desk / "workspace")
    monkeypatch.setenv("WEAKREC_HOME", str(workspace.root))
    return Reader(cli, monkeypatch, workspace, done)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_blocks_of_a_page(path: Path, reader: Reader) -> None:
    for example in parse(path, reader).examples():
        example.evaluate()


def test_what_is_listed_as_not_run_is_there() -> None:
    """And it is little beside what is run."""
    every = [
        line
        for path in DOCUMENTS
        for example in parse(path, Reader).examples()
        if example.region.lexemes["language"] == "bash"
        for line in commands(example.parsed)
    ]
    left_out = [line for line in every if any(line.startswith(start) for start in NOT_RUN)]
    assert {start for start in NOT_RUN if any(line.startswith(start) for line in left_out)} == set(NOT_RUN)
    ours = [line for line in every if line.startswith("weakrec ")]
    assert len([line for line in ours if line not in left_out]) > 2 * len([line for line in ours if line in left_out])


def test_what_is_made_from_code_is_up_to_date() -> None:
    for name, text in pages().items():
        stored = (PROJECT / "docs" / name).read_text(encoding="utf-8")
        assert stored == text, f"docs/{name} is not up to date: run `python -m docs.generate`."
