"""What a model answered, one line a text, appended as it comes: paid for once."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field, ValidationError

from weakrec_core.access import check_write
from weakrec_core.errors import WeakrecError
from weakrec_core.files import write_all, write_json
from weakrec_core.language_model.question import Question
from weakrec_core.workspace import Workspace

_OPEN: dict[Path, "VoteStore"] = {}


class Line(BaseModel):
    """One answer.

    Attributes
    ----------
    text : str
        The text's digest in hexadecimal.
    vote : int
        1, 0 or -1.
    why : str
        Why the answer was no use; empty where it was.
    asked, answered : int
        Tokens.
    """

    text: str = Field(pattern="^[0-9a-f]{16}$")
    vote: int = Field(ge=-1, le=1)
    why: str = ""
    asked: int = Field(0, ge=0)
    answered: int = Field(0, ge=0)


@dataclass(eq=False)
class VoteStore:
    """The votes on one question, read as the file grows; opened by `vote_store`.

    Attributes
    ----------
    directory : Path
        ``question.json`` tells people what the votes are of.
    votes : dict
        By `text_digest`: 1, 0, or -1.
    unusable : Counter
        Answers that were no use, by reason.
    asked, answered : int
        Tokens that were paid for.
    """

    directory: Path
    votes: dict[int, int] = field(default_factory=dict)
    unusable: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    answered: int = 0
    _read: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def path(self) -> Path:
        return self.directory / "votes.jsonl"

    @property
    def size(self) -> int:
        """Bytes of the file: it only grows, so equal sizes are equal votes."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def refresh(self) -> "VoteStore":
        """Read what has been added since; returns itself."""
        with self._lock:
            size = self.size
            if size < self._read:  # somebody has put another file there
                self.votes.clear()
                self.unusable.clear()
                self.asked = self.answered = self._read = 0
            if size > self._read:
                with self.path.open("rb") as file:
                    file.seek(self._read)
                    data = file.read()
                whole = data.rfind(b"\n") + 1  # the last line may still be being written
                for line in data[:whole].splitlines():
                    self._take(line)
                self._read += whole
        return self

    @contextmanager
    def appending(self, question: Question) -> Iterator["Appender"]:
        """Add lines; one process at a time.

        Raises
        ------
        WeakrecError
            If another process is at it.
        """
        check_write(self.directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.directory / "votes.lock", timeout=0):
                known = {name: getattr(question, name) for name in ("prompt", "positive", "negative", "model")}
                write_json(self.directory / "question.json", known)
                _drop_half_a_line(self.path)
                descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
                try:
                    yield Appender(descriptor)
                finally:
                    os.close(descriptor)
        except Timeout:
            raise WeakrecError("The model is being asked this already, by another process.") from None

    def _take(self, data: bytes) -> None:
        try:
            line = Line.model_validate_json(data)
        except ValidationError:  # damaged: that text is asked again
            return
        self.votes[int(line.text, 16)] = line.vote
        self.asked += line.asked
        self.answered += line.answered
        if line.why:
            self.unusable[line.why] += 1


class Appender:
    """Writes lines, each brought to the disk before the next text is asked."""

    def __init__(self, descriptor: int):
        self._descriptor, self._lock = descriptor, Lock()

    def add(self, digest: int, vote: int, why: str, asked: int, answered: int) -> None:
        line = {"text": f"{digest:016x}", "vote": vote, "why": why, "asked": asked, "answered": answered}
        with self._lock:
            write_all(self._descriptor, json.dumps(line).encode() + b"\n")


def vote_store(workspace: Workspace, question: Question) -> VoteStore:
    """The votes on a question, as far as they are on the disk."""
    directory = workspace.prompt_votes / question.key
    return _OPEN.setdefault(directory, VoteStore(directory)).refresh()


def _drop_half_a_line(path: Path) -> None:
    """What a process that was killed while it wrote has left at the end."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        data = file.read()
        file.truncate(data.rfind(b"\n") + 1)
