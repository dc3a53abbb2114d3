"""A second ingest of the same files in the same way is recognised, so that it costs a look at the files."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.errors import DataError
from weakrec_core.workspace import Workspace

MADE_OF = "made_of"  # in the meta of a dataset
_VERSION = 1  # to be raised when the same files give another dataset


def made_of(files: Mapping[str, Path], options: Mapping[str, Any]) -> str:
    """A digest of the content of files and of what else a dataset depends on, which must be JSON-serialisable.

    What cannot be read counts as empty: who reads it says so.
    """
    digest = hashlib.sha256(json.dumps([_VERSION, options], sort_keys=True).encode())
    for kind, path in files.items():
        content = ""
        with suppress(OSError):
            if path.is_file():
                with path.open("rb") as f:
                    content = hashlib.file_digest(f, "sha256").hexdigest()
        digest.update(json.dumps([kind, path.name, content]).encode())
    return digest.hexdigest()


def made_before(workspace: Workspace, name: str, digest: str) -> Dataset | None:
    """The dataset of that name if it was made of just that; see `made_of`."""
    if name not in list_datasets(workspace):
        return None
    try:
        dataset = open_dataset(workspace, name)
    except DataError:  # damaged: made anew
        return None
    return dataset if dataset.meta.get(MADE_OF) == digest else None
