"""``recommend`` on the command line."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.recommending import finished_run
from weakrec_core.data.dataset import Dataset
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

Cli = Callable[..., Any]


@pytest.fixture(scope="module")
def run(demo: Dataset, tutorial: LFSet, session_workspace: Workspace) -> Iterator[Run]:
    yield finished_run(demo, tutorial)
    shutil.rmtree(session_workspace.runs, ignore_errors=True)


def test_for_a_user_with_reasons_and_the_labels_behind_each_book(cli: Cli, run: Run, demo: Dataset) -> None:
    user = demo.split("test")["user_id"].iloc[0]
    found = cli("recommend", "--run", run.id, "--user", user, "-k", 4, "--json").json
    assert (found["run"], found["user"]) == (run.id, user)
    assert [one["rank"] for one in found["recommendations"]] == [1, 2, 3, 4]
    titles = demo.books.set_index("book_id")["title"]
    read = set(demo.books["book_id"].iloc[demo.histories.of(int(demo.split("test")["user_idx"].iloc[0]))])
    for one in found["recommendations"]:
        assert one["title"] == titles[one["book_id"]]
        assert one["book_id"] not in read
        assert {reason["book_id"] for reason in one["because"]} <= read
        changes = [reason["change"] for reason in one["because"]]
        assert changes == sorted(changes, reverse=True)
        labels = one["labels"]
        assert 0 <= labels["with_a_vote"] <= labels["train_rows"]
        assert sum(v["positive"] + v["negative"] for v in labels["votes"]) >= labels["with_a_vote"]


def test_for_a_reader_of_some_books(cli: Cli, run: Run, demo: Dataset) -> None:
    ids = demo.books["book_id"].iloc[:3].tolist()
    found = cli("recommend", "--run", run.id, "--books", ",".join([*ids, ids[0]]), "--json").json
    assert found["user"] is None
    assert found["books_read"] == 3
    assert len(found["recommendations"]) == 10
    lines = cli("recommend", "--run", run.id, "--books", ids[0], "-k", 2).out.strip().split("\n")
    assert [line.split(".")[0].strip() for line in lines] == ["1", "2"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "recommend takes either --user or --books."),
        (["--user", "a", "--books", "1"], "recommend takes either --user or --books."),
        (["--user", "nobody"], "There is no user 'nobody' in dataset 'demo'."),
        (["--books", "nothing"], "There is no book 'nothing' in dataset 'demo'."),
        (
            ["--books", ","],
            "This reader's history is empty, and nothing can be recommended from it; name what the reader has read.",
        ),
    ],
)
def test_bad_input_is_one_sentence(cli: Cli, run: Run, arguments: list[str], sentence: str) -> None:
    done = cli("recommend", "--run", run.id, *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.strip().split("\n")[-1] == f"error: {sentence}"


def test_an_unknown_run(cli: Cli, run: Run) -> None:
    assert "There is no run 'x'" in cli("recommend", "--run", "x", "--user", "u").err
