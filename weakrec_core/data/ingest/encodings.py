"""In which encoding a text file is, and the same text in UTF-8."""

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import IO

from charset_normalizer import from_bytes

from weakrec_core.errors import DataError

UTF8 = "utf-8"
_CHUNK, _SAMPLE = 1 << 22, 1 << 16
_MARKS = {
    codecs.BOM_UTF8: UTF8,
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CANDIDATES = """cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8_r cp932 euc_jp euc_kr gb18030
    big5""".split()  # fmt: skip
Opened = Callable[[], IO[bytes]]


def checked_encoding(name: str) -> str:
    """The name of a text encoding as Python knows it.

    Raises
    ------
    DataError
        If there is none of that name.
    """
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except LookupError:
        raise DataError(f"There is no encoding {name!r}; usual ones are utf-8, utf-16, cp1252 and latin-1.") from None


def encoding_of(opened: Opened, only_unicode: bool = False) -> str:
    """Find the encoding of a text file: by its mark, as UTF-8 if most of it is, else by what its letters look like.

    Parameters
    ----------
    opened : callable
        Opens the file; what is packed, unpacked.
    only_unicode : bool
        Take what is not UTF-16 or UTF-32 for UTF-8.
    """
    with opened() as f:
        head = f.read(_SAMPLE)
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    for name, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if zeros.count(0) > 0.4 * len(zeros) and letters.count(0) == 0 and letters:
            return name
    sample = b"" if only_unicode else _not_utf8(opened)
    read = sample.decode(UTF8, "replace")
    bad = read.count("\ufffd")
    if sum(c > "\x7f" for c in read) >= 2 * bad:  # a few damaged lines, which are reported one by one
        return UTF8
    found = from_bytes(sample, cp_isolation=_CANDIDATES, threshold=0.5)
    if found and not any("cp1252" in match.could_be_from_charset for match in found):
        return str(found[0].encoding)
    return "cp1252"  # by far the most common, and where it reads as well as others, it is the one


def to_utf8(opened: Opened, encoding: str, target: Path, source: Path) -> None:
    """Write the text of a file in UTF-8, without a byte order mark.

    Raises
    ------
    DataError
        Naming the line of `source` that is not in that encoding.
    """
    lines = 1
    decoder = codecs.getincrementaldecoder(encoding)()
    with opened() as f, target.open("wb") as out:
        try:
            while chunk := f.read(_CHUNK):
                text = decoder.decode(chunk)
                out.write(text.removeprefix("\ufeff").encode(UTF8))
                lines += text.count("\n")
            out.write(decoder.decode(b"", final=True).encode(UTF8))
        except UnicodeError as e:
            if isinstance(e, UnicodeDecodeError):
                lines += e.object[: e.start].decode(encoding, "replace").count("\n")
            raise DataError(f"Line {lines:,} of {source} is not {encoding} text; name another --encoding.") from None


def _not_utf8(opened: Opened) -> bytes:
    """Lines with other than ASCII letters, from the first one on that is not UTF-8; nothing if all are."""
    decoder = codecs.getincrementaldecoder(UTF8)()
    chunk = sample = b""
    with opened() as f:
        while len(sample) < _SAMPLE:
            before, chunk = chunk, f.read(_CHUNK)
            try:
                if not sample:
                    decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                sample = _other_than_ascii(chunk or before)
            else:
                sample += _other_than_ascii(chunk) if sample else b""
            if not chunk:
                break
    return sample[:_SAMPLE]


def _other_than_ascii(lines: bytes) -> bytes:
    return b"\n".join(line for line in lines.splitlines() if not line.isascii())
