"""LF sets from what other tools have: YAML, lists of keywords, modules of Snorkel functions."""

import zipfile
import zlib
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from weakrec_core import files, limits
from weakrec_core.errors import DataError, SpecError
from weakrec_core.labeling.base import LF, VALUE
from weakrec_core.labeling.kinds.python import available_in, check_allowed, module_source
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.parsing import one_sentence, parse_lf
from weakrec_core.labeling.versions import load_version, save_version, version_numbers, version_path
from weakrec_core.packing import verify
from weakrec_core.tables import cells_as_written, is_csv
from weakrec_core.workspace import Workspace

RUN, LF_SET, KEYWORDS, FUNCTIONS, VOTES = "run", "LF set", "keywords", "functions", "votes"
_MOST_KEYWORDS = 10_000


def kind_of(path: Path) -> str:
    """What a file holds, by its suffix, a CSV by its columns.

    Raises
    ------
    DataError
        If it is nothing that can be imported, or cannot be read.
    """
    if not path.is_file():
        raise DataError(f"{path} is not a file.")
    if path.suffix == ".zip" or (not path.suffix and zipfile.is_zipfile(path)):
        return RUN
    if is_csv(path):
        columns = set(_csv(path, rows=0).columns)
        if "keyword" in columns:
            return KEYWORDS
        if {"user_id", "book_id"} <= columns:
            return VOTES
        raise DataError(
            f"{path} is neither a list of keywords (columns keyword, label) nor of votes (user_id, book_id and a column an LF)."
        )
    by_suffix = {".yaml": LF_SET, ".yml": LF_SET, ".txt": KEYWORDS, ".py": FUNCTIONS, ".parquet": VOTES}
    if path.suffix not in by_suffix:
        raise DataError(f"{path} cannot be imported: it is no .zip, .yaml, .csv, .txt, .py or .parquet file.")
    return by_suffix[path.suffix]


def read_lfs(
    path: Path, what: str, name: str | None = None, label: str | None = None, base: LFSet | None = None
) -> LFSet:
    """The LF set that a file amounts to.

    Parameters
    ----------
    what : str
        `LF_SET`, `KEYWORDS` or `FUNCTIONS`; see `kind_of`.
    name : str, optional
        Of the set; by default that of the file's set, of `base`, or of the file.
    label : str, optional
        What keywords of a text file vote for.
    base : LFSet, optional
        A set to add keywords or functions to.

    Raises
    ------
    WeakrecError
        If the file cannot be used, or `base` has an LF of the same name.
    """
    if what == LF_SET:
        if base is not None:
            raise SpecError(f"{path} is an LF set of its own and is not added to another; leave --lfs out.")
        found = read_lf_set(path)
        return found if name is None else found.model_copy(update={"name": files.checked_name(name, "LF set")})
    lfs = functions_of(path) if what == FUNCTIONS else [keywords_of(path, label)]
    before = () if base is None else base.lfs
    if taken := {lf.name for lf in before} & {lf.name for lf in lfs}:
        raise SpecError(f"{path}: the LF set has an LF {min(taken)!r} already; rename one of them.")
    called = files.checked_name(name or (path.stem if base is None else base.name), "LF set")
    try:
        return LFSet(name=called, lfs=(*before, *lfs))
    except ValidationError as e:
        raise SpecError(f"{path}{one_sentence(e)}") from None


def keywords_of(path: Path, label: str | None = None) -> LF:
    """A keyword LF from a text file, one keyword a line, or a CSV with the columns keyword and label; found as words, NEGATIVE first."""
    if is_csv(path):
        table = cells_as_written(_csv(path))
        if "label" not in table and label is None:
            raise SpecError(
                f"{path} has no column label; say what the keywords vote for with --label POSITIVE or NEGATIVE."
            )
        given = table["label"].str.strip().str.upper() if "label" in table else pd.Series(label, table.index)
        pairs = list(zip(table["keyword"].str.strip(), given.replace({"1": "POSITIVE", "0": "NEGATIVE"}), strict=True))
    else:
        if label is None:
            raise SpecError(f"{path} is a list of keywords; say what they vote for with --label POSITIVE or NEGATIVE.")
        pairs = [(line.strip(), label) for line in _text(path).splitlines()]
    pairs = [(keyword, given) for keyword, given in pairs if keyword]
    for keyword, voted in pairs:
        if voted not in VALUE:
            raise SpecError(f"{path}, keyword {keyword!r}: the label {voted!r} is neither POSITIVE nor NEGATIVE.")
    if not pairs or len(pairs) > _MOST_KEYWORDS:
        raise SpecError(f"{path} has {len(pairs):,} keywords; an LF takes from 1 to {_MOST_KEYWORDS:,}.")
    groups = [
        {"label": group, "keywords": list(dict.fromkeys(keyword for keyword, voted in pairs if voted == group))}
        for group in ("NEGATIVE", "POSITIVE")
    ]
    groups = [group for group in groups if group["keywords"]]
    return parse_lf({"kind": "keyword", "name": path.stem[:80], "match": "word", "groups": groups})


def functions_of(path: Path) -> list[LF]:
    """An LF of kind python for every Snorkel labeling function of a module.

    Raises
    ------
    SpecError
        If the operator has not named the module, another file is found under its name, or it has no labeling function.
    """
    module = path.stem
    check_allowed(module)
    source = module_source(module)
    if source is None or not source.samefile(path):
        raise SpecError(f"Module {module!r} is not found at {path}: put its directory on PYTHONPATH, or work in it.")
    targets = available_in(module)
    if not targets:
        raise SpecError(f"{path} has no Snorkel labeling function.")
    return [parse_lf({"kind": "python", "name": name, "target": target}) for target, name in targets.items()]


def save(workspace: Workspace, lf_set: LFSet, note: str) -> Path:
    """The file of the set's next version; of the latest one where that has the same LFs."""
    files.checked_name(lf_set.name, "LF set")
    latest = max(version_numbers(workspace, lf_set.name), default=None)
    if latest is None or load_version(workspace, lf_set.name, latest).lf_set != lf_set:
        latest = save_version(workspace, lf_set, latest or 0, note).number
    return version_path(workspace, lf_set.name, latest)


def _csv(path: Path, rows: int | None = None) -> pd.DataFrame:
    verify(path, limit=limits.KEYED_TABLE)
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, nrows=rows)
    except (OSError, EOFError, ValueError, zlib.error) as e:
        raise DataError(f"{path} cannot be read as CSV: {' '.join(str(e).split()).rstrip('.')}.") from None


def _text(path: Path) -> str:
    verify(path, limit=limits.KEYED_TABLE)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text.") from None
