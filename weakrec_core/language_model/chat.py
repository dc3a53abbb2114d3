"""One question to a language model over HTTP; what comes back is taken for hostile until it is validated."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import requests
from pydantic import BaseModel, Field, ValidationError
from urllib3 import Retry
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.response import BaseHTTPResponse

from weakrec_core.errors import WeakrecError
from weakrec_core.language_model.endpoint import Endpoint
from weakrec_core.language_model.outcome import NoAnswer, Unusable
from weakrec_core.limits import ANSWER_BYTES

_CHUNK = 1 << 14
_CHARACTERS_A_TOKEN = 3  # a cautious guess, where the server does not count
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.PAYMENT_REQUIRED)


@dataclass(frozen=True)
class Answer:
    """What the model said, and the tokens of question and answer."""

    text: str
    asked: int
    answered: int


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = Field(0, ge=0, le=10**9)
    completion_tokens: int = Field(0, ge=0, le=10**9)


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class Chat:
    """Asks one endpoint; several threads may ask at once.

    Parameters
    ----------
    retries : int
        Tries after the first where nothing comes, or the server is busy.
    backoff : float
        Seconds of the pause before the second retry; each further one is twice as long, at most 20.
    """

    def __init__(self, endpoint: Endpoint, retries: int = 3, backoff: float = 1.0):
        self.endpoint = endpoint
        self._retries, self._backoff = retries, backoff
        self._takes_schemas = True
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=endpoint.parallel)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._session.auth = self._authorized  # also keeps a .netrc from being read

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.close()

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], max_tokens: int) -> Answer:
        """The answer to some messages, which the server is asked to give in a JSON schema; whether it did is for the caller to see.

        Raises
        ------
        Unusable
            If the answer is too long, cut off, or none of the protocol.
        NoAnswer
            If none came, however often it was tried.
        WeakrecError
            If the server refuses to be asked at all.
        """
        retry = Retry(self._retries, backoff_factor=self._backoff / 2, backoff_max=20, retry_after_max=20)
        while True:
            try:
                return self._once(messages, schema, max_tokens)
            except _Again as again:
                try:
                    retry = retry.increment("POST", self.endpoint.url, response=again.response)
                except MaxRetryError:
                    tries = self._retries + 1
                    raise NoAnswer(f"{self.endpoint.host} gives no answer, after {tries} tries: {again}.") from None
                retry.sleep(again.response)

    def _once(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], max_tokens: int) -> Answer:
        with_schema = self._takes_schemas
        body: dict[str, Any] = {"model": self.endpoint.model, "messages": list(messages), "max_tokens": max_tokens}
        body |= {"temperature": 0, "seed": 0}
        if with_schema:
            json_schema = {"name": "answer", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": json_schema}
        deadline = time.monotonic() + self.endpoint.timeout
        try:
            with self._session.post(
                self.endpoint.url,
                json=body,
                headers={"Accept-Encoding": "identity"},
                timeout=self.endpoint.timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                self._check(response, with_schema)
                return _answer(_content(response.raw, deadline), messages)
        except (requests.ConnectionError, requests.Timeout, HTTPError, OSError) as e:
            if isinstance(e, requests.Timeout) or "timed out" in str(e):
                raise _Again(f"nothing came for {self.endpoint.timeout:g} seconds") from None
            raise _Again("the connection failed") from None

    def _check(self, response: requests.Response, with_schema: bool) -> None:
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        if 300 <= status < 400:
            raise WeakrecError(f"{self.endpoint.host} sends on to another address, which is not followed.")
        if status in _REFUSED:
            raise WeakrecError(f"{self.endpoint.host} refuses to be asked: {status} {HTTPStatus(status).phrase}.")
        if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY) and with_schema:
            self._takes_schemas = False
            raise _Again("it takes no schema")
        raise _Again(f"it answers {status}", response.raw)

    def _authorized(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.endpoint.key is not None:
            request.headers["Authorization"] = f"Bearer {self.endpoint.key}"
        return request


class _Again(Exception):
    """Why an answer did not come this time."""

    def __init__(self, why: str, response: BaseHTTPResponse | None = None):
        super().__init__(why)
        self.response = response


def _content(raw: BaseHTTPResponse, deadline: float) -> bytes:
    """The body, within a limit of bytes and of time: a server that drips is as slow as one that says nothing."""
    found = bytearray()
    while chunk := raw.read1(_CHUNK, decode_content=False):
        found += chunk
        if len(found) > ANSWER_BYTES:
            raise Unusable("too long")
        if time.monotonic() > deadline:
            raise _Again("the answer takes too long")
    return bytes(found)


def _answer(content: bytes, messages: Sequence[Mapping[str, str]]) -> Answer:
    try:
        completion = _Completion.model_validate_json(content)
    except ValidationError:
        raise Unusable("not of the protocol") from None
    choice = completion.choices[0]
    if choice.finish_reason == "length":
        raise Unusable("cut off")
    text = choice.message.content
    usage = completion.usage or _Usage(
        prompt_tokens=estimated_tokens(json.dumps(list(messages))), completion_tokens=estimated_tokens(text)
    )
    return Answer(text, usage.prompt_tokens, usage.completion_tokens)


def estimated_tokens(text: str) -> int:
    """Tokens that a text may have at most, roughly: one for 3 characters."""
    return len(text) // _CHARACTERS_A_TOKEN + 1
