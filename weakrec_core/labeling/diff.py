"""What differs between two LF sets, in words."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from weakrec_core.labeling.base import LF
from weakrec_core.labeling.lf_set import LFSet

_SHOWN = 80  # characters of a text


def diff_sets(old: LFSet, new: LFSet) -> list[str]:
    """One line a change, in the order of the new set; empty if the sets are the same."""
    before, after = {lf.name: lf for lf in old.lfs}, {lf.name: lf for lf in new.lfs}
    lines = [f"added {lf.name} ({lf.kind})" for lf in new.lfs if lf.name not in before]
    lines += [f"removed {lf.name}" for lf in old.lfs if lf.name not in after]
    for name in after:
        if name in before and before[name] != after[name]:
            lines += [f"{name}: {change}" for change in _changes(before[name], after[name])]
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        lines.append("the order has changed")
    return lines


def _changes(old: LF, new: LF) -> list[str]:
    switched = ["switched on" if new.enabled else "switched off"] if old.enabled != new.enabled else []
    before, after = (lf.model_dump(mode="json", exclude={"enabled"}) for lf in (old, new))
    return switched + _compare("", before, after)


def _compare(path: str, old: Any, new: Any) -> list[str]:
    if old == new:
        return []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        keys = list(dict.fromkeys([*old, *new]))
        return [line for key in keys for line in _compare(f"{path} {key}".strip(), old.get(key), new.get(key))]
    if isinstance(old, list) and isinstance(new, list):
        if all(isinstance(item, str) for item in old + new):
            added, removed = [x for x in new if x not in old], [x for x in old if x not in new]
            parts = [f"+ {', '.join(added)}"] * bool(added) + [f"− {', '.join(removed)}"] * bool(removed)
            return [f"{path} {'  '.join(parts) or 'in another order'}"]
        if len(old) == len(new):
            pairs = zip(old, new, strict=True)
            return [line for i, (a, b) in enumerate(pairs, 1) for line in _compare(f"{path} {i}", a, b)]
        return [f"{path}: {len(old)} → {len(new)}"]
    return [f"{path} {_value(old)} → {_value(new)}"]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return "–" if value in (None, "") else shorten(str(value), _SHOWN, placeholder=" …")
