"""LFs from and to plain values, with one clear sentence for what is wrong."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from weakrec_core.errors import SpecError, quoted
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.kinds import LF_KINDS

_NAMED = 80  # characters of a field in a message
_SURROGATE = re.compile("[\ud800-\udfff]")


def dump_lf(lf: LF) -> dict[str, Any]:
    """An LF as plain values, kind and name first, defaults left out."""
    values = lf.model_dump(mode="json", exclude_defaults=True)
    return {"kind": lf.kind, "name": lf.name} | values


def parse_lf(values: Any) -> LF:
    """Build an LF from plain values; `SpecError` names the LF and the field."""
    if not isinstance(values, Mapping):
        raise SpecError(f"An LF must be a mapping with kind and name, not {quoted(values)}.")
    who = f"LF {quoted(values.get('name', '(no name)'))}"
    # YAML and JSON can write what is no text, and pydantic lets it through where a string has no further limits.
    if any(_SURROGATE.search(text) for text in _texts(values)):
        raise SpecError(f"{who}: it has half a surrogate pair in it, which is no character.")
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in LF_KINDS:
        raise SpecError(f"{who}, field kind: there is no kind {quoted(kind)}; the kinds are {', '.join(LF_KINDS)}.")
    try:
        return LF_KINDS[kind].model_validate(dict(values))
    except ValidationError as e:
        raise SpecError(f"{who}{one_sentence(e)}") from None


def _texts(values: Any) -> Iterator[str]:
    """All strings in plain values."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        yield from _texts([*values, *values.values()])
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _texts(value)


def one_sentence(error: ValidationError) -> str:
    """The first problem of a validation as ``, field NAME: what is wrong.``"""
    first = error.errors()[0]
    field = ".".join(str(part + 1 if isinstance(part, int) else part)[:_NAMED] for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    message = f"unknown key {quoted(first['loc'][-1])}" if first["type"] == "extra_forbidden" else message
    return f", field {field}: {message}." if field else f": {message}."
