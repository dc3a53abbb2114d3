"""One file over HTTP: what is there of it is kept and gone on with, and only a whole file gets its name."""

import os
import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

import requests
from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError
from urllib3 import Retry
from urllib3.exceptions import (
    HTTPError,
    IncompleteRead,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    TimeoutError,
)

from weakrec_core.errors import DataError
from weakrec_core.files import write_json

Report = Callable[[int, int | None, str], None]
"""Called with the bytes that are there, of how many (None = not known), and what is being done."""

_CHUNK = 1 << 18
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, *(status for status in HTTPStatus if status >= 500))
_DROPPED = (requests.ConnectionError, requests.Timeout, HTTPError)


@dataclass(frozen=True)
class Patience:
    """How much is put up with.

    Attributes
    ----------
    timeout : float
        Seconds without a byte after which a connection is given up.
    retries : int
        Tries in a row, after the first, that bring nothing new.
    backoff : float
        Seconds of the pause before the second retry; each further one is twice as long.
    """

    timeout: float = 60.0
    retries: int = 5
    backoff: float = 1.0

    def start(self) -> Retry:
        return Retry(self.retries, backoff_factor=self.backoff / 2, retry_after_max=60)


class _Source(BaseModel):
    """What the bytes of a part file are the beginning of."""

    url: str
    validator: str | None
    size: int | None

    @classmethod
    def of(cls, url: str, response: requests.Response) -> "_Source":
        """`validator` is what If-Range takes: a strong ETag, else the date; None where there is neither."""
        headers = response.headers
        tag = headers.get("ETag")
        size = headers.get("Content-Length", "")
        return cls(
            url=url,
            validator=tag if tag is not None and not tag.startswith("W/") else headers.get("Last-Modified"),
            size=int(size) if size.isdecimal() else None,
        )


def fetch(
    url: str,
    target: Path,
    check: Callable[[Path, Report], None],
    report: Report | None = None,
    patience: Patience | None = None,
) -> None:
    """Fetch `url` into `target`, which is there only once the whole file is and `check` has found nothing wrong.

    What has come stands in a part file beside it, also after a failure or an interrupt. The next call goes on from there if the
    server says that the file is still the same, and starts over otherwise.

    Parameters
    ----------
    check : callable
        Called with the whole file and a `Report`; raises `DataError` if it cannot be used, which removes the part file.

    Raises
    ------
    DataError
        With one sentence, if the address cannot be fetched, the server goes on failing, the file is not what it
        should be, or the disk is full.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.with_name(f"{target.name}.lock"), timeout=0)
    try:
        with lock:
            try:
                _Part(url, target, report or _say_nothing, patience or Patience()).complete(check)
            finally:
                Path(lock.lock_file).unlink(missing_ok=True)
    except Timeout:
        raise DataError(f"{target} is being downloaded by another process.") from None


def part_of(target: Path) -> Path:
    """Where the bytes are until all have come; named as what it is, for those who look by suffix."""
    return target.with_name(f"{target.stem}.part{target.suffix}")


class _Part:
    """A part file, and the requests that make it whole."""

    def __init__(self, url: str, target: Path, report: Report, patience: Patience) -> None:
        self.url, self.target, self.report, self.patience = url, target, report, patience
        self.path = part_of(target)
        self.source_path = self.path.with_name(f"{self.path.name}.json")
        self.source = self._known_source()

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def complete(self, check: Callable[[Path, Report], None]) -> None:
        if self.source is None or self.size != self.source.size:
            self._receive()
        try:
            check(self.path, self.report)
        except DataError:
            self._forget()
            raise
        os.replace(self.path, self.target)
        self.source_path.unlink(missing_ok=True)

    def _receive(self) -> None:
        retry, furthest = self.patience.start(), self.size
        with requests.Session() as session:
            while True:
                answer = None
                try:
                    with self._ask(session) as response:
                        if response.status_code in _BUSY:
                            answer = response.raw
                            raise _Unfinished(f"it answers {_status(response)}")
                        self._take(response)
                    return
                except _Unfinished as e:
                    problem = str(e)
                except _DROPPED as e:
                    problem = self._reason(e)
                except requests.RequestException as e:
                    raise DataError(f"{self.url} cannot be fetched: {e}.") from None
                if self.size > furthest:  # it gets on, however often it has to be asked
                    retry, furthest = self.patience.start(), self.size
                try:
                    retry = retry.increment("GET", self.url, response=answer)
                except MaxRetryError:
                    self._give_up(problem)
                self._tell(f"Trying again, as {problem}", self.size)
                retry.sleep(answer)

    def _ask(self, session: requests.Session) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        if self.source is not None and self.source.validator is not None and self.size:
            headers |= {"Range": f"bytes={self.size}-", "If-Range": self.source.validator}
        return session.get(self.url, headers=headers, stream=True, timeout=self.patience.timeout)

    def _take(self, response: requests.Response) -> None:
        """Write what is answered; what is there is forgotten if the answer does not go on from it."""
        if response.status_code == HTTPStatus.OK:
            if "html" in response.headers.get("Content-Type", "").lower():
                raise DataError(f"{self.url} is a web page (HTML), not the file; look at it in a browser.")
            self._forget()
            self.source = source = _Source.of(self.url, response)
            self._check_room(source)
            write_json(self.source_path, source.model_dump())
        elif response.status_code in (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
            source = self._same_source(response)
        else:
            raise DataError(f"{self.url} cannot be fetched: the server answers {_status(response)}.")
        try:
            with self.path.open("ab") as out:
                # As it comes, so that a stall costs nothing; as sent, also from a server that calls gzip an encoding.
                while chunk := response.raw.read1(_CHUNK, decode_content=False):
                    out.write(chunk)
                    self._tell("Downloading", out.tell())
        except OSError as e:  # the file's: those of the connection come as HTTPError
            raise DataError(f"{self.path} cannot be written: {e.strerror}.") from None
        if source.size is not None and self.size < source.size:
            raise _Unfinished("not all has come")

    def _same_source(self, response: requests.Response) -> _Source:
        """What the part is of, if what is answered is the rest of it."""
        start, _, total = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
        source = self.source
        if source is not None and start.startswith(f"{self.size}-"):
            sizes = {str(source.size), total} - {"None", "*", ""}
            if len(sizes) <= 1 and _Source.of(self.url, response).validator in (None, source.validator):
                return source
        self._forget()
        raise _Unfinished("the file changes while it is being fetched")

    def _check_room(self, source: _Source) -> None:
        free = shutil.disk_usage(self.path.parent).free
        if source.size is not None and source.size > free:
            raise DataError(f"{self.target} needs {_megabytes(source.size)}, and the disk has {_megabytes(free)} left.")

    def _known_source(self) -> _Source | None:
        try:
            source = _Source.model_validate_json(self.source_path.read_bytes())
        except (OSError, ValidationError):
            source = None
        if source is None or source.url != self.url or (source.size is not None and self.size > source.size):
            self._forget()
            return None
        return source

    def _forget(self) -> None:
        self.source = None
        self.path.unlink(missing_ok=True)
        self.source_path.unlink(missing_ok=True)

    def _reason(self, error: Exception) -> str:
        """Why a connection ended, without the layers of libraries that say so."""
        causes = tuple(_causes(error))

        def is_one(kind: type[Exception]) -> bool:
            return any(isinstance(cause, kind) for cause in causes)

        if is_one(ssl.SSLCertVerificationError):
            raise DataError(f"{self.url} cannot be fetched: {causes[-1]}.")
        if is_one(NameResolutionError):
            return "there is no such host"
        if is_one(TimeoutError) and not is_one(NewConnectionError):
            return f"nothing came for {self.patience.timeout:g} seconds"
        if is_one(IncompleteRead):
            return "the connection ended too early"
        return "the connection failed"

    def _give_up(self, problem: str) -> NoReturn:
        goes_on = self.size and self.source is not None and self.source.validator is not None
        kept = "; what has come is kept, and the next download goes on from there" if goes_on else ""
        raise DataError(f"{self.url} cannot be fetched, after {self.patience.retries + 1} tries: {problem}{kept}.")

    def _tell(self, what: str, done: int) -> None:
        self.report(done, None if self.source is None else self.source.size, what)


def _say_nothing(done: int, of: int | None, what: str) -> None:
    """A `Report` that shows nothing."""


def _causes(error: Exception) -> Iterator[Exception]:
    """An error and those it was made of, which the libraries pass on as arguments."""
    yield error
    for part in (*error.args, getattr(error, "reason", None)):
        if isinstance(part, Exception):
            yield from _causes(part)


class _Unfinished(Exception):
    """Why the file is not whole, though the connection has not failed."""


def _status(response: requests.Response) -> str:
    return f"{response.status_code} {response.reason}".strip()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
