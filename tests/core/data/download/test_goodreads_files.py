"""The Goodreads files from a server of their kind, and the command that fetches them."""

import gzip
import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.core.data.download.conftest import Server, refuse, send
from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.download.goodreads_files import Kind, download_goodreads
from weakrec_core.errors import DataError
from weakrec_core.workspace import Workspace

Cli = Callable[..., Any]
REVIEW = {"user_id": "u", "book_id": "1", "rating": 4, "review_text": "good"}


def lines(*records: object) -> bytes:
    return gzip.compress("".join(f"{json.dumps(r)}\n" for r in records).encode(), mtime=0)


@pytest.fixture
def goodreads(server: Server, demo_raw: dict[str, Path]) -> Server:
    """Serves the demo's files under the names that the genre poetry has."""

    def answer(server: Server, request: Any) -> None:
        _, kind, _ = Path(request.path).name.split("_")
        server.body = demo_raw[kind].read_bytes()
        send()(server, request)

    server.answers = [answer]
    return server


def test_from_nothing_to_a_dataset(
    goodreads: Server, tmp_path: Path, cli: Cli, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the command prints last is a command that makes a dataset of the files."""
    out = tmp_path / "raw files"
    arguments = ("download", "goodreads", "--genre", "poetry", "--out", out, "--base-url", f"{goodreads.url}/by/")
    done = cli(*arguments, "--accept-terms")
    assert done.status == 0, done.err
    assert "academic use only" in done.err and "Monotonic Behavior Chains" in done.err
    *files, command = done.out.strip().split("\n")
    assert files == [str(out / f"goodreads_{kind}_poetry.json.gz") for kind in Kind]
    assert sorted(map(str, out.iterdir())) == sorted(files)
    python, module, name, *ingest = shlex.split(command)
    assert (python, module, name) == ("python", "-m", "weakrec_core")
    monkeypatch.setattr("weakrec_core.cli.ingest.finish", lambda *_: None)  # the signals take seconds
    assert cli(*ingest, "--dev-rows", 100).status == 0
    assert set(open_dataset(workspace, "poetry").meta["files"]) == {"reviews", "books", "interactions"}

    again = cli(*arguments, "--accept-terms")
    assert again.out == done.out
    assert len(goodreads.asked) == 3


def test_some_of_the_files(goodreads: Server, tmp_path: Path, cli: Cli) -> None:
    arguments = ["download", "goodreads", "--genre", "poetry", "--out", tmp_path / "raw", "--accept-terms"]
    arguments += ["--base-url", goodreads.url, "--kind"]
    books = cli(*arguments, "books")
    assert books.out.split() == [str(tmp_path / "raw" / "goodreads_books_poetry.json.gz")]
    assert "also needs the reviews" in books.err
    path, command = cli(*arguments, "reviews", "--kind", "reviews").out.strip().split("\n")
    assert Path(path).name == "goodreads_reviews_poetry.json.gz"
    assert "--books" in command and "--interactions" not in command


def test_nothing_is_fetched_without_the_terms(goodreads: Server, tmp_path: Path, cli: Cli) -> None:
    done = cli("download", "goodreads", "--genre", "poetry", "--out", tmp_path / "raw", "--base-url", goodreads.url)
    assert (done.status, done.out) == (2, "")
    assert "academic use only" in done.err
    assert done.err.strip().endswith("as the terms of use were not accepted; --accept-terms accepts them.")
    assert goodreads.asked == []
    assert not (tmp_path / "raw").exists()


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 2), ("", 2)])
def test_the_terms_are_asked_on_a_terminal(
    goodreads: Server, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, typed: str, status: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(typed))
    done = cli("download", "goodreads", "--genre", "poetry", "--out", tmp_path / "raw", "--base-url", goodreads.url)
    assert done.status == status
    assert "Do you accept these terms?" in done.err
    assert len(goodreads.asked) == (3 if status == 0 else 0)


def test_an_unknown_genre_is_told_the_known_ones(tmp_path: Path, cli: Cli) -> None:
    done = cli("download", "goodreads", "--genre", "cooking", "--out", tmp_path)
    assert done.status == 2
    assert "cooking" in done.err and "young_adult" in done.err and "poetry" in done.err


def test_a_failure_is_one_sentence(server: Server, tmp_path: Path, cli: Cli) -> None:
    server.answers = [refuse(404)]
    done = cli(
        "download", "goodreads", "--genre", "poetry", "--out", tmp_path, "--base-url", server.url, "--accept-terms"
    )
    assert (done.status, done.out) == (2, "")
    assert done.err.strip().split("\n")[-1] == (
        f"error: {server.url}/goodreads_reviews_poetry.json.gz cannot be fetched: the server answers 404 Not Found."
    )


def test_an_interrupt_says_what_is_kept(
    goodreads: Server, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("weakrec_core.packing.verify", interrupted)
    done = cli(
        "download", "goodreads", "--genre", "poetry", "--out", tmp_path, "--base-url", goodreads.url, "--accept-terms"
    )
    assert (done.status, done.out) == (130, "")
    assert done.err.strip().endswith(
        "Stopped. What has come is kept; the same command goes on from there, if the server can."
    )
    assert (tmp_path / "goodreads_reviews_poetry.json.part.gz").exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"  <!DOCTYPE html><html>", "is a web page (HTML), not the file; look at its address in a browser."),
        (b"PK\x03\x04", "is not a gzip file."),
        (b"", "is not a gzip file."),
        (lines(), "is empty."),
        (lines(REVIEW, [1]), "Line 2 of PATH is not a JSON object."),
        (gzip.compress(b"user,book\n1,2\n"), "Line 1 of PATH is not a JSON object."),
        (gzip.compress(b"\xff\xfe\n"), "Line 1 of PATH is not a JSON object."),
        (
            lines({"user_id": "u", "book_id": "1", "rating": 4, "is_read": True}),
            "Line 1 of PATH has no review_text, so the file does not hold reviews.",
        ),
        (lines(*[REVIEW] * 50)[:-20], "is truncated: the gzip stream ends too early; download it again."),
        (lines(REVIEW)[:-8] + bytes(8), "is not an intact gzip file (CRC check failed"),
    ],
)
def test_what_is_not_the_file_is_not_kept(server: Server, tmp_path: Path, body: bytes, said: str) -> None:
    server.body = body
    with pytest.raises(DataError) as e:
        download_goodreads("poetry", Kind.REVIEWS, tmp_path, server.url)
    path = tmp_path / "goodreads_reviews_poetry.json.part.gz"
    message = str(e.value).replace(str(path), "PATH")
    assert message.removeprefix("PATH ").startswith(said)
    assert list(tmp_path.iterdir()) == []
