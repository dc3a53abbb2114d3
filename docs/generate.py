"""Writes the pages of the docs that are made from code, and the notebook: ``python -m docs.generate``, part of `make docs`."""

import json
from collections.abc import Collection
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import typer
import typer.cli
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from benchmarks.everything import page as performance
from weakrec_core.__main__ import app
from weakrec_core.data.noun import Noun
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.kinds import LF_KINDS
from weakrec_core.signals import SIGNALS

DOCS = Path(__file__).resolve().parent
MEASURED = DOCS.parent / "benchmarks" / "measured.json"  # what `python -m benchmarks --json` printed
_MADE = "<!-- Made by `python -m docs.generate`; edit the code instead. -->\n"
_ITEM = Noun.parse("item")

_LF_HEAD = """# Labeling functions

A labeling function (LF) votes POSITIVE or NEGATIVE on a row, a user and an item, or abstains. A row is POSITIVE where the user
likes the item. An LF set is a YAML file: a name and a list of LFs, applied in any order. `enabled: false` keeps an LF without
applying it; tags, comment and owner are for people and change no vote. Names are unique; unknown keys, regular expressions that
do not compile and thresholds that are not numbers are refused, by a sentence that names the LF and the field.

```yaml
name: my_lfs
lfs:
  - kind: keyword
    name: loved
    match: word
    groups:
      - {label: POSITIVE, keywords: [loved it, could not put it down]}
  - {kind: threshold, name: sad, signal: polarity, op: "<", threshold: 0.0, label: NEGATIVE}
```

The editor of the workbench writes these files; versions that are saved there lie in `lf_sets/NAME/` of the workspace. Two sets are
shipped: `tutorial`, the five LFs of Snorkel's recommender tutorial to the letter, and `recommended`.
"""

_EXAMPLES = {
    "keyword": """kind: keyword
name: gave_up
match: word
groups:
  - {label: NEGATIVE, keywords: [dnf, gave up]}
  - {label: POSITIVE, keywords: [one sitting]}
""",
    "threshold": """{kind: threshold, name: stars_middle, signal: stated_stars, op: between, low: 3.2, high: 3.79, label: NEGATIVE}
""",
    "similar": """kind: similar
name: like_a_wrong_row
label: NEGATIVE
examples:
  - I wanted to love this, but the middle drags and nobody in it ever seems to grow.
threshold: 0.42
""",
    "prompt": """kind: prompt
name: would_read_again
prompt: Would the reviewer read another book by this author? Judge only what is said of the book.
model: llama3.2
""",
    "combined": """kind: combined
name: praised_and_glad
label: POSITIVE
conditions:
  - {type: keywords, match: word, keywords: [recommend]}
  - {type: threshold, signal: polarity, op: ">", threshold: 0.2}
unless:
  - {type: keywords, keywords: [not recommend]}
""",
    "category": """{kind: category, name: good_studios, column: studio, positive: [Ghibli, Aardman], negative: [Asylum]}
""",
    "column": """{kind: column, name: model_votes, column: llm_label}
""",
    "python": """{kind: python, name: short_review, target: "my_lfs:short_review"}
""",
}


def cli_reference() -> str:
    """Every command with its options, as Typer tells them."""
    command: Any = typer.main.get_command(app)
    command.commands = {name: c for name, c in command.commands.items() if not c.hidden}
    text = typer.cli.get_docs_for_click(
        obj=command, ctx=typer.Context(command), name="weakrec", title="Command reference"
    )
    return _MADE + text.strip() + "\n"


def lf_reference() -> str:
    """Each kind of LF with its fields, and the signals."""
    parts = [_MADE + _LF_HEAD, f"Fields of every kind:\n\n{_fields(LF)}"]
    for kind, lf in LF_KINDS.items():
        parts.append(
            f"## {lf.title}\n\n{_summary(lf)}\n\n```yaml\n{_EXAMPLES[kind]}```\n\n{_fields(lf, set(LF.model_fields))}"
        )
        parts += [f"Each of `{name}`:\n\n{_fields(model)}" for name, model in _nested(lf)]
    rows = [s.told(_ITEM) for s in SIGNALS.values()]
    lines = [f"| `{s.name}` | {s.meaning} | {s.unit} | {s.nan} |" for s in rows]
    head = "| Signal | Meaning | Unit | Not known where |\n| --- | --- | --- | --- |\n"
    about = "A signal is one number a row, computed once and kept. Where it is not known, a threshold on it abstains."
    return "\n".join([*parts, f"## Signals\n\n{about}\n\n{head}" + "\n".join(lines) + "\n"])


def notebook(page: str) -> str:
    """A page as a notebook: its Python blocks are cells, what stands between them text."""
    cells: list[dict[str, Any]] = []
    for i, part in enumerate(page.split("```")):
        language, _, code = part.partition("\n")
        source = code if i % 2 else part
        if i % 2 and language != "python":
            raise ValueError(f"A notebook has blocks of Python only, not of {language!r}.")
        if source.strip():
            kind = {"cell_type": "code", "execution_count": None, "outputs": []} if i % 2 else {"cell_type": "markdown"}
            lines = source.strip().splitlines(keepends=True)
            cells.append(kind | {"id": f"cell-{len(cells)}", "metadata": {}, "source": lines})
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def pages() -> dict[str, str]:
    """The content of every file that is made, by its name."""
    return {
        "cli-reference.md": cli_reference(),
        "lf-reference.md": lf_reference(),
        "performance.md": performance(json.loads(MEASURED.read_text(encoding="utf-8"))),
        "tutorial.ipynb": notebook((DOCS / "tutorial.md").read_text(encoding="utf-8")),
    }


def _summary(model: type[BaseModel]) -> str:
    """The docstring in Markdown, each paragraph on a line."""
    paragraphs = (model.__doc__ or "").replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _fields(model: type[BaseModel], but: Collection[str] = ()) -> str:
    lines = ["| Field | Values | Default | Meaning |", "| --- | --- | --- | --- |"]
    for name, field in model.model_fields.items():
        if name not in ("kind", "type", *but):
            default = "required" if field.is_required() else _default(field)
            lines.append(f"| `{name}` | {_values(field.annotation)} | {default} | {field.description or ''} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    value = field.get_default()
    return "none" if value in (None, ()) else f"`{json.dumps(value)}`"


def _values(annotation: Any) -> str:
    parts = [part for part in get_args(annotation) if part not in (NoneType, Ellipsis)]
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if get_origin(annotation) is tuple:
        return f"list of {_values(parts[0])}"
    if parts:
        return _values(parts[0])
    words = {str: "text", bool: "`true`, `false`", float: "number", int: "whole number"}
    return words.get(annotation, "mappings")


def _nested(model: type[BaseModel]) -> list[tuple[str, type[BaseModel]]]:
    """The models that the fields of a model are lists of, each with the name of its field and its type."""
    found: dict[type[BaseModel], str] = {}

    def look(annotation: Any, name: str) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            kind = annotation.model_fields.get("type")
            words = name if kind is None else f"{name}` with `type: {get_args(kind.annotation)[0]}"
            found.setdefault(annotation, words)
        for part in get_args(annotation):
            look(part, name)

    for name, field in model.model_fields.items():
        look(field.annotation, name)
    return [(name, nested) for nested, name in found.items()]


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
