"""The server's log: a line a record, turned over."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from weakrec_core import server_log
from weakrec_core.server_log import log_to


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path, root = tmp_path / "logs" / "server.jsonl", logging.getLogger()
    before = root.handlers[:]
    log_to(path)
    yield path
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_record_is_a_line(log: Path) -> None:
    assert log.parent.is_dir() and not log.exists()
    logger = logging.getLogger("workbench")
    logger.warning("%s was left\nbehind", "a.tmp")
    try:
        raise KeyError("ü")
    except KeyError as e:
        logger.error(
            "Unexpected error %s", "3f9a1c02", exc_info=e, extra={"about": {"error": "3f9a1c02", "who": "ada"}}
        )
    first, second = lines(log)
    assert first.keys() == {"at", "level", "logger", "said"}
    assert (first["level"], first["said"]) == ("WARNING", "a.tmp was left\nbehind")
    assert (second["error"], second["who"]) == ("3f9a1c02", "ada") and "KeyError: 'ü'" in second["traceback"]


def test_old_files_go(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = (h for h in logging.getLogger().handlers if h.__class__.__name__ == "RotatingFileHandler")
    monkeypatch.setattr(kept, "maxBytes", 400)
    for i in range(60):
        logging.getLogger("workbench").warning("record %d", i)
    files = sorted(log.parent.iterdir())
    assert len(files) == server_log._FILES and all(path.stat().st_size <= 400 for path in files)
    assert lines(log)[-1]["said"] == "record 59"
