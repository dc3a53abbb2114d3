"""One question whose whole answer is kept: paid for once, also if it is stopped."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field, ValidationError

from weakrec_core.access import check_write
from weakrec_core.errors import WeakrecError
from weakrec_core.files import write_json
from weakrec_core.language_model.asking import Budget, Messages, most_tokens
from weakrec_core.language_model.chat import Chat
from weakrec_core.language_model.outcome import Unusable

_FILE = "reply.json"


class Reply(BaseModel):
    """What a model answered.

    Attributes
    ----------
    text : str
    why : str
        Why the answer is no use; empty where it is.
    asked, answered : int
        Tokens, those of earlier answers of no use included.
    """

    text: str = ""
    why: str = ""
    asked: int = Field(0, ge=0)
    answered: int = Field(0, ge=0)


def kept_reply(directory: Path) -> Reply | None:
    """The answer that lies in a directory; None where there is none, or a damaged one."""
    try:
        return Reply.model_validate_json((directory / _FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def ask_once(
    chat: Chat,
    directory: Path,
    messages: Messages,
    schema: Mapping[str, Any],
    max_tokens: int,
    check: Callable[[str], object],
    budget: Budget,
    rows: int = 0,
) -> Reply:
    """The answer to some messages, or the one that was kept; one of no use is asked for anew.

    An interrupt waits for an answer that is under way and keeps it: it is paid for.

    Parameters
    ----------
    check : callable
        Raises `Unusable` for an answer of no use.
    rows : int
        How many texts of the data are in the messages.

    Raises
    ------
    WeakrecError
        If the budget does not allow it, the server refuses or does not answer, or another process asks the same.
    """
    budget.check(chat.endpoint)
    check_write(directory)
    directory.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(directory / "reply.lock", timeout=0):
            before = kept_reply(directory)
            if before is not None and not before.why:
                return before
            needed = most_tokens(messages, max_tokens)
            if broken := budget.broken_by(chat.endpoint, rows, *needed):
                raise WeakrecError(
                    f"The budget of {broken} is too small: {rows} rows are sent, and up to {sum(needed):,} tokens needed."
                )

            def ask() -> Reply:
                reply = _asked(chat, messages, schema, max_tokens, check, before or Reply())
                write_json(directory / _FILE, reply.model_dump())
                return reply

            with ThreadPoolExecutor(1) as pool:  # leaving it waits
                return pool.submit(ask).result()
    except Timeout:
        raise WeakrecError("The model is being asked this already, by another process.") from None


def _asked(
    chat: Chat,
    messages: Messages,
    schema: Mapping[str, Any],
    max_tokens: int,
    check: Callable[[str], object],
    before: Reply,
) -> Reply:
    asked, answered = most_tokens(messages, max_tokens)
    text = why = ""
    try:
        answer = chat.ask(messages, schema, max_tokens)
        text, asked, answered = answer.text, answer.asked, answer.answered
        check(text)
    except Unusable as e:
        text, why = "", str(e)
    return Reply(text=text, why=why, asked=before.asked + asked, answered=before.answered + answered)
