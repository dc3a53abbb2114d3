"""The server's log: a JSON object a line, in files that are turned over before they grow large."""

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

_BYTES, _FILES = 5_000_000, 5


class JsonLines(logging.Formatter):
    """A record as one line: at (UTC), level, logger, said, what its `about` names, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name, "said": record.getMessage()}
        line |= getattr(record, "about", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to(path: Path) -> logging.Handler:
    """Write warnings and errors to a file, and to stderr as before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True)
    kept.setFormatter(JsonLines())
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    root.addHandler(kept)
    return kept
