"""A download from a server that stalls, drops, changes its mind or answers with something else."""

import gzip
import random
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.data.download.conftest import Answer, Server, refuse, send
from weakrec_core.data.download import fetching
from weakrec_core.data.download.fetching import Patience, Report, fetch, part_of
from weakrec_core.errors import DataError
from weakrec_core.packing import verify

BODY = gzip.compress(random.Random(0).randbytes(20_000), mtime=0)
OTHER = gzip.compress(random.Random(1).randbytes(15_000), mtime=0)
HURRIED = Patience(timeout=0.2, retries=2, backoff=0.0)


def intact(path: Path, report: Report) -> None:
    verify(path)


def get(server: Server, target: Path, name: str = "file.gz") -> list[str]:
    """Fetch the file; what was said meanwhile, each once."""
    said: list[str] = []
    fetch(f"{server.url}/{name}", target, intact, lambda done, of, what: said.append(what), HURRIED)
    return list(dict.fromkeys(said))


def refused(server: Server, target: Path) -> str:
    with pytest.raises(DataError) as e:
        get(server, target)
    assert not target.exists()
    return str(e.value).replace(server.url, "URL")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "file.gz"


@pytest.fixture(autouse=True)
def _body(server: Server) -> None:
    server.body = BODY


def only_the_file(target: Path, body: bytes = BODY) -> bool:
    return target.read_bytes() == body and list(target.parent.iterdir()) == [target]


def test_a_whole_file(server: Server, target: Path) -> None:
    assert get(server, target) == ["Downloading"]
    assert only_the_file(target)
    assert server.asked[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (send(7_000), "Trying again, as the connection ended too early"),
        (send(7_000, stall=True), "Trying again, as nothing came for 0.2 seconds"),
    ],
)
def test_a_connection_that_ends_is_gone_on_with(server: Server, target: Path, first: Answer, said: str) -> None:
    server.answers = [first, send()]
    assert said in get(server, target)
    assert only_the_file(target)
    assert server.ranges == [None, "bytes=7000-"]
    assert server.asked[1]["If-Range"] == '"1"'


def test_tries_that_bring_something_do_not_count(server: Server, target: Path) -> None:
    server.answers = [send(n) for n in range(1_000, 12_000, 1_000)] + [send()]
    get(server, target)
    assert only_the_file(target)
    assert len(server.asked) == 12


def test_what_has_come_outlives_a_failure(server: Server, target: Path) -> None:
    server.answers = [send(7_000), refuse(503)]
    assert refused(server, target) == (
        "URL/file.gz cannot be fetched, after 3 tries: it answers 503 Service Unavailable; "
        "what has come is kept, and the next download goes on from there."
    )
    assert part_of(target).read_bytes() == BODY[:7_000]
    server.answers, server.asked = [send()], []
    get(server, target)
    assert server.ranges == ["bytes=7000-"]
    assert only_the_file(target)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(BODY) - 1), max_size=6), ranges=st.lists(st.booleans(), min_size=6, max_size=6))
def test_wherever_it_is_cut(server: Server, target: Path, cuts: list[int], ranges: list[bool]) -> None:
    """A server that drops connections, and at times sends all anew: never other bytes than its file's."""
    target.unlink(missing_ok=True)
    server.asked = []
    server.answers = [send(cut, ranges=known) for cut, known in zip(cuts, ranges, strict=False)] + [send()]
    for _ in range(4):
        try:
            get(server, target)
        except DataError:
            continue
        break
    assert only_the_file(target)


def test_an_interrupt_keeps_what_has_come(server: Server, target: Path) -> None:
    def stop(done: int, of: int | None, what: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(f"{server.url}/file.gz", target, intact, stop)
    assert part_of(target).read_bytes() == BODY[: part_of(target).stat().st_size] != b""
    get(server, target)
    assert only_the_file(target)


def test_an_interrupted_check_asks_for_nothing_anew(server: Server, target: Path) -> None:
    def stop(path: Path, report: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(f"{server.url}/file.gz", target, stop)
    get(server, target)
    assert only_the_file(target)
    assert len(server.asked) == 1


def test_a_server_without_ranges_sends_all_anew(server: Server, target: Path) -> None:
    server.answers = [send(7_000), send(ranges=False)]
    get(server, target)
    assert only_the_file(target)


def test_a_server_without_ranges_that_always_ends_early(server: Server, target: Path) -> None:
    server.answers = [send(7_000, ranges=False)]
    assert "after 3 tries: the connection ended too early" in refused(server, target)
    assert len(server.asked) == 3


def test_a_file_that_changes_meanwhile_is_fetched_anew(server: Server, target: Path) -> None:
    server.answers = [send(7_000), refuse(503)]
    refused(server, target)
    server.body, server.tag, server.answers = OTHER, '"2"', [send()]
    get(server, target)
    assert only_the_file(target, OTHER)


@pytest.mark.parametrize(
    "second",
    [
        send(ETag='"2"'),
        send(Content_Range=f"bytes 7000-9999/{len(BODY) + 1}"),
        send(Content_Range=f"bytes 6000-9999/{len(BODY)}"),
        refuse(416),
    ],
    ids=["another tag", "another size", "another start", "no such range"],
)
def test_a_rest_of_something_else_is_not_taken(server: Server, target: Path, second: Answer) -> None:
    server.answers = [send(7_000), second, send()]
    assert "Trying again, as the file changes while it is being fetched" in get(server, target)
    assert only_the_file(target)
    assert server.ranges == [None, "bytes=7000-", None]


@pytest.mark.parametrize("tag", [None, 'W/"1"'])
def test_without_a_strong_tag_nothing_is_gone_on_with(server: Server, target: Path, tag: str | None) -> None:
    server.tag, server.answers = tag, [send(7_000), send()]
    get(server, target)
    assert only_the_file(target)
    assert server.ranges == [None, None]


def test_the_date_stands_in_for_a_tag(server: Server, target: Path) -> None:
    day = "Wed, 21 Oct 2015 07:28:00 GMT"
    server.tag = None
    server.answers = [send(7_000, Last_Modified=day), send(Last_Modified=day)]
    get(server, target)
    assert server.asked[1]["If-Range"] == day
    assert only_the_file(target)


def test_a_part_of_another_address_is_not_gone_on_with(server: Server, target: Path) -> None:
    server.answers = [send(7_000), refuse(503)]
    refused(server, target)
    server.answers, server.asked = [send()], []
    get(server, target, "mirror.gz")
    assert server.ranges == [None]
    assert only_the_file(target)


@pytest.mark.parametrize("broken", ["{", "{}", '{"url": 1}'])
def test_a_part_file_of_which_nothing_is_known(server: Server, target: Path, broken: str) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(b"left over")
    Path(f"{part_of(target)}.json").write_text(broken, encoding="utf-8")
    get(server, target)
    assert only_the_file(target)


def test_a_size_that_is_too_small(server: Server, target: Path) -> None:
    server.answers = [send(Content_Length=9_000)]
    assert "is truncated: the gzip stream ends too early; download it again" in refused(server, target)
    assert list(target.parent.iterdir()) == []


def test_a_size_that_is_too_large(server: Server, target: Path) -> None:
    server.answers = [send(Content_Length=len(BODY) + 1, ranges=False)]
    assert "after 3 tries: the connection ended too early" in refused(server, target)


def test_no_size(server: Server, target: Path) -> None:
    server.answers = [send(Content_Length=None)]
    get(server, target)
    assert only_the_file(target)


def test_no_size_and_the_connection_ends(server: Server, target: Path) -> None:
    server.answers = [send(7_000, Content_Length=None)]
    assert "is truncated" in refused(server, target)


@pytest.mark.parametrize("whole", [True, False])
def test_in_chunks(server: Server, target: Path, whole: bool) -> None:
    def chunked(server: Server, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.wfile.write(b"%x\r\n%s\r\n" % (len(BODY), BODY) + (b"0\r\n\r\n" if whole else b""))

    server.answers = [chunked, send()]
    get(server, target)
    assert only_the_file(target)
    assert len(server.asked) == (1 if whole else 2)


def test_gzip_that_is_called_an_encoding_stays_packed(server: Server, target: Path) -> None:
    server.answers = [send(Content_Encoding="gzip")]
    get(server, target)
    assert only_the_file(target)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refuse(404), "URL/file.gz cannot be fetched: the server answers 404 Not Found."),
        (refuse(403, b"<html>"), "URL/file.gz cannot be fetched: the server answers 403 Forbidden."),
        (
            refuse(200, b"<html>moved</html>", Content_Type="text/html; charset=utf-8"),
            "URL/file.gz is a web page (HTML), not the file; look at it in a browser.",
        ),
        (refuse(301, Location="ftp://127.0.0.1/file.gz"), "URL/file.gz cannot be fetched: No connection adapters"),
    ],
)
def test_other_answers_are_named_at_once(server: Server, target: Path, answer: Answer, said: str) -> None:
    server.answers = [answer]
    assert refused(server, target).startswith(said)
    assert len(server.asked) == 1
    assert list(target.parent.iterdir()) == []


def test_a_web_page_does_not_cost_what_has_come(server: Server, target: Path) -> None:
    server.answers = [send(7_000), refuse(200, b"<html>busy</html>", Content_Type="text/html")]
    refused(server, target)
    assert part_of(target).read_bytes() == BODY[:7_000]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server: Server, target: Path, status: int) -> None:
    server.answers = [refuse(status, Retry_After="0"), refuse(status), send()]
    get(server, target)
    assert only_the_file(target)


def test_a_rest_that_comes_in_pieces(server: Server, target: Path) -> None:
    """A proxy may send less than was asked for, and says so."""
    piece = send(9_000, Content_Range=f"bytes 7000-8999/{len(BODY)}", Content_Length=2_000)
    server.answers = [send(7_000), piece, send()]
    assert "Trying again, as not all has come" in get(server, target)
    assert server.ranges == [None, "bytes=7000-", "bytes=9000-"]
    assert only_the_file(target)


def test_a_part_that_nobody_asked_for(server: Server, target: Path) -> None:
    server.answers = [refuse(206, BODY), send()]
    get(server, target)
    assert only_the_file(target)


def test_no_promise_to_go_on_without_a_tag(server: Server, target: Path) -> None:
    server.tag, server.answers = None, [send(7_000)]
    assert refused(server, target).endswith("after 3 tries: the connection ended too early.")


def test_no_secure_connection(server: Server, target: Path) -> None:
    with pytest.raises(DataError, match=r"after 3 tries: the connection failed\.$"):
        fetch(f"{server.url.replace('http', 'https')}/x.gz", target, intact, patience=HURRIED)


def test_nobody_listens(target: Path) -> None:
    with pytest.raises(
        DataError, match=r"^http://127\.0\.0\.1:9/x\.gz cannot be fetched, after 3 tries: the connection failed\.$"
    ):
        fetch("http://127.0.0.1:9/x.gz", target, intact, patience=HURRIED)


def test_no_address(target: Path) -> None:
    with pytest.raises(DataError, match="cannot be fetched: Invalid URL 'x': No scheme supplied"):
        fetch("x", target, intact)


def test_a_full_disk_is_said_before(server: Server, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000))
    assert refused(server, target).endswith("file.gz needs 0.0 MB, and the disk has 0.0 MB left.")


def test_two_at_once(server: Server, target: Path) -> None:
    target.parent.mkdir()
    with FileLock(f"{target}.lock"):
        assert refused(server, target) == f"{target} is being downloaded by another process."
    assert server.asked == []
