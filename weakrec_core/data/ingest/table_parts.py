"""A table in Parquet parts: a folder, here or at a URL that the operator allows."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import duckdb

from weakrec_core.connection import connected, escaped, reason, scratch_directory, sql_text
from weakrec_core.errors import DataError
from weakrec_core.packing import check_parquet, check_size
from weakrec_core.progress import Progress, no_progress

URLS_VARIABLE = "WEAKREC_URLS"
Fetch = Callable[[Callable[[str], Path], Sequence[str]], Iterable[Path]]


@contextmanager
def table_file(
    source: str, scratch: Path | None = None, fetch: Fetch = map, progress: Progress = no_progress
) -> Iterator[Path]:
    """The one file of a table: what lies elsewhere is fetched, what lies in parts put together, for the while.

    Parameters
    ----------
    source : str
        The path of a file, which is given back; or of a folder with Parquet files; or the URL of either, as fsspec takes
        it. In a folder names that begin with . or _ count for nothing, and folders like ``year=2020`` are a column.
    scratch : Path, optional
        Where that lies; by default the system's directory for temporary files.
    fetch : callable
        Does a function with many tasks, in order: `map`, or an engine's, whose processes then have to see `scratch`, too.

    Raises
    ------
    DataError
        If ``$WEAKREC_URLS`` does not allow a URL, it cannot be read, there are no Parquet files, or they are damaged or do not
        go together. Errors of that kind within the block name the source instead of what was made of it.
    """
    is_url, folder = "://" in source, Path(source)
    if not is_url and not folder.is_dir():
        yield folder
        return
    with scratch_directory(scratch) as directory:
        if is_url:
            base, names = _listed(source)
            folder = directory / "parts"
            paths = fetch(partial(_fetched, base, folder), names)
        else:
            names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
            names = [name for name in names if _is_part(name)]
            paths = (folder / name for name in names)
        if not names:
            raise DataError(f"{source} has no Parquet files.")
        for i, _ in enumerate(paths, 1):
            progress(i / len(names), f"Reading part {i:,} of {len(names):,}")
        one = is_url and f"{base}/{names[0]}" == source
        named = Path(source).absolute().name.removesuffix(".parquet") or "table"
        table = folder / names[0] if one else directory / f"{named}.parquet"
        if not one:
            _join(folder, names, table, source)
        try:
            yield table
        except DataError as e:
            raise DataError(str(e).replace(str(table), source)) from None


def _listed(url: str) -> tuple[str, list[str]]:
    """What a URL stands for: the URL of the folder, and the names of the files in it, or the one."""
    _check_allowed(url)
    url = url.rstrip("/")
    with _reading(url):
        system, root = _opened(url)
        if system.isfile(root):
            folder, _, name = url.rpartition("/")
            return folder, [name]
        sizes = {
            str(PurePosixPath(path).relative_to(root)): said["size"]
            for path, said in system.find(root, detail=True).items()
        }
    names = sorted(filter(_is_part, sizes))
    size = sum(sizes[name] or 0 for name in names)
    check_size(url, size, size)
    return url, names


def _check_allowed(url: str) -> None:
    named = (prefix.strip().rstrip("/") for prefix in os.environ.get(URLS_VARIABLE, "").split(","))
    allowed = any(prefix and f"{url}/".startswith(f"{prefix}/") for prefix in named)
    # With "::" fsspec has an address within another.
    if not allowed or "::" in url or ".." in PurePosixPath(unquote(url)).parts:
        raise DataError(
            f"{url} is not read: ${URLS_VARIABLE} names how the URLs begin that may be, such as s3://bucket/ratings/."
        )


def _is_part(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.endswith(".parquet") and not any(part.startswith((".", "_")) for part in parts)


def _fetched(base: str, folder: Path, name: str) -> Path:
    """A copy of a part; what was there of it is replaced."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with _reading(f"{base}/{name}"):
        system, root = _opened(base)
        system.get_file(f"{root}/{name}", str(target))
    return target


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path there."""
    from fsspec.core import url_to_fs

    system, root = url_to_fs(url)
    return system, root.rstrip("/")


@contextmanager
def _reading(url: str) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except ImportError as e:
        raise DataError(f"{url} cannot be read, as a package is missing ({e}).") from None
    except Exception as e:  # each file system has errors of its own
        raise DataError(f"{url} cannot be read ({type(e).__name__}).") from None


def _join(folder: Path, names: Sequence[str], table: Path, source: str) -> None:
    """Write parts as one file, their columns by name."""
    paths = [folder / name for name in names]
    for path, name in zip(paths, names, strict=True):
        check_parquet(path, Path(name))
    with connected(*paths, scratch=table.parent) as con:
        parts = ", ".join(sql_text(escaped(path)) for path in paths)
        try:
            con.execute(
                f"COPY (SELECT * FROM read_parquet([{parts}], union_by_name = true)) "
                f"TO {sql_text(str(table))} (FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.Error as e:
            raise DataError(f"{source} cannot be read ({reason(e).replace(f'{folder}/', '')}).") from None
