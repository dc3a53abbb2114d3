"""What takes how much of the disk, by store of the workspace."""

import os
from collections import Counter
from pathlib import Path

from weakrec_core.workspace import Workspace

REST = "other"


def bytes_by_store(workspace: Workspace) -> dict[str, int]:
    """Bytes of each store, such as "datasets", "runs" or "cache/signals", largest first; files at the top are `REST`."""
    found: Counter[str] = Counter()
    for path, size in _sizes(workspace.root):
        parts = path.relative_to(workspace.root).parts[:-1]
        found["/".join(parts[: 2 if parts[:1] == ("cache",) else 1]) or REST] += size
    return dict(found.most_common())


def bytes_of(directory: Path) -> int:
    """Bytes of all files in it; 0 where there is none."""
    return sum(size for _, size in _sizes(directory))


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
