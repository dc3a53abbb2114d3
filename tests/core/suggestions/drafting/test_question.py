"""What is sent to draft LFs from, and which answers count."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import SpecError
from weakrec_core.labeling.apply import Applier
from weakrec_core.language_model.outcome import Unusable
from weakrec_core.suggestions.drafting.question import draft_question, proposed

TEXTS = ["dev loved it", "dull", None, " ", "x" * 5_000]


@pytest.fixture
def applier(make_dataset: Callable[..., Dataset]) -> Applier:
    return Applier(make_dataset(TEXTS, gold=[1, 0, 1, 0, -1]))


def test_what_is_sent(applier: Applier) -> None:
    question = draft_question(applier, "m", "People who gave up", [4, 2, 0, 3, 1, 0])
    assert question.rows == (4, 0, 1)
    system, user = (message["content"] for message in question.messages)
    data = json.loads(user)
    assert data["reviews"] == [
        {"text": "x" * 1_000},
        {"label": "POSITIVE", "text": "dev loved it"},
        {"label": "NEGATIVE", "text": "dull"},
    ]
    assert system.endswith("Task: People who gave up") and "loved" not in system
    assert {"name": "review_length", "meaning": "Length of the review (characters)"}.items() <= data["signals"][
        [s["name"] for s in data["signals"]].index("review_length")
    ].items()


def test_a_sentence_alone_sends_no_text(applier: Applier) -> None:
    question = draft_question(applier, "m", " gave up ")
    assert question.sentence == "gave up" and json.loads(question.messages[1]["content"])["reviews"] == []


def test_at_most_20_reviews(make_dataset: Callable[..., Dataset]) -> None:
    applier = Applier(make_dataset([f"text {i}" for i in range(30)]))
    assert draft_question(applier, "m", "", range(3, 30)).rows == tuple(range(3, 23))


def test_another_question_has_an_answer_of_its_own(applier: Applier) -> None:
    asked = [("m", "a", [0]), ("m", "b", [0]), ("m", "a", [1]), ("n", "a", [0])]
    assert len({draft_question(applier, *one).key for one in asked}) == 4
    assert draft_question(applier, "m", "a", [0]).key == draft_question(applier, "m", "a", [0, 2]).key


@pytest.mark.parametrize(
    ("sentence", "rows", "message"),
    [(" ", [2, 3], "from a sentence, from rows with a review"), ("x" * 4_001, [0], "4,001 characters; at most 4,000")],
)
def test_what_cannot_be_asked(applier: Applier, sentence: str, rows: list[int], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        draft_question(applier, "m", sentence, rows)


@pytest.mark.parametrize("answer", ['{"lfs": [1]}', "lfs: [1]", "```yaml\nlfs:\n  - 1\n```\n", '```\n{"lfs": [1]}```'])
def test_an_answer_is_yaml(answer: str) -> None:
    assert proposed(answer) == [1]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Sure! Here are some: {", "not YAML"),
        ("lfs: [" * 50 + "]" * 50, "not YAML"),
        ("a: &a [1,2,3,4,5,6,7,8,9]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nlfs: [*c,*c,*c,*c,*c,*c,*c,*c,*c"
        ",*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c"
        ",*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]", "not YAML"),
        ("lfs: !!python/object/apply:os.system ['true']", "not YAML"),
        ("[1]", "another schema"),
        ('{"lfs": [], "run": "rm"}', "another schema"),
        ('{"lfs": {"kind": "keyword"}}', "another schema"),
    ],
)  # fmt: skip
def test_answers_of_no_use(answer: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        proposed(answer)


@given(
    st.text(max_size=60) | st.recursive(st.none() | st.text(max_size=5), st.lists).map(lambda v: json.dumps({"lfs": v}))
)
def test_any_answer_is_a_list_or_no_use(answer: str) -> None:
    try:
        found: Any = proposed(answer)
    except Unusable:
        return
    assert isinstance(found, list)
