"""What inputs look like: values of any shape, texts of YAML's signs, and good files that were tampered with."""

import json
from collections.abc import Sequence
from typing import Any

import yaml
from hypothesis import strategies as st

from weakrec_core.labeling.kinds import LF_KINDS
from weakrec_core.signals.registry import SIGNALS

SIGNS = "&*!|>-:{}[],'\"#%@` \n\ta1<=?\\é\x00\u2028"
NUMBERS = st.sampled_from([0, 1, -1, 0.5, 1e308, -1e308, 1e-320, float("nan"), float("inf"), 2**63, 10**400, True])
_TELLING = [
    *[
        "",
        "POSITIVE",
        "NEGATIVE",
        "polarity",
        "good",
        "../../etc/passwd",
        "http://127.0.0.1:9/x",
        "s3://a/b",
        "{}",
        "=1+1",
    ],
    *["(" * 200, "(a+)+$", "[a-z]{1000}", "a" * 3_000, "![x](http://127.0.0.1:9/x)", "\ud800", "\x00", "0" * 5_000],
]
TEXTS = st.text(max_size=20) | st.sampled_from(_TELLING)
VALUES: Any = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
DEEP = ["[" * 10_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 5_000 + "1" + "}" * 5_000]
_DEEP_YAML = ["[" * 300, "[" * 90 + "]" * 90, "{a: " * 60 + "1" + "}" * 60]
_HOLLOW = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"{}",
    b"0",
    b'""',
    b"\x00" * 100,
    b"PAR1",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"\x93NUMPY\x01\x00",
]


def _nested(aliases: int, width: int) -> str:
    """A few lines that stand for very many values."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, aliases)]
    return "\n".join(lines) + f"\nname: *a{aliases - 1}\nlfs: *a{aliases - 1}\n"


def _merged(keys: int, width: int) -> str:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * width)}], k{i}: 1}}" for i in range(1, keys)]
    return "\n".join(lines) + f"\nname: s\nlfs: [*a{keys - 1}]\n"


BOMBS = st.one_of(
    st.builds(_nested, st.integers(1, 30), st.integers(1, 12)),
    st.builds(_merged, st.integers(1, 30), st.integers(1, 12)),
    st.sampled_from(_DEEP_YAML).map(lambda text: f"name: s\nlfs: {text}\n"),
    st.integers(1, 200).map(lambda n: f"name: s\nlfs: [{', '.join(['{kind: column, name: a, column: a}'] * n)}]\n"),
)


@st.composite
def lf_values(draw: st.DrawFn) -> dict[str, Any]:
    """An LF whose fields are those of its kind, with values that may be anything."""
    kind = draw(st.sampled_from(sorted(LF_KINDS)))
    fields = sorted(LF_KINDS[kind].model_fields)
    near = {
        "name": st.sampled_from(["a", "b", "c"]),
        "label": st.sampled_from(["POSITIVE", "NEGATIVE"]),
        "signal": st.sampled_from(sorted(SIGNALS)),
        "op": st.sampled_from([">", "<", ">=", "<="]),
        "threshold": st.floats(-2, 2),
        "match": st.sampled_from(["substring", "word", "regex"]),
        "groups": st.lists(
            st.fixed_dictionaries(
                {"label": st.sampled_from(["POSITIVE", "NEGATIVE"]), "keywords": st.lists(TEXTS, max_size=5)}
            ),
            max_size=3,
        ),
    }
    needed = [name for name in fields if LF_KINDS[kind].model_fields[name].is_required()]
    wanted = set(needed if draw(st.integers(0, 3)) else ()) | draw(st.sets(st.sampled_from(fields), max_size=2))
    odd = draw(st.sampled_from(fields)) if draw(st.booleans()) else None
    return {"kind": kind} | {f: draw(near[f] if f in near and f != odd else VALUES) for f in sorted(wanted - {"kind"})}


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True)


def lf_yaml(good: Sequence[str]) -> st.SearchStrategy[str]:
    """LF sets as YAML: nearly right, tampered with, and of YAML's signs."""
    sets = st.fixed_dictionaries({"name": st.just("s") | VALUES, "lfs": st.lists(lf_values(), max_size=4)})
    near = sets.map(_dumped)
    changed = tampered([text.encode() for text in good], _DEEP_YAML).map(lambda data: data.decode("utf-8", "replace"))
    return st.one_of(
        near, near, near, changed, changed, changed, VALUES.map(_dumped), st.text(SIGNS, max_size=60), BOMBS
    )


@st.composite
def tampered(draw: st.DrawFn, good: Sequence[bytes], deep: Sequence[str] = DEEP) -> bytes:
    """A good file cut, with pieces doubled, left out or put in, or one that is hollow."""
    data = draw(st.sampled_from(list(good)))
    for _ in range(draw(st.integers(0, 4))):
        at, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        how = draw(st.sampled_from(["cut", "leave", "double", "put", "flip", "hollow", "deep"]))
        if how == "cut":
            data = data[:at]
        elif how == "leave":
            data = data[:at] + data[to:]
        elif how == "double":
            data = data[:to] + data[at:to] + data[to:]
        elif how == "put":
            data = (
                data[:at] + draw(st.binary(max_size=8) | TEXTS.map(lambda t: t.encode("utf-8", "replace"))) + data[at:]
            )
        elif how == "flip" and data:
            data = data[:at] + bytes(b ^ 0xFF for b in data[at : at + 3]) + data[at + 3 :]
        elif how == "hollow":
            data = draw(st.sampled_from(_HOLLOW))
        elif how == "deep":
            data = draw(st.sampled_from(deep)).encode()
    return data


@st.composite
def changed_json(draw: st.DrawFn, good: bytes) -> bytes:
    """A JSON object, or lines of them, with one value changed for any other."""
    lines = _values(good)
    at = draw(st.integers(0, len(lines) - 1))
    value = json.loads(lines[at])
    where, path = value, draw(st.integers(1, 4))
    for _ in range(path - 1):
        inner = [key for key in _keys(where) if isinstance(where[key], dict | list) and where[key]]
        if not inner:
            break
        where = where[draw(st.sampled_from(inner))]
    if keys := _keys(where):
        key = draw(st.sampled_from(keys))
        if draw(st.booleans()):
            where[key] = draw(VALUES)
        else:
            del where[key]
    lines[at] = json.dumps(value).encode("utf-8", "replace")
    return b"\n".join(lines)


def _values(good: bytes) -> list[bytes]:
    """A JSON text as one value, JSON lines as several."""
    try:
        json.loads(good)
    except ValueError:
        return [line for line in good.splitlines() if line.strip()]
    return [good]


def _keys(value: Any) -> list[Any]:
    return sorted(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
