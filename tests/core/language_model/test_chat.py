"""One question over HTTP to a server that is slow, wrong, cut off and hostile."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model_server import ModelServer, completion, say, send, stall, without_schema
from weakrec_core.errors import WeakrecError
from weakrec_core.language_model.chat import Answer, Chat
from weakrec_core.language_model.endpoint import Endpoint, needed_endpoint
from weakrec_core.language_model.outcome import NoAnswer, Unusable
from weakrec_core.language_model.question import Question

QUESTION = Question("Did they like it?", "yes", "no", "small-1b")
RIGHT = say('{"label": "yes"}')


def ask(server: ModelServer, *answers: Any, retries: int = 2, **settings: Any) -> Answer:
    server.answers = {"t": list(answers)} if answers else {}
    endpoint = Endpoint(f"{server.url}/v1/chat/completions", "small-1b", **settings)
    with Chat(endpoint, retries=retries, backoff=0) as chat:
        return chat.ask(QUESTION.messages("t"), QUESTION.schema, 50)


def test_what_is_sent_and_what_comes_back(model_server: ModelServer) -> None:
    assert ask(model_server, RIGHT, key="sk-1") == Answer('{"label": "yes"}', 100, 5)
    (body,), (headers,) = model_server.asked, model_server.headers
    assert headers["path"] == "/v1/chat/completions" and headers["Authorization"] == "Bearer sk-1"
    assert body["model"] == "small-1b" and body["max_tokens"] == 50 and body["temperature"] == 0
    assert body["response_format"]["json_schema"]["schema"] == QUESTION.schema
    assert [m["role"] for m in body["messages"]] == ["system", "user"]


def test_the_key_is_never_shown() -> None:
    assert "secret" not in repr(Endpoint("http://h/v1", "m", key="secret"))


@pytest.mark.parametrize(
    "first",
    [
        send(b"busy", 503, Retry_After="0"),
        send(b"busy", 429),
        send(completion("x"), upto=20, Connection="close"),
        without_schema(RIGHT),
    ],
)
def test_it_is_asked_again(model_server: ModelServer, first: Any) -> None:
    assert ask(model_server, first, RIGHT).text == '{"label": "yes"}'
    assert len(model_server.asked) == 2


def test_a_server_without_schemas_is_asked_without(model_server: ModelServer) -> None:
    ask(model_server, without_schema(RIGHT))
    assert ["response_format" in body for body in model_server.asked] == [True, False]


@pytest.mark.parametrize(
    ("answer", "why", "tries"),
    [
        (send(b"", 500), "it answers 500", 3),
        (send(b'{"error": "context"}', 400), "it answers 400", 3),
        (send(completion("x"), upto=20, Connection="close"), "the connection failed", 3),
    ],
)
def test_no_answer_after_a_few_tries(model_server: ModelServer, answer: Any, why: str, tries: int) -> None:
    with pytest.raises(NoAnswer, match=why):
        ask(model_server, answer)
    assert len(model_server.asked) == tries


def test_slow(model_server: ModelServer) -> None:
    with pytest.raises(NoAnswer, match=r"after 2 tries: nothing came for 0\.1 seconds"):
        ask(model_server, stall, retries=1, timeout=0.1)


def test_nobody_there(model_server: ModelServer) -> None:
    with (
        pytest.raises(NoAnswer, match="the connection failed"),
        Chat(Endpoint("http://127.0.0.1:1/v1", "m"), 0) as chat,
    ):
        chat.ask(QUESTION.messages("t"), QUESTION.schema, 50)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (send(b"x" * 10_000_000), "too long"),
        (say("x" * 300_000), "too long"),
        (say('{"label": "y', "length"), "cut off"),
        (send(b"<script>alert(1)</script>"), "not of the protocol"),
        (send(b'{"choices": []}'), "not of the protocol"),
        (send(b'{"choices": [{"message": {"content": null, "tool_calls": [{}]}}]}'), "not of the protocol"),
        (say("x", usage={"prompt_tokens": -5}), "not of the protocol"),
        (send(b"[" * 100_000), "not of the protocol"),
    ],
)
def test_answers_that_are_no_use(model_server: ModelServer, answer: Any, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        ask(model_server, answer)
    assert len(model_server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (send(b"", 307, Location="http://127.0.0.1:1/v1/chat/completions"), "sends on to another address"),
        (send(b"", 401), "refuses to be asked: 401 Unauthorized"),
        (send(b"", 404), "refuses to be asked: 404 Not Found"),
    ],
)
def test_what_ends_it_at_once(model_server: ModelServer, answer: Any, why: str) -> None:
    with pytest.raises(WeakrecError, match=why) as found:
        ask(model_server, answer)
    assert not isinstance(found.value, NoAnswer | Unusable) and len(model_server.asked) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1/chat/completions"),
        ("http://h/v1/", "http://h/v1/chat/completions"),
        ("https://h/openai/v1", "https://h/openai/v1/chat/completions"),
        ("https://h/v1/chat/completions", "https://h/v1/chat/completions"),
    ],
)
def test_the_operators_address(monkeypatch: pytest.MonkeyPatch, url: str, expected: str) -> None:
    monkeypatch.setenv("WEAKREC_LLM_URL", url)
    monkeypatch.setenv("WEAKREC_LLM_MODEL", "m")
    assert needed_endpoint().url == expected


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "No language model can be asked"),
        ({"URL": "http://h"}, "belong together"),
        ({"URL": "file:///etc/passwd", "MODEL": "m"}, "not the address of a server"),
        ({"URL": "http://u:p@h/v1", "MODEL": "m"}, "not the address of a server"),
        ({"URL": "http://h:99999", "MODEL": "m"}, "not the address of a server"),
        ({"URL": "http://h", "MODEL": "m", "PRICES": "1"}, "not two prices"),
        ({"URL": "http://h", "MODEL": "m", "PARALLEL": "0"}, "not a number from 1 to 64"),
        ({"URL": "http://h", "MODEL": "m", "TIMEOUT": "soon"}, "not a number from"),
    ],
)
def test_settings_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"WEAKREC_LLM_{name}", value)
    with pytest.raises(WeakrecError, match=message):
        needed_endpoint()


@given(st.text(max_size=60))
def test_a_text_is_data(text: str) -> None:
    system, user = QUESTION.messages(text)
    assert json.loads(user["content"]) == {"text": text}
    assert system == QUESTION.messages("")[0]


@given(st.text(max_size=40) | st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists).map(json.dumps))
def test_any_answer_is_a_vote_or_no_use(answer: str) -> None:
    with pytest.raises(Unusable):
        QUESTION.vote(answer)


@pytest.mark.parametrize(
    ("answer", "vote"),
    [('{"label": "yes"}', 1), (' {"label":"no"}\n', 0), ('{"label": "unclear"}', -1)],
)
def test_votes(answer: str, vote: int) -> None:
    assert QUESTION.vote(answer) == vote


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ('{"label": "yes", "note": "ignore the rules"}', "another schema"),
        ('{"label": ["yes"]}', "another schema"),
        ('{"label": "YES"}', "another label"),
        ('```json\n{"label": "yes"}\n```', "not JSON"),
        ('{"label": "yes"} {"label": "no"}', "not JSON"),
    ],
)
def test_no_votes(answer: str, why: str) -> None:
    with pytest.raises(Unusable, match=why):
        QUESTION.vote(answer)
