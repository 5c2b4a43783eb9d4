"""Text out of bytes: byte order marks, UTF-16 without one, declared charsets, old code pages.

It must not replace what it cannot decode: a wrong letter in a figure is a wrong figure.
"""

import codecs
import io
import re

from charset_normalizer import from_bytes

from propdesk.connectors.refusal import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_\-]{3,24})""", re.IGNORECASE)
# The code pages terminals were seen to write; the guess is made among these only.
_CODE_PAGES = ("gb18030", "cp1251", "cp1252", "cp1250", "shift_jis", "big5", "euc_kr", "cp1254")
_LOOKED_AT = 4096
_GUESSED_FROM = 100_000


def decode(data: bytes, name: str) -> str:
    """The text of a statement. Raises ``Unreadable`` where no encoding fits all of it."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, name)
    wide = _wide_encoding(data)
    if wide is not None:
        return _strictly(data, wide, name)
    for declared in ("utf-8", _declared(data)):
        if declared is not None:
            try:
                return data.decode(declared)
            except UnicodeDecodeError:
                continue
    for guess in from_bytes(
        _sample(data), cp_isolation=list(_CODE_PAGES), steps=5, chunk_size=1024
    ):
        try:
            return data.decode(guess.encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(name, None, "the text is in no encoding that is known here")


def _sample(data: bytes) -> bytes:
    """The lines that tell a code page, as many as are worth looking at.

    Cut behind a byte that is no second half of a letter in any of the code pages.
    """
    lines: list[bytes] = []
    found = 0
    for line in io.BytesIO(data):
        if not line.isascii():
            lines.append(line)
            found += len(line)
            if found > _GUESSED_FROM:
                break
    telling = b"".join(lines)
    if len(telling) <= _GUESSED_FROM:
        return telling
    cut = max(telling.rfind(mark, 0, _GUESSED_FROM) for mark in (b"\n", b" ", b"<", b",", b";"))
    return telling[: cut if cut > 0 else _GUESSED_FROM]


def is_wide(data: bytes) -> bool:
    """Whether the text is UTF-16, with a mark or without."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return marked or _wide_encoding(data) is not None


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        said = "UTF-8" if encoding.startswith("utf-8") else "UTF-16"
        raise Unreadable(
            name, None, f"the file says it is {said} but is not, from byte {error.start} on"
        ) from None


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: in Latin text every second byte is zero."""
    head = data[:_LOOKED_AT]
    half = len(head) // 2
    if half < 8:
        return None
    if head[1::2].count(0) > half * 0.7:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > half * 0.7 else None


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_LOOKED_AT])
    if found is None:
        return None
    try:
        encoding = codecs.lookup(found.group(1).decode("ascii")).name
    except LookupError:
        return None
    # A browser saves UTF-16 pages as bytes of another encoding and leaves the declaration alone.
    return None if encoding.startswith(("utf-16", "utf-32")) else encoding
