"""The kind `similar`: votes, sweep, YAML, what is refused, and vectors made in the background."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import Done
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling import vector_job
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.kinds import LF_KINDS, SimilarLF
from weakrec_core.labeling.lf_set import LFSet, parse_lf_set
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.labeling.python_votes import StillRunning
from weakrec_core.workspace import Workspace

TEXTS = ["loved this warm story", "warm story, loved it", "dull and slow", "slow, dull, no story", None]
LOVED = {
    "kind": "similar",
    "name": "loved",
    "label": "POSITIVE",
    "examples": ["loved this warm story"],
    "threshold": 0.5,
}


def similar_lf(**changes: Any) -> SimilarLF:
    lf = parse_lf(LOVED | changes)
    assert isinstance(lf, SimilarLF)
    return lf


def test_it_votes_on_what_is_like_the_examples(make_dataset: Callable[..., Dataset]) -> None:
    dataset = make_dataset(TEXTS, gold=[1, 1, 0, 0, 1])
    applier = Applier(dataset)
    values = similar_lf().measured(applier.columns["dev"])
    assert values[0] == pytest.approx(1, abs=1e-3) and values[1] > max(values[2], values[3])
    assert applier.votes(similar_lf(threshold=values[1]), "dev").tolist() == [1, 1, -1, -1, -1]
    assert applier.votes(similar_lf(label="NEGATIVE", examples=["dull", "slow"], threshold=0.3), "dev").tolist() == [
        -1,
        -1,
        0,
        0,
        -1,
    ]
    assert applier.votes(similar_lf(threshold=-1), "dev").tolist() == [1, 1, 1, 1, -1]


def test_counterexamples_take_their_subject_off(make_dataset: Callable[..., Dataset]) -> None:
    columns = Applier(make_dataset(TEXTS)).columns["dev"]
    alone, against = (similar_lf(unlike=unlike).measured(columns) for unlike in ([], ["no story"]))
    assert against[3] < alone[3] and against[3] < 0 < against[0]
    assert np.array_equal(similar_lf(unlike=["zzz"]).measured(columns), alone, equal_nan=True)


def test_its_sweep_is_that_of_its_similarity(make_dataset: Callable[..., Dataset]) -> None:
    applied = LFSet(name="s", lfs=(similar_lf(),)).apply(make_dataset(TEXTS, gold=[1, 1, 0, 0, 1]))
    found = applied.sweep("loved")
    values = similar_lf().measured(applied.applier.columns["dev"])
    assert found.table["threshold"].tolist() == sorted(set(values[:4]))
    assert found.table["correct"].tolist()[-1] == 1
    for row in found.table.itertuples():
        fired = values >= row.threshold
        assert (row.n, row.correct) == (fired.sum(), fired[:2].sum())
    assert "similarity" in json.dumps(found.chart().to_dict())


def test_it_comes_back_from_yaml(make_dataset: Callable[..., Dataset]) -> None:
    lf_set = LFSet(name="s", lfs=(similar_lf(), similar_lf(name="l", vectors="wordllama", examples=["a: b\n- c", "ü"])))
    assert parse_lf_set(lf_set.to_yaml(), "s") == lf_set
    start = LF_KINDS["similar"].start(make_dataset(TEXTS, gold=[1, 1, 0, 0, 1]))
    lf = similar_lf(**start)
    assert lf.examples[0] in TEXTS and (lf.label == "POSITIVE") == (TEXTS.index(lf.examples[0]) < 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"examples": []}, "field examples: "),
        ({"examples": [" "]}, "field examples: an empty example is like nothing"),
        ({"threshold": 1.5}, "field threshold: "),
        ({"vectors": "bert"}, "field vectors: there are no vectors 'bert'"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        similar_lf(**changes)


def test_no_start_without_reviews(make_dataset: Callable[..., Dataset]) -> None:
    with pytest.raises(SpecError, match="no reviews on dev"):
        LF_KINDS["similar"].start(make_dataset([None, None]))


def test_deciding_words_are_those_of_the_examples() -> None:
    text = "This LOVED one is a story"
    decides = similar_lf().deciding(text)
    assert "".join(c for c, d in zip(text, decides, strict=True) if d) == "LOVEDstory"


def test_vectors_of_many_reviews_are_made_in_the_background(
    make_dataset: Callable[..., Dataset], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(TEXTS)
    monkeypatch.setattr(vector_job, "_AT_ONCE", 0)
    applier = Applier(dataset, background=True)
    problem = applier.problem(similar_lf())
    assert isinstance(problem, StillRunning)
    assert str(problem) == "The reviews of dev are being read in the background, once."
    (file,) = Path(workspace.root).glob("cache/signals/*/*.job/process.json")
    os.waitid(os.P_PID, json.loads(file.read_text(encoding="utf-8"))["pid"], os.WEXITED | os.WNOWAIT)
    found = applier.votes(similar_lf(), "dev")
    assert np.array_equal(found, Applier(dataset).votes(similar_lf(), "dev"))


def test_sweep_on_the_command_line(cli: Callable[..., Done], demo: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(LFSet(name="s", lfs=(similar_lf(),)).to_yaml(), encoding="utf-8")
    table = cli("sweep", "--dataset", "demo", "--lfs", path, "--lf", "loved", "--json").json
    assert table and all(-1 <= row["threshold"] <= 1 for row in table)
