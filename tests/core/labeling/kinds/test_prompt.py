"""The kind `prompt`: it votes as the model answered, says how far it was asked, and asks in the background."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.conftest import Done
from tests.model_server import ModelServer, say
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.exchange.snorkel_rows import snorkel_rows
from weakrec_core.labeling.kinds import LF_KINDS, PromptLF
from weakrec_core.labeling.lf_set import LFSet, parse_lf_set
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.labeling.prompt_job import ask, ask_job, asked_of, start_asking, texts_in_order
from weakrec_core.language_model.asking import Budget
from weakrec_core.language_model.endpoint import needed_endpoint

TEXTS = ["loved it", "dull", None, "dull", "loved this"]
LIKED = {"kind": "prompt", "name": "liked", "prompt": "Did they like it?", "model": "small-1b"}


def prompt_lf(**changes: Any) -> PromptLF:
    lf = parse_lf(LIKED | changes)
    assert isinstance(lf, PromptLF)
    return lf


def test_it_abstains_until_the_model_was_asked(make_dataset: Callable[..., Dataset], model_server: ModelServer) -> None:
    dataset, lf = make_dataset(TEXTS), prompt_lf()
    applier = Applier(dataset)
    applied = applier.of(LFSet(name="s", lfs=(lf,)))
    assert applier.votes(lf, "dev").tolist() == [-1] * 5 and applier.problem(lf) is None
    before, told = applied.key, asked_of(applier.columns["dev"], lf)
    assert (told.texts, told.asked) == (3, 0) and min(told.tokens) > 3 * 100
    spent = ask(dataset, lf, needed_endpoint(), Budget(rows=2))
    assert (spent.rows, spent.ended) == (2, "rows")
    assert applied.key == before or applier.of(applied.lf_set).key != before
    ask(dataset, lf, needed_endpoint(), Budget())
    assert applier.votes(lf, "dev").tolist() == [1, 0, -1, 0, 1]
    assert applier.votes(lf, "train").tolist() == [1, 0, -1, 0, 1]
    assert asked_of(applier.columns["dev"], lf).asked == 3 == len(model_server.asked)
    assert asked_of(applier.columns["dev"], lf).tokens == (0, 0)
    assert applier.votes(prompt_lf(prompt="Did they finish it?"), "dev").tolist() == [-1] * 5


def test_what_is_no_use_abstains(make_dataset: Callable[..., Dataset], model_server: ModelServer) -> None:
    model_server.answers = {"dull": [say("Sure! It is dull.")], "loved this": [say('{"label": "unclear"}')]}
    dataset = make_dataset(TEXTS)
    ask(dataset, prompt_lf(), needed_endpoint(), Budget())
    assert Applier(dataset).votes(prompt_lf(), "dev").tolist() == [1, -1, -1, -1, -1]


def test_dev_comes_first_and_train_as_a_sample(demo: Dataset) -> None:
    order = texts_in_order(demo)
    dev, train = (set(demo.split(split)["review_text"].dropna()) for split in ("dev", "train"))
    assert set(order[: len(dev)]) == dev and set(order[len(dev) :]) == train - dev
    assert len(order) == len(set(order)) and order == texts_in_order(demo)
    first = demo.split("train")["review_text"].dropna().unique()[:50]
    assert set(order[len(dev) : len(dev) + 50]) != set(first)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prompt": "  "}, "an empty prompt asks nothing"),
        ({"prompt": "x" * 4001}, "field prompt: "),
        ({"positive": "no"}, "the answers must differ"),
        ({"negative": "unclear"}, "the answers must differ, also from 'unclear'"),
        ({"url": "http://evil"}, "unknown key 'url'"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        prompt_lf(**changes)


def test_a_new_one_needs_the_operators_model(
    make_dataset: Callable[..., Dataset], model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(TEXTS)
    lf = prompt_lf(**LF_KINDS["prompt"].start(dataset))
    assert lf.model == "small-1b" and lf.in_words == "What small-1b answers to: Did the reviewer like this book?"
    assert parse_lf_set(LFSet(name="s", lfs=(lf,)).to_yaml(), "s").lfs == (lf,)
    monkeypatch.delenv("WEAKREC_LLM_URL")
    monkeypatch.delenv("WEAKREC_LLM_MODEL")
    with pytest.raises(SpecError, match="No language model can be asked"):
        LF_KINDS["prompt"].start(dataset)
    assert Applier(dataset).votes(lf, "dev").tolist() == [-1] * 5


def test_its_votes_are_a_column_for_snorkel(make_dataset: Callable[..., Dataset], model_server: ModelServer) -> None:
    dataset = make_dataset(TEXTS)
    ask(dataset, prompt_lf(), needed_endpoint(), Budget())
    rows = snorkel_rows(dataset, "dev", LFSet(name="s", lfs=(prompt_lf(),)))
    (column,) = (name for name in rows if name.startswith("answer_"))
    assert rows[column].tolist() == [1, 0, -1, 0, 1]


def test_stopped_in_the_background_and_gone_on_with(
    make_dataset: Callable[..., Dataset], model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop comes while the model answers: that answer is paid for, and kept."""
    monkeypatch.setenv("WEAKREC_LLM_PARALLEL", "1")
    dataset, lf = make_dataset(TEXTS), prompt_lf()
    asked, stopped = Event(), Event()

    def hold(server: ModelServer, request: Any, body: Any) -> None:
        asked.set()
        stopped.wait(60)
        say('{"label": "yes"}')(server, request, body)

    model_server.answers = {text: [hold] for text in TEXTS if text}
    assert start_asking(dataset, lf, Budget())
    assert asked.wait(60), ask_job(dataset, lf).last_words()
    assert not start_asking(dataset, lf, Budget())
    ask_job(dataset, lf).cancel()
    stopped.set()
    _wait(ask_job(dataset, lf).path)
    status, paid = ask_job(dataset, lf).status, len(model_server.asked)
    assert status is not None and status.state == "cancelled", status
    assert asked_of(Applier(dataset).columns["dev"], lf).asked == paid < 3
    ask(dataset, lf, needed_endpoint(), Budget())
    assert sorted(model_server.texts) == ["dull", "loved it", "loved this"]
    assert Applier(dataset).votes(lf, "dev").tolist() == [1, 1, -1, 1, 1]


def test_on_the_command_line(
    cli: Callable[..., Done], make_dataset: Callable[..., Dataset], model_server: ModelServer, tmp_path: Path
) -> None:
    make_dataset(TEXTS)
    path = tmp_path / "s.yaml"
    path.write_text(LFSet(name="s", lfs=(prompt_lf(),)).to_yaml(), encoding="utf-8")
    done = cli("ask", "--dataset", "tiny", "--lfs", path, "--lf", "liked", "--rows", 2, "--json")
    assert done.json == {
        "rows": 2,
        "tokens": {"asked": 200, "answered": 10},
        "cost": None,
        "unusable": {},
        "no_answer": 0,
        "budget_ended": "rows",
    }
    assert f"sent to {model_server.url.removeprefix('http://')}, model small-1b" in done.err
    assert "1 review asked" in cli("ask", "--dataset", "tiny", "--lfs", path, "--lf", "liked").out
    assert "no LF 'x' of the kind prompt" in cli("ask", "--dataset", "tiny", "--lfs", path, "--lf", "x").err


def test_without_an_operator_nothing_is_asked(make_dataset: Callable[..., Dataset]) -> None:
    make_dataset(TEXTS)
    with pytest.raises(WeakrecError, match="WEAKREC_LLM_URL and WEAKREC_LLM_MODEL"):
        needed_endpoint()


def _wait(job: Path) -> None:
    pid = json.loads((job / "process.json").read_text(encoding="utf-8"))["pid"]
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
