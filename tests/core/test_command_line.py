"""The command line: results on stdout, everything else on stderr, one sentence and status 2 for bad input."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.recommending import RESULT
from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.jobs.status import Status
from weakrec_core.label_model.label_train import label_train
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.run_config import RunConfig
from weakrec_core.runs.store import Run
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[2]
TUTORIAL = PROJECT / "lfs" / "tutorial.yaml"
Cli = Callable[..., Any]


def sentence(done: Any) -> str:
    """What a failed command said: one line on stderr, nothing on stdout, status 2."""
    assert done.status == 2
    assert done.out == ""
    (line,) = done.err.strip().split("\n")
    assert line.startswith("error: ")
    assert line.endswith((".", "?"))
    return str(line.removeprefix("error: "))


# --- results


def test_from_nothing_to_votes_as_a_user_does_it(tmp_path: Path) -> None:
    """In processes of their own, as from a shell."""

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "weakrec_core", *map(str, arguments)]
        environment = os.environ | {"WEAKREC_HOME": str(tmp_path / "w")}
        return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=environment, check=False)

    made = run("demo", "--out", tmp_path / "raw", "--users", 60, "--seed", 3, "--name", "tiny", "--dev-rows", 60)
    assert made.returncode == 0, made.stderr
    *files, summary = made.stdout.strip().split("\n")
    assert {Path(f).name for f in files} == {
        f"goodreads_{k}_demo.json.gz" for k in ("books", "interactions", "reviews")
    }
    assert all(Path(f).exists() for f in files)
    assert summary.startswith("Dataset('tiny': ") and "60 dev" in summary
    assert "interactions kept: " in made.stderr
    dataset = open_dataset(Workspace(tmp_path / "w"), "tiny")
    assert dataset.meta["source"] == "demo"
    assert SignalStore(dataset).missing() == []
    labeled = run("label", "--dataset", "tiny", "--lfs", TUTORIAL, "--out", tmp_path / "votes.parquet")
    assert (labeled.returncode, labeled.stdout.strip()) == (0, str(tmp_path / "votes.parquet"))
    assert len(pd.read_parquet(tmp_path / "votes.parquet")) == 60
    failed = run("label", "--dataset", "tinny", "--lfs", TUTORIAL, "--out", tmp_path / "no.parquet")
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert failed.stderr.count("\n") == 1
    assert "There is no dataset 'tinny'" in failed.stderr
    assert not (tmp_path / "no.parquet").exists()


def test_label(demo: Dataset, demo_applier: Applier, tutorial: LFSet, cli: Cli, tmp_path: Path) -> None:
    done = cli("label", "--dataset", "demo", "--lfs", TUTORIAL, "--out", tmp_path / "new" / "v.parquet")
    assert (done.status, done.out.strip()) == (0, str(tmp_path / "new" / "v.parquet"))
    votes = pd.read_parquet(tmp_path / "new" / "v.parquet")
    assert list(votes.columns) == ["user_id", "book_id", *tutorial.names]
    assert set(map(str, votes.dtypes[2:])) == {"int8"}
    assert np.array_equal(votes[tutorial.names], demo_applier.of(tutorial).votes("dev"))


def test_analyze(demo: Dataset, tutorial: LFSet, cli: Cli) -> None:
    done = cli("analyze", "--dataset", "demo", "--lfs", TUTORIAL, "--json")
    assert done.status == 0
    assert list(done.json) == ["lfs", "set", "label_model"]
    keys = "name kind polarity coverage overlaps conflicts n correct incorrect emp_acc ci_low ci_high base_rate lift verdict"
    assert all(list(lf) == keys.split() for lf in done.json["lfs"])
    assert [lf["name"] for lf in done.json["lfs"]] == tutorial.names
    assert list(done.json["set"]) == ["coverage", "overlap", "conflict", "rows"]
    assert done.json["set"]["rows"] == demo.n_rows("dev")
    assert list(done.json["label_model"]) == ["accuracy", "log_loss", "auc"]
    assert all(0 < value < 2 for value in done.json["label_model"].values())
    table = cli("analyze", "--dataset", "demo", "--lfs", TUTORIAL)
    assert table.status == 0
    assert len(table.out.strip().split("\n")) == 6


def test_analyze_where_nothing_votes_or_gold_is_not_known(make_dataset: Any, cli: Cli, tmp_path: Path) -> None:
    make_dataset(["a", "b"], gold=[-1, -1])
    lfs = write_lfs(tmp_path, keyword("a"), keyword("absent"), keyword("b"))
    done = cli("analyze", "--dataset", "tiny", "--lfs", lfs, "--json")
    assert done.status == 0
    assert "No label model: The dev split has no gold labels" in done.err
    assert done.json["label_model"] == {"accuracy": None, "log_loss": None, "auc": None}
    voted, absent, _ = done.json["lfs"]
    assert (voted["coverage"], voted["n"], voted["emp_acc"]) == (0.5, 0, None)
    assert (absent["polarity"], absent["coverage"], absent["emp_acc"], absent["lift"]) == ([], 0, None, None)


@pytest.mark.parametrize("kind", ["snorkel", "majority"])
def test_fit(demo: Dataset, demo_applier: Applier, tutorial: LFSet, cli: Cli, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "p.parquet"
    done = cli("fit", "--dataset", "demo", "--lfs", TUTORIAL, "--label-model", kind, "--out", out, "--json")
    assert done.status == 0
    assert {"label_model", "weights", "class_balance", "train", "dev", "warnings"} <= set(done.json)
    assert done.json["label_model"] == kind
    assert list(done.json["weights"]) == tutorial.names
    assert {"accuracy", "auc", "log_loss"} <= set(done.json["dev"])
    p = pd.read_parquet(out)
    assert list(p.columns) == ["user_id", "book_id", "p_positive", "covered"]
    assert p[["user_id", "book_id"]].equals(demo.split("train")[["user_id", "book_id"]])
    assert p["p_positive"].between(0, 1).all()
    assert p["covered"].tolist() == (demo_applier.of(tutorial).votes("train") != -1).any(axis=1).tolist()
    plain = cli("fit", "--dataset", "demo", "--lfs", TUTORIAL, "--label-model", kind, "--out", out)
    assert (plain.status, plain.out.strip()) == (0, str(out))


def test_runs(workspace: Workspace, cli: Cli, tutorial: LFSet) -> None:
    assert cli("runs", "--json").json == []
    assert cli("runs").out == ""
    config = RunConfig(
        dataset="demo",
        fingerprint="f",
        lf_set=tutorial.model_dump(mode="json"),
        lf_version="tutorial.yaml",
        label_model="snorkel",
        min_confidence=0.5,
        text_model="auto",
        train={"preset": "recommended", "seed": 0},
        created="2026-01-01T00:00:00+00:00",
        libraries={},
    )
    test = {"accuracy": 0.7, "f1": 0.7, "precision": 0.7, "recall": 0.7, "auc": 0.7432, "log_loss": 0.6, "n": 10}
    for run_id, state in (("20260101-000000-aaaa", "succeeded"), ("20260101-000001-bbbb", "failed")):
        run = Run(workspace, run_id)
        run.path.mkdir(parents=True)
        (run.path / "config.json").write_text(config.model_dump_json())
        run.write_status(Status.model_validate({"state": state}))
        if state == "succeeded":
            run.write_result(RESULT | {"test": test})
    assert len(list_runs(workspace)) == 2
    newest, oldest = cli("runs", "--json").json
    assert (newest["run"], newest["state"], newest["test"]) == ("20260101-000001-bbbb", "failed", None)
    assert (oldest["run"], oldest["state"], oldest["test"]) == ("20260101-000000-aaaa", "succeeded", test)
    assert {"dataset", "lf_set", "label_model", "preset"} <= set(newest)
    first, second = cli("runs").out.strip().split("\n")
    assert "bbbb" in first and "AUC –" in first
    assert "aaaa" in second and "AUC 0.7432" in second
    one_class = Run(workspace, "20260101-000000-aaaa")
    one_class.write_result(RESULT | {"test": test | {"auc": None}})  # all of test's gold is of one class
    assert cli("runs").out.strip().split("\n")[1].endswith("AUC –")


# --- raw files that can't be used


def small_raw(directory: Path) -> dict[str, Path]:
    """Valid files of 40 users and 10 books."""
    pairs = [{"user_id": f"u{u}", "book_id": f"b{b}", "rating": 1 + (u + b) % 5} for u in range(40) for b in range(10)]
    records: dict[str, list[dict[str, Any]]] = {
        "books": [
            {"book_id": f"b{b}", "title": f"T{b}", "ratings_count": "500", "authors": [{"author_id": "a"}]}
            for b in range(10)
        ],
        "interactions": pairs,
        "reviews": [p | {"review_text": "good"} for p in pairs[::3]],
    }
    files = {kind: directory / f"{kind}.json.gz" for kind in records}
    for kind, path in files.items():
        write_lines(path, [json.dumps(r).encode() for r in records[kind]])
    return files


def write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))


def lines_of(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).strip().split(b"\n")


def ingest(cli: Cli, files: dict[str, Path], *more: object) -> Any:
    given = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    return cli("ingest", "goodreads", "--name", "d", "--min-user-books", 1, *given, *more)


@pytest.fixture
def ingested(workspace: Workspace, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Raw files, and the dataset ``d`` made of them by the command line."""
    monkeypatch.setattr(SignalStore, "precompute", lambda *_: None)
    files = small_raw(tmp_path)
    done = ingest(cli, files)
    assert done.status == 0
    assert done.out == "Dataset('d': 300 train, 40 dev, 20 valid, 40 test; 40 users, 10 books)\n"
    return files


def replace_line(at: int, line: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        lines = lines_of(path)
        lines[at - 1] = line
        write_lines(path, lines)

    return change


def replace_bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(change(path.read_bytes())) and None


def without_field(field: bytes) -> Callable[[Path], None]:
    return lambda path: write_lines(path, [line.replace(field, b"another") for line in lines_of(path)])


BAD_FILES: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "truncated": ("interactions", replace_bytes(lambda b: b[:-50]), "{path} is truncated"),
    "flipped": (
        "reviews",
        replace_bytes(lambda b: b[:100] + bytes([b[100] ^ 16]) + b[101:]),
        "{path} is not an intact gzip file",
    ),
    "no gzip": ("books", replace_bytes(gzip.decompress), "{path} is not an intact gzip file"),
    "empty": ("reviews", replace_bytes(lambda b: b""), "{path} is empty."),
    "empty gzip": ("reviews", replace_bytes(lambda b: gzip.compress(b"")), "{path} is empty."),
    "blank lines": ("reviews", replace_bytes(lambda b: gzip.compress(b"\n\n")), "{path} has no usable line."),
    "gone": ("books", Path.unlink, "{path} cannot be read: No such file"),
    "no JSON": ("reviews", replace_line(12, b"hello"), "Line 12 of {path} is not a JSON object"),
    "JSON, no object": ("reviews", replace_line(12, b"[1]"), "Line 12 of {path} is not a JSON object"),
    "encoding": ("interactions", replace_line(30, b'{"user_id": "\xe9"}'), "Line 30 of {path} is not UTF-8 text"),
    "book without id": ("books", replace_line(2, b'{"title": "x"}'), "Line 2 of {path} has no book_id"),
    "rating 7": (
        "interactions",
        replace_line(5, b'{"user_id": "u", "book_id": "b1", "rating": 7}'),
        "Line 5 of {path} has a rating that is not a whole number from 0 to 5",
    ),
    "rating abc": (
        "reviews",
        replace_line(5, b'{"user_id": "u", "book_id": "b1", "rating": "abc"}'),
        "Line 5 of {path} has a rating that is not a whole number from 0 to 5",
    ),
    "rating missing": (
        "interactions",
        replace_line(5, b'{"user_id": "u", "book_id": "b1"}'),
        "Line 5 of {path} has no rating",
    ),
    "column rating": ("interactions", without_field(b"rating"), "Line 1 of {path} has no rating"),
    "column user_id": ("reviews", without_field(b"user_id"), "Line 1 of {path} has no user_id"),
    "column ratings_count": ("books", without_field(b"ratings_count"), "Line 1 of {path} has no ratings_count"),
    "too few users": (
        "interactions",
        lambda path: write_lines(path, lines_of(path)[:20]),
        "2 users with 20 rated rows are too few for a split by user",
    ),
    "no book kept": ("books", without_field(b"b"), "Line 1 of {path} has no book_id"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_is_one_sentence_and_the_old_dataset_stays(
    ingested: dict[str, Path], cli: Cli, what: str, workspace: Workspace
) -> None:
    before = open_dataset(workspace, "d").fingerprint
    kind, spoil, message = BAD_FILES[what]
    spoil(ingested[kind])
    assert sentence(ingest(cli, ingested)).startswith(message.format(path=ingested[kind]))
    after = open_dataset(workspace, "d")
    assert after.fingerprint == before
    assert len(after.split("dev")) == 40
    assert list_datasets(workspace) == ["d"]
    assert {p.name for p in after.path.parent.iterdir()} == {"current.json", after.path.name}


def test_bad_lines_are_left_out_counted_and_reported(ingested: dict[str, Path], cli: Cli, workspace: Workspace) -> None:
    before = open_dataset(workspace, "d").fingerprint
    interactions, reviews = lines_of(ingested["interactions"]), lines_of(ingested["reviews"])
    bad = [b"hello", b'{"user_id": "\xff"}', b"", b'{"user_id": "u", "book_id": "b1", "rating": 9}', b"[]"]
    write_lines(ingested["interactions"], [*interactions[:7], *bad, *interactions[7:], interactions[0]])
    write_lines(ingested["reviews"], [*reviews, b'{"user_id": "u"}'])
    assert "--skip-bad-lines" in sentence(ingest(cli, ingested))
    done = ingest(cli, ingested, "--skip-bad-lines", "--json")
    assert done.status == 0
    assert open_dataset(workspace, "d").fingerprint == before
    assert done.json["rows"] == {"train": 300, "dev": 40, "valid": 20, "test": 40}
    assert done.json["read"] == len(interactions) + 5  # the blank line is none
    assert done.json["dropped"]["repeats a user and item"] == 1
    assert done.json["read"] == 400 + done.json["ratings"]["not_rated"] + sum(done.json["dropped"].values())
    for report in (
        "interactions: 2 lines left out, each is not a JSON object",
        "interactions: 1 lines left out, each is not UTF-8 text",
        "interactions: 1 lines left out, each has a rating that is not a whole number from 0 to 5",
        "reviews: 1 lines left out, each has no book_id",
        "interactions repeated: 1",
    ):
        assert report in done.err.split("\n")


def test_books_without_authors_are_kept_counted_and_the_author_lf_abstains(
    ingested: dict[str, Path], cli: Cli, tmp_path: Path, workspace: Workspace
) -> None:
    write_lines(ingested["books"], [line.replace(b'"author_id"', b'"nobody"') for line in lines_of(ingested["books"])])
    done = ingest(cli, ingested)
    assert "books without author: 10" in done.err.split("\n")
    assert open_dataset(workspace, "d").n_books == 10
    one = {"kind": "threshold", "signal": "author_books", "op": ">=", "threshold": 0, "label": "POSITIVE"}
    lfs = write_lfs(tmp_path, one | {"name": "same_author"}, one | {"name": "any", "signal": "history_length"})
    assert cli("label", "--dataset", "d", "--lfs", lfs, "--out", tmp_path / "v.parquet").status == 0
    votes = pd.read_parquet(tmp_path / "v.parquet")
    assert (votes["same_author"] == -1).all()
    assert (votes["any"] == 1).all()


def test_limits_that_leave_nothing(ingested: dict[str, Path], cli: Cli) -> None:
    assert sentence(ingest(cli, ingested, "--min-book-ratings", 501)).startswith("No rated interaction is left of ")
    assert "ask for another number of dev rows" in sentence(ingest(cli, ingested, "--dev-rows", 400))
    for option in (("--dev-rows", 0), ("--positive", 6), ("--seed", -1)):
        done = ingest(cli, ingested, *option)
        assert done.status == 2
        assert option[0] in done.err


# --- LF sets, datasets, splits and outputs that can't be used


def keyword(word: str, **more: Any) -> dict[str, Any]:
    return {"kind": "keyword", "name": word, "groups": [{"label": "POSITIVE", "keywords": [word]}]} | more


def write_lfs(directory: Path, *lfs: dict[str, Any]) -> Path:
    path = directory / "set.yaml"
    path.write_text(yaml.safe_dump({"name": "s", "lfs": list(lfs)}), encoding="utf-8")
    return path


THRESHOLD = {"kind": "threshold", "name": "t", "signal": "polarity", "op": ">", "threshold": 0, "label": "POSITIVE"}
BAD_SETS: dict[str, tuple[list[dict[str, Any]] | str, str]] = {
    "unknown kind": ([keyword("x", kind="keywrod")], ": LF 'x', field kind: there is no kind 'keywrod'"),
    "NaN": ([THRESHOLD | {"threshold": float("nan")}], ": LF 't', field threshold: Input should be a finite number."),
    "duplicate names": ([keyword("x"), keyword("x")], ": LF 'x': the name is used more than once."),
    "bad regex": ([keyword("(", match="regex")], ": LF '(': '(' is not a regular expression"),
    "unknown key": ([THRESHOLD | {"treshold": 1}], ": LF 't', field treshold: unknown key 'treshold'."),
    "bad YAML": ("name: s\nlfs: [", ", line 2 is not valid YAML"),
    "no LF set": ("5", " is not an LF set"),
}


@pytest.mark.parametrize("command", ["label", "analyze", "fit", "train"])
@pytest.mark.parametrize("what", BAD_SETS)
def test_a_bad_lf_set_is_one_sentence(
    demo: Dataset, cli: Cli, tmp_path: Path, what: str, command: str, session_workspace: Workspace
) -> None:
    content, message = BAD_SETS[what]
    path = tmp_path / "set.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump({"name": "s", "lfs": content}))
    out = ("--out", tmp_path / "out.parquet") if command in ("label", "fit") else ()
    (tmp_path / "out.parquet").write_text("what was there before")
    runs = list_runs(session_workspace)
    said = sentence(cli(command, "--dataset", "demo", "--lfs", path, *out))
    assert said.startswith(f"{path}{message}")
    assert (tmp_path / "out.parquet").read_text() == "what was there before"
    assert list_runs(session_workspace) == runs


def test_fewer_than_three_lfs(demo: Dataset, cli: Cli, tmp_path: Path) -> None:
    lfs = write_lfs(tmp_path, keyword("good"), keyword("great"), keyword("off", enabled=False))
    out = tmp_path / "p.parquet"
    said = sentence(cli("fit", "--dataset", "demo", "--lfs", lfs, "--label-model", "snorkel", "--out", out))
    assert "at least 3 LFs, this set has 2 switched on" in said
    assert not out.exists()
    assert cli("fit", "--dataset", "demo", "--lfs", lfs, "--label-model", "majority", "--out", out).status == 0
    done = cli("analyze", "--dataset", "demo", "--lfs", lfs, "--json")
    assert done.status == 0
    assert len(done.json["lfs"]) == 2
    assert done.err == ""
    assert done.json["label_model"]["accuracy"] is not None  # of a model that two LFs are enough for


def test_the_label_model_is_by_default_the_one_recommended_on_dev(
    demo: Dataset, demo_applier: Applier, tutorial: LFSet, cli: Cli, tmp_path: Path
) -> None:
    recommended = label_train(demo_applier.of(tutorial), "auto").to_json()
    assert recommended["label_model"] != "snorkel"
    fitted = cli("fit", "--dataset", "demo", "--lfs", TUTORIAL, "--out", tmp_path / "p.parquet", "--json").json
    assert (fitted["label_model"], fitted["dev"]) == (recommended["label_model"], recommended["dev"])
    analyzed = cli("analyze", "--dataset", "demo", "--lfs", TUTORIAL, "--json").json["label_model"]
    assert analyzed == {name: recommended["dev"][name] for name in ("accuracy", "log_loss", "auc")}


def test_fit_takes_the_class_balance_and_snorkels_settings(
    demo: Dataset, demo_applier: Applier, tutorial: LFSet, cli: Cli, tmp_path: Path
) -> None:
    out = tmp_path / "p.parquet"
    options = ("--class-balance", 0.4, "--lm-epochs", 50, "--lm-lr", 0.02, "--lm-l2", 0.1, "--lm-seed", 7)
    done = cli(
        "fit", "--dataset", "demo", "--lfs", TUTORIAL, "--label-model", "snorkel", *options, "--out", out, "--json"
    )
    config = SnorkelConfig(n_epochs=50, lr=0.02, l2=0.1, seed=7)
    expected = label_train(demo_applier.of(tutorial), "snorkel", 0.4, config).to_json()
    assert done.json == expected
    assert done.json["class_balance"]["POSITIVE"] == 0.4


@pytest.mark.parametrize(("gold", "problem"), [([-1] * 3, "no gold labels"), ([0] * 3, "no POSITIVE gold label")])
def test_no_dev_gold(make_dataset: Any, cli: Cli, tmp_path: Path, gold: list[int], problem: str) -> None:
    make_dataset(["a", "b", "c"], gold=gold)
    lfs = write_lfs(tmp_path, *map(keyword, "abc"))
    for kind in ("snorkel", "majority"):
        done = cli("fit", "--dataset", "tiny", "--lfs", lfs, "--label-model", kind, "--out", tmp_path / "p.parquet")
        assert problem in sentence(done)
    assert not (tmp_path / "p.parquet").exists()


def test_unknown_names(demo: Dataset, cli: Cli, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "o.parquet")
    assert "no dataset 'domo' in " in sentence(cli("label", "--dataset", "domo", "--lfs", TUTORIAL, *out))
    assert "no split 'deb'" in sentence(cli("label", "--dataset", "demo", "--lfs", TUTORIAL, "--split", "deb", *out))
    assert "no split 'deb'" in sentence(cli("analyze", "--dataset", "demo", "--lfs", TUTORIAL, "--split", "deb"))
    assert "gone.yaml cannot be read" in sentence(cli("analyze", "--dataset", "demo", "--lfs", tmp_path / "gone.yaml"))
    done = cli("fit", "--dataset", "demo", "--lfs", TUTORIAL, "--label-model", "snorkle", *out)
    assert "no label model 'snorkle'; the label models are " in sentence(done)
    assert "not usable" in sentence(cli("analyze", "--dataset", "../demo", "--lfs", TUTORIAL))
    assert not (tmp_path / "o.parquet").exists()


def test_an_output_that_cannot_be_written(demo: Dataset, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    common = ("label", "--dataset", "demo", "--lfs", TUTORIAL, "--out")
    assert str(tmp_path / "file") in sentence(cli(*common, tmp_path / "file" / "v.parquet"))
    assert str(tmp_path) in sentence(cli(*common, tmp_path))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_an_lf_may_not_be_called_like_the_key_columns(demo: Dataset, cli: Cli, tmp_path: Path) -> None:
    lfs = write_lfs(tmp_path, keyword("user_id"))
    said = sentence(cli("label", "--dataset", "demo", "--lfs", lfs, "--out", tmp_path / "v.parquet"))
    assert "LF 'user_id' needs another name" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["label"], "'--dataset'"),
        (["nonsense"], "'nonsense'"),
        (["demo", "--out", "raw", "--users", "3"], "'--users'"),
        (["ingest", "goodreads"], "'--reviews'"),
        (["train", "--epochs", "0"], "'--epochs'"),
        (["train", "--epochs", "many"], "'--epochs'"),
        (["train", "--text-model", "maybe"], "'--text-model'"),
        (["train", "--class-balance", "1.5"], "'--class-balance'"),
        (["train", "--lm-lr", "nan"], "'--lm-lr'"),
        (["runs", "--jsno"], "--jsno"),
        (["recommend", "--run", "r", "-k", "0"], "'-k'"),
    ],
)
def test_usage_errors_are_one_line_that_names_the_option(cli: Cli, arguments: list[str], named: str) -> None:
    assert named in sentence(cli(*arguments))


def test_a_name_cannot_speak_to_the_terminal(cli: Cli) -> None:
    said = sentence(cli("ingest", "look", "\x1b[2J\x0bx.csv"))
    assert said == "\\x1b[2J\\x0bx.csv cannot be read: No such file or directory."


def test_a_command_without_arguments_shows_its_help(cli: Cli) -> None:
    done = cli("ingest")
    assert done.status == 2
    assert "goodreads" in done.out + done.err
    assert "error:" not in done.err


def test_no_directory_is_made_for_a_name_that_is_not_usable(cli: Cli, tmp_path: Path) -> None:
    assert "not usable" in sentence(cli("demo", "--out", tmp_path / "raw", "--name", "a/b"))
    assert not (tmp_path / "raw").exists()


def test_sweep(demo: Dataset, demo_applier: Applier, cli: Cli) -> None:
    rows = cli("sweep", "--dataset", "demo", "--lfs", TUTORIAL, "--lf", "polarity_positive", "--json").json
    values, gold = demo_applier.signals.values("polarity", "dev"), demo.gold("dev")
    for row in rows[:: max(1, len(rows) // 5)]:
        fires = values > row["threshold"]
        assert row["n"] == (fires & (gold >= 0)).sum()
        assert row["correct"] == (fires & (gold == 1)).sum()
        assert row["missing"] == (~fires & (gold == 1)).sum()
        assert row["set_log_loss"] > 0
    priced = ("sweep", "--dataset", "demo", "--lfs", TUTORIAL, "--lf", "polarity_positive", "--json", "--cost-wrong", 3)
    with_costs = cli(*priced, "--cost-missing", 1).json
    (cheapest,) = (row for row in with_costs if row["cheapest"])
    assert cheapest["cost"] == 3 * cheapest["incorrect"] + cheapest["missing"] == min(row["cost"] for row in with_costs)
    assert cli(*priced).status == cli(*priced, "--cost-missing", -1).status == 2
    done = cli("sweep", "--dataset", "demo", "--lfs", TUTORIAL, "--lf", "stars_in_review")
    assert (done.status, done.out) == (2, "")
    assert "stars_in_review" in done.err


def test_improve_an_lf_and_all_thresholds(demo: Dataset, cli: Cli, tmp_path: Path) -> None:
    suggest = ["suggest", "--dataset", "demo", "--lfs", TUTORIAL]
    out = tmp_path / "better.yaml"
    found = cli(*suggest, "--improve", "shared_first_author", "--apply", "1", "--out", out, "--json").json
    assert read_lf_set(out).lfs[1] == parse_lf(found[0]["lf"])
    assert "right on dev" in cli(*suggest, "--improve", "shared_first_author").out
    tuning = cli(*suggest, "--thresholds", "--apply", "1", "--out", out, "--json").json
    moved = {lf.name: lf.threshold for lf in read_lf_set(out).lfs if lf.name in {m["lf_name"] for m in tuning["moves"]}}
    assert tuning["helps"] and moved == {move["lf_name"]: move["after"] for move in tuning["moves"]}
    done = cli(*suggest, "--thresholds", "--improve", "shared_first_author")
    assert done.status == 2 and "not both" in done.err
    done = cli(*suggest, "--improve", "shared_first_author", "--apply", "99", "--out", out)
    assert done.status == 2 and "not 99" in done.err


def test_suggest(demo: Dataset, cli: Cli, tmp_path: Path) -> None:
    found = cli("suggest", "--dataset", "demo", "--lfs", TUTORIAL, "--json").json
    assert found
    assert {"action", "text", "lf_name", "label", "coverage_change", "log_loss_change"} <= set(found[0])
    out = tmp_path / "more.yaml"
    done = cli("suggest", "--dataset", "demo", "--lfs", TUTORIAL, "--apply", "5", "--out", out)
    assert (done.status, done.out.strip()) == (0, str(out))
    assert len(read_lf_set(out).lfs) > 5
    assert cli("suggest", "--dataset", "demo", "--lfs", TUTORIAL, "--apply", "5").status == 2


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (OSError(28, "No space left on device"), 2, "error: No space left on device.\n"),
        (OSError(28, "No space left on device", 5), 2, "error: No space left on device.\n"),
        (OSError("[Errno 28] Error writing\nbytes to file."), 2, "error: [Errno 28] Error writing bytes to file.\n"),
        (OSError(), 2, "error: OSError.\n"),
        (OSError(28, "No space left on device", "/x/votes.parquet"), 2, "error: /x/votes.parquet cannot be used: No space left on device.\n"),
    ],
)  # fmt: skip
def test_what_ends_a_command_from_outside_is_one_line(
    error: BaseException, status: int, said: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(workspace: object) -> None:
        raise error

    monkeypatch.setattr("weakrec_core.runs.listing.list_runs", fail)
    done = cli("runs")
    assert (done.status, done.out, done.err.lstrip()) == (status, "", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", "--dataset", "demo", "--lfs", "a" * 3_000),
        ("ingest", "look", "0" * 5_000),
        ("ingest", "look", __file__, "--encoding", "a" * 3_000),
        (
            "ingest",
            "table",
            __file__,
            "--user",
            "u",
            "--item",
            "i",
            "--rating",
            "r",
            "--name",
            "n",
            "--split",
            "0" * 5_000,
        ),
    ],
    ids=["lfs", "file", "encoding", "split"],
)
def test_a_sentence_is_short_whatever_it_quotes(cli: Any, workspace: Workspace, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    assert done.status == 2 and len(done.err.splitlines()) == 1 and len(done.err) < 1_100
