"""Asking a model for the votes of a prompt LF: which reviews, in which order, and in the background."""

from dataclasses import dataclass

import numpy as np
import yaml

from weakrec_core import files
from weakrec_core.data.dataset import Dataset
from weakrec_core.jobs.job import Job
from weakrec_core.labeling.columns import Columns
from weakrec_core.labeling.kinds import PromptLF
from weakrec_core.labeling.parsing import dump_lf
from weakrec_core.language_model.asking import Budget, Spent, ask_all, worst_case
from weakrec_core.language_model.chat import Chat
from weakrec_core.language_model.endpoint import Endpoint
from weakrec_core.language_model.question import text_digest
from weakrec_core.language_model.vote_store import vote_store
from weakrec_core.progress import Progress, no_progress

ASKED = ("dev", "train")
_SIZED_ON = 200  # texts


@dataclass(frozen=True)
class Asked:
    """How far a model was asked about the distinct reviews of a split, and how much is left.

    Attributes
    ----------
    texts, asked : int
        Distinct reviews, and those of them that have an answer.
    tokens : (int, int)
        What questions and answers about the rest would take at most, roughly.
    """

    texts: int
    asked: int
    tokens: tuple[int, int]


def texts_in_order(dataset: Dataset) -> list[str]:
    """The distinct reviews of dev, then those of train, each shuffled by a fixed seed: wherever asking ends, it is a fair sample."""
    found: dict[str, None] = {}
    for split in ASKED:
        texts = dataset.column(split, "review_text").dropna().unique()
        for i in np.random.default_rng(0).permutation(len(texts)):
            found.setdefault(str(texts[i]))
    return list(found)


def asked_of(columns: Columns, lf: PromptLF) -> Asked:
    """How far a model was asked about a split."""
    votes = vote_store(columns.dataset.workspace, lf.question).votes
    rows, digests = columns.review_digests
    texts = np.sort(np.unique(digests, return_index=True)[1])  # where each distinct review is first
    left = rows[[at for at in texts if int(digests[at]) not in votes]]
    reviews = columns.dataset.split(columns.split)["review_text"]
    sizes = [worst_case(lf.question, text) for text in reviews.iloc[left[:_SIZED_ON]]]
    asked, answered = (
        sum(part) * len(left) // max(len(sizes), 1) for part in (zip(*sizes, strict=True) if sizes else ((), ()))
    )
    return Asked(len(texts), len(texts) - len(left), (asked, answered))


def ask(
    dataset: Dataset,
    lf: PromptLF,
    endpoint: Endpoint,
    budget: Budget,
    progress: Progress = no_progress,
) -> Spent:
    """Ask about the reviews that have no answer yet; see `ask_all`."""
    store, texts = vote_store(dataset.workspace, lf.question), texts_in_order(dataset)
    left = sum(text_digest(text) not in store.votes for text in texts)
    with Chat(endpoint) as chat:
        return ask_all(chat, lf.question, texts, store, budget, progress, min(left, budget.rows or left))


def ask_job(dataset: Dataset, lf: PromptLF) -> Job:
    """The background work that asks for an LF's votes, one at a time for the same question."""
    return Job(vote_store(dataset.workspace, lf.question).directory / "ask.job", f"Asking {lf.model}")


def start_asking(dataset: Dataset, lf: PromptLF, budget: Budget) -> bool:
    """Ask in a process of its own; False if one is at it already."""
    job = ask_job(dataset, lf)
    lf_file = job.path / "lf.yaml"
    files.write_text(lf_file, yaml.safe_dump({"name": "prompt", "lfs": [dump_lf(lf)]}))
    arguments = [
        "ask",
        "--dataset",
        dataset.name,
        "--fingerprint",
        dataset.data_fingerprint,
        "--lfs",
        str(lf_file),
        "--lf",
        lf.name,
    ]
    for option, value in (("--rows", budget.rows), ("--tokens", budget.tokens), ("--money", budget.money)):
        if value is not None:
            arguments += [option, str(value)]
    return job.start(dataset.workspace, arguments)
