"""An LF set being edited: undo, redo, and a copy on disk that survives reloads and restarts."""

import json
import re
import secrets
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from weakrec_core import files
from weakrec_core.access import may_write
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import Version, load_version
from weakrec_core.workspace import Workspace

_UNDO_STEPS = 50
_DAY = 86_400.0  # seconds
_IN_USE, _OLD, _MANY = 3 * _DAY, 30 * _DAY, 200
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Draft:
    """An LF set on top of a saved version. Drafts are values: an edit gives a new one.

    Attributes
    ----------
    base : Version
        What was opened or last saved.
    lf_set : LFSet
        The set with its unsaved edits.
    past, future : tuple of LFSet
        What undo and redo go back and forth to.
    """

    base: Version
    lf_set: LFSet
    past: tuple[LFSet, ...] = ()
    future: tuple[LFSet, ...] = ()
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def dirty(self) -> bool:
        """Whether there are unsaved edits."""
        return self.lf_set.lfs != self.base.lf_set.lfs

    def edit(self, lf_set: LFSet) -> "Draft":
        """The draft after an edit; redo starts anew."""
        if lf_set == self.lf_set:
            return self
        return replace(self, lf_set=lf_set, past=(*self.past, self.lf_set)[-_UNDO_STEPS:], future=())

    def undo(self) -> "Draft":
        """One edit back; unchanged if there is none."""
        if not self.past:
            return self
        return replace(self, lf_set=self.past[-1], past=self.past[:-1], future=(self.lf_set, *self.future))

    def redo(self) -> "Draft":
        """The edit that was undone; unchanged if there is none."""
        if not self.future:
            return self
        return replace(self, lf_set=self.future[0], past=(*self.past, self.lf_set), future=self.future[1:])

    def based_on(self, version: Version) -> "Draft":
        """The same edits, undo and redo on top of another version, under its set's name."""

        def named(lf_set: LFSet) -> LFSet:
            return lf_set.model_copy(update={"name": version.name})

        past, future = (tuple(map(named, sets)) for sets in (self.past, self.future))
        return replace(self, base=version, lf_set=named(self.lf_set), past=past, future=future)


def open_draft(workspace: Workspace, name: str, number: int | None = None) -> Draft:
    """A fresh draft of a saved version, by default the latest."""
    version = load_version(workspace, name, number)
    return Draft(version, version.lf_set)


def keep(workspace: Workspace, draft: Draft) -> None:
    """Write the draft to the workspace; that of a viewer lives as long as its tab."""
    if not may_write():
        return
    value = {
        "name": draft.base.name,
        "base": draft.base.number,
        "dirty": draft.dirty,
        "lf_set": draft.lf_set.model_dump(mode="json"),
        "past": [s.model_dump(mode="json") for s in draft.past],
        "future": [s.model_dump(mode="json") for s in draft.future],
    }
    files.write_text(_path(workspace, draft.id), json.dumps(value))


def recall(workspace: Workspace, draft_id: str) -> Draft | None:
    """The draft with that id as it was last kept, or None if it is not there or can't be used any more."""
    if not _ID.fullmatch(draft_id) or not _path(workspace, draft_id).exists():
        return None
    try:
        value = files.read_json(_path(workspace, draft_id))
        past, future = ([LFSet.model_validate(s) for s in value[key]] for key in ("past", "future"))
        version, lf_set = load_version(workspace, value["name"], value["base"]), LFSet.model_validate(value["lf_set"])
        return Draft(version, lf_set, tuple(past), tuple(future), draft_id).based_on(version)
    except (WeakrecError, ValueError, KeyError, TypeError):
        return None


def prune(workspace: Workspace) -> None:
    """Remove drafts that nobody misses: each tab begins with one of its own.

    Of those not touched for three days these go: copies of what a newer one holds, too; and without unsaved edits those
    older than 30 days and those beyond the newest 200.
    """
    if not may_write():
        return
    now, held = time.time(), set()
    drafts = sorted(((p.stat().st_mtime, p) for p in workspace.drafts.glob("[!.]*.json")), reverse=True)
    for i, (touched, path) in enumerate(drafts):
        content = path.read_bytes()
        old = now - touched > _OLD or i >= _MANY
        if now - touched > _IN_USE and (content in held or (old and _is_clean(content))):
            path.unlink(missing_ok=True)
        held.add(content)


def _is_clean(content: bytes) -> bool:
    try:
        return json.loads(content)["dirty"] is False
    except (ValueError, KeyError, TypeError, RecursionError):  # of an older version, which did not say
        return False


def _path(workspace: Workspace, draft_id: str) -> Path:
    return workspace.drafts / f"{draft_id}.json"
