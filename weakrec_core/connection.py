"""DuckDB, opened so that it reads the files that were named and no others, within limits of memory."""

import glob
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from weakrec_core import files, limits
from weakrec_core.errors import DataError


@contextmanager
def connected(
    *readable: Path, scratch: Path | None = None, memory: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to a database in memory of its own.

    Parameters
    ----------
    *readable : Path
        All that it may read, beside what is in `scratch`: no other path, no URL.
    scratch : Path, optional
        Where what does not fit into memory lies for the while; by default the system's directory for temporary files.
    memory : int, optional
        Bytes that the database holds; by default `limits.INGEST_MEMORY`.

    Raises
    ------
    DataError
        If what is done there takes more memory than that, or the disk does not take what is more.
    """
    paths = sorted({spelled for file in readable for spelled in (str(file), escaped(file))})
    with scratch_directory(scratch) as directory:
        config: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(directory / "spilled"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(config=config) as con:
            con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
            con.execute(
                f"SET allowed_paths = {_sql_list(paths)}; SET allowed_directories = {_sql_list([str(directory.parent)])}"
            )
            available = con.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchall()[0][0]
            con.execute(f"SET memory_limit = '{min(memory or limits.INGEST_MEMORY, int(available))}B'")
            con.execute("SET enable_external_access = false; SET lock_configuration = true")
            try:
                yield con
            except (duckdb.OutOfMemoryException, duckdb.IOException) as e:
                named = " and ".join(map(str, readable))
                raise DataError(f"{named} cannot be read ({reason(e)}).") from None


@contextmanager
def scratch_directory(parent: Path | None = None) -> Iterator[Path]:
    """A directory for the while, in `parent` or the system's directory for temporary files; locked until it is removed."""
    if parent is not None:
        parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="weakrec-", dir=parent) as name, files.in_use(Path(name)):
        yield Path(name)


def reason(error: duckdb.Error) -> str:
    """DuckDB's own words, on one line and without a full stop; what to do where they do not say."""
    if isinstance(error, duckdb.OutOfMemoryException):
        said = re.search(r"/([\d.]+) ([KMG])iB used", str(error))
        limit = float(said[1]) * 2.0 ** (10 * "KMG".index(said[2]) - 20) if said else limits.INGEST_MEMORY / 2**30
        return f"it takes more than {limit:g} GB of memory"
    return str(error).splitlines()[0].rstrip(" .")


def escaped(path: Path) -> str:
    """A path as DuckDB takes it where it takes a pattern."""
    return glob.escape(str(path))


def sql_name(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def sql_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _sql_list(texts: list[str]) -> str:
    return f"[{', '.join(map(sql_text, texts))}]"
