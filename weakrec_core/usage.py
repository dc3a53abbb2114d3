"""What takes how much of the disk, and making room by what can be computed again."""

import os
import shutil
from collections import Counter
from pathlib import Path

from weakrec_core.access import Role, require
from weakrec_core.activity import record
from weakrec_core.workspace import Workspace

REST = "other"
CACHE = "cache"
_PARTED = ("datasets", "runs", CACHE)  # stores whose directories are told apart


def bytes_by_store(workspace: Workspace) -> dict[str, int]:
    """Bytes of each store, such as "drafts", and of each dataset, run and cache, such as "runs/ID", largest first.

    Files at the top of the workspace are `REST`.
    """
    found: Counter[str] = Counter()
    for path, size in _sizes(workspace.root):
        parts = path.relative_to(workspace.root).parts[:-1]
        found["/".join(parts[: 2 if parts[:1] and parts[0] in _PARTED else 1]) or REST] += size
    return dict(found.most_common())


def bytes_of(directory: Path) -> int:
    """Bytes of all files in it; 0 where there is none."""
    return sum(size for _, size in _sizes(directory))


def clear_caches(workspace: Workspace) -> int:
    """Remove what can be computed again, signals, vectors and baselines; the bytes that this freed.

    What a language model has answered is no cache: it was paid for.

    Raises
    ------
    AccessError
        If who is at work may only look.
    """
    require(Role.EDITOR, "clear caches")
    caches = workspace.root / CACHE
    before = bytes_of(caches)
    for directory in caches.glob("*"):
        shutil.rmtree(directory, ignore_errors=True)
    freed = before - bytes_of(caches)
    record(workspace, "cleared caches", f"{freed / 1e6:,.1f} MB")
    return freed


def _sizes(directory: Path) -> "list[tuple[Path, int]]":
    """Each file with what it takes on the disk; what is removed meanwhile takes nothing."""
    found = []
    for folder, _, names in os.walk(directory):
        for name in names:
            path = Path(folder, name)
            try:
                found.append((path, path.lstat().st_blocks * 512))
            except OSError:
                continue
    return found
