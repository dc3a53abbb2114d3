"""An LF set as a Python module of Snorkel labeling functions, which votes the same without this library."""

import builtins
import keyword
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from weakrec_core.data.noun import Noun
from weakrec_core.errors import SpecError
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.exchange.bundled_source import bundle
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.offered_rows import HISTORY, OFFERED
from weakrec_core.labeling.python_layout import WIDTH, Bracketed, docstring, literal
from weakrec_core.labeling.snorkel_code import REVIEW, SnorkelCode
from weakrec_core.signals import SIGNALS
from weakrec_core.signals.registry import FAMILIES, Family

BOOK, GOLD = Noun(), "gold"
_PREPROCESSOR = "review_signals"
_OF_TABLE = "a column of the table, a number; NaN: not known"
_OWN_NAMES = {"ABSTAIN", "NEGATIVE", "POSITIVE", "lfs", "read_rows", "x", "np", "pd", "sys", _PREPROCESSOR}
_OWN_NAMES |= {"labeling_function", "preprocessor", "LFAnalysis", "PandasLFApplier"}
_IMPORTS = {
    "import sys",
    "import pandas as pd",
    "from snorkel.labeling import LFAnalysis, PandasLFApplier, labeling_function",
}


@dataclass(frozen=True)
class Needs:
    """What the active LFs of a set need of a row.

    Attributes
    ----------
    codes : mapping
        Each LF's code.
    families : sequence of Family
        Signals that the module computes from the review.
    columns : mapping
        The columns that the rows must have, with their meanings.
    """

    codes: Mapping[LF, SnorkelCode]
    families: Sequence[Family]
    columns: Mapping[str, str]


def needs_of(lf_set: LFSet, noun: Noun = BOOK) -> Needs:
    """What the active LFs of a set read.

    Raises
    ------
    SpecError
        If an LF cannot be exported, or a column of votes is called like another column.
    """
    codes = {lf: lf.snorkel_code() for lf in lf_set.active}
    signals = [name for name in SIGNALS if any(name in code.signals for code in codes.values())]
    families = list(dict.fromkeys(FAMILIES[name] for name in signals if FAMILIES[name].of_text))
    columns: dict[str, str] = {}
    if families or any(code.helpers for code in codes.values()):
        columns[REVIEW] = OFFERED[REVIEW]
    for name in signals:
        if FAMILIES[name] not in families:
            told = SIGNALS[name].told(noun)
            columns[name] = f"{told.meaning}; NaN: {told.nan}"
    for lf, code in codes.items():
        signals_of_table = dict.fromkeys(sorted(code.signals - SIGNALS.keys()), _OF_TABLE)
        for name, meaning in {**code.columns, **signals_of_table}.items():
            others = {*OFFERED, *SIGNALS, GOLD}
            if meaning != OFFERED.get(name) and name in others:
                raise SpecError(f"LF {lf.name!r}: column {name!r} needs another name to be exported.")
            filled = noun.fill(meaning)
            if columns.setdefault(name, filled) != filled and name not in others:
                raise SpecError(
                    f"LF {lf.name!r}: another LF has a column {name!r} of its own; rename one to export both."
                )
    return Needs(codes, families, columns)


def snorkel_module(lf_set: LFSet, noun: Noun = BOOK) -> str:
    r"""The source of a module with a Snorkel labeling function an LF, ``lfs`` with all of them, and a command line.

    Raises
    ------
    SpecError
        If an LF cannot be exported, or none is switched on.

    Examples
    --------
    >>> from pathlib import Path
    >>> from weakrec_core.labeling.lf_set import read_lf_set
    >>> print(snorkel_module(read_lf_set(Path("lfs/tutorial.yaml"))).splitlines()[0].strip('"'))
    The LF set "tutorial" as Snorkel labeling functions.
    """
    needs = needs_of(lf_set, noun)
    if not needs.codes:
        raise SpecError(f"LF set {lf_set.name!r} has no LF that is switched on: there is nothing to export.")
    helpers = bundle(sorted({h for code in needs.codes.values() for h in code.helpers}, key=lambda h: h.__name__))
    readers = bundle([reader for family in needs.families if (reader := family.of_text)], ["@cache"])
    modules = {module for code in needs.codes.values() for module in code.imports}
    imports = _IMPORTS | helpers.imports | readers.imports | {f"import {module}" for module in modules}
    if needs.families:
        imports |= {"import numpy as np", "from functools import cache", "from snorkel.preprocess import preprocessor"}
    taken = _OWN_NAMES | helpers.names | readers.names | {module.split(".")[0] for module in modules}
    names = _identifiers(needs.codes, taken)
    off = [literal(lf.name) for lf in lf_set.lfs if not lf.enabled]
    parts = [
        _head(lf_set, needs) + "\n\n" + _sorted(imports) + "\n\nABSTAIN, NEGATIVE, POSITIVE = -1, 0, 1",
        helpers.source,
        readers.source,
        _preprocessor(needs.families),
        *(_labeling_function(lf, code, names[lf]) for lf, code in needs.codes.items()),
        (f"# Switched off in the set, and left out: {', '.join(off)}\n" if off else "")
        + Bracketed("lfs = [", list(names.values()), "]").laid_out(),
        _READ_OFFERED if HISTORY in needs.columns else _READ,
        _MAIN,
    ]
    return "\n\n\n".join(part for part in parts if part) + "\n"


_READ = '''def read_rows(path):
    """The rows of a Parquet or CSV file."""
    return pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)'''
_READ_OFFERED = '''def read_rows(path):
    """The rows of a Parquet file; histories come as arrays, and become the tuples that the functions are made for."""
    rows = pd.read_parquet(path)
    return rows.assign(book_idxs=rows["book_idxs"].map(tuple))'''
_MAIN = """if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} ROWS")
    rows = read_rows(sys.argv[1])
    votes = PandasLFApplier(lfs).apply(rows)
    if "gold" in rows:
        gold = rows["gold"].to_numpy(int)
        print(LFAnalysis(votes[gold >= 0], lfs).lf_summary(gold[gold >= 0]).to_string())
    else:
        print(LFAnalysis(votes, lfs).lf_summary().to_string())"""


def _head(lf_set: LFSet, needs: Needs) -> str:
    """The module's docstring."""
    lines = [
        f"The LF set {literal(lf_set.name)} as Snorkel labeling functions.",
        "",
        "Columns that a row must have:",
        "",
    ]
    lines += [f"- {name}: {meaning}" for name, meaning in needs.columns.items()]
    if computed := [f"- {signal.name}: {signal.meaning}" for family in needs.families for signal in family.signals]:
        lines += ["", "Computed here from the review:", "", *computed]
    lines += [
        "",
        "As a script it applies the functions to a file of such rows and prints LFAnalysis, against the column gold where "
        "there is one (1, 0, or -1 where it is not known).",
        "`python -m weakrec_core export rows` writes such files.",
    ]
    wrapped = (textwrap.wrap(line, WIDTH - 4, subsequent_indent="  " * line.startswith("- ")) or [""] for line in lines)
    return docstring(list(chain.from_iterable(wrapped)))


def _sorted(imports: Iterable[str]) -> str:
    """Import statements, those of the standard library first."""
    ours = {s for s in imports if s.split()[1].split(".")[0] in sys.stdlib_module_names}
    return "\n\n".join("\n".join(_merged(part)) for part in (ours, set(imports) - ours) if part)


def _merged(imports: Iterable[str]) -> list[str]:
    """Statements in isort's order, one a module."""
    plain = sorted(s for s in imports if s.startswith("import "))
    names: dict[str, list[str]] = {}
    for statement in sorted(set(imports) - set(plain)):
        origin, _, name = statement.partition(" import ")
        names.setdefault(origin, []).append(name)
    return plain + [f"{origin} import {', '.join(found)}" for origin, found in names.items()]


def _preprocessor(families: Sequence[Family]) -> str:
    """The one preprocessor: of several a row would keep what the last one set, as Snorkel pickles it in between."""
    lines = []
    for family in families:
        assert family.of_text
        targets = ", ".join(f"x.{signal.name}" for signal in family.signals)
        targets = targets if len(family.signals) > 1 else f"({targets},)"
        lines.append(
            f"    {targets} = {family.of_text.__name__}(x.{REVIEW}) if reviewed else [np.nan] * {len(family.signals)}"
        )
    if not lines:
        return ""
    about = docstring(["What is computed from the review; NaN where there is none."])
    head = f"@preprocessor()\ndef {_PREPROCESSOR}(x):\n    {about}\n    reviewed = isinstance(x.{REVIEW}, str)\n"
    return head + "\n".join(lines) + "\n    return x"


def _labeling_function(lf: LF, code: SnorkelCode, name: str) -> str:
    arguments: list[str | Bracketed] = [] if name == lf.name else [f"name={literal(lf.name)}"]
    if code.resources:
        lists = [
            Bracketed(f"{literal(resource)}: [", list(map(literal, texts)), "]")
            for resource, texts in code.resources.items()
        ]
        arguments.append(Bracketed("resources={", lists, "}"))
    if any(FAMILIES[signal].of_text for signal in code.signals & FAMILIES.keys()):
        arguments.append(f"pre=[{_PREPROCESSOR}]")
    lines = [
        Bracketed("@labeling_function(", arguments, ")").laid_out(),
        Bracketed(f"def {name}(", ["x", *code.resources], "):").laid_out(),
    ]
    lines += [f"    {docstring(notes)}"] if (notes := _notes(lf)) else []
    for found, expressions in code.lists.items():
        lines.append("    " + Bracketed(f"{found} = [", list(expressions), "]").laid_out(4))
    for condition, label in code.cases:
        lines += [f"    if {condition}:", f"        return {label}"]
    return "\n".join([*lines, f"    return {code.otherwise}"])


def _notes(lf: LF) -> list[str]:
    """What people say of an LF, as the lines of a docstring."""
    said = [
        " ".join(lf.comment.split()),
        f"Tags: {', '.join(lf.tags)}." if lf.tags else "",
        f"Owner: {lf.owner}." if lf.owner else "",
    ]
    return [
        f"{'    ' * (i > 0)}{line}"
        for i, line in enumerate(chain.from_iterable(textwrap.wrap(part, WIDTH - 8) for part in said))
    ]


def _identifiers(lfs: Iterable[LF], taken: set[str]) -> dict[LF, str]:
    """A name for each LF's function, as near to the LF's as Python and the other names allow."""
    found: dict[LF, str] = {}
    used = taken | set(dir(builtins))
    for lf in lfs:
        name = re.sub(r"\W+", "_", lf.name, flags=re.ASCII).strip("_") or "lf"
        if name[0].isdigit() or keyword.iskeyword(name) or name in used:
            name = f"lf_{name}"
        found[lf] = next(n for n in chain([name], (f"{name}_{i}" for i in count(2))) if n not in used)
        used.add(found[lf])
    return found
