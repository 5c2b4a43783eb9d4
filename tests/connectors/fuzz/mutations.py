"""Ways in which a file goes wrong: on the wire, in an editor, in an exporter, or on purpose.

Each takes the content and a seeded ``Random`` and gives other content. They must not know what
a reader looks for; cells are found by the marks between them.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

Mutation: TypeAlias = Callable[[bytes, Random], bytes]

HOSTILE = (
    "", " ", "0", "-0", "-1", "1e999999", "1E-400", "9" * 400, "0." + "0" * 60 + "1", "NaN",
    "Infinity", "-1 234.5", "1,234.56", "1.234,56", "$(41.25)", "٣", "²", "½", "0x1F", "1_000",
    "9999-12-31 23:59:59", "0000.00.00 00:00", "2026.02.30 10:00:00", "2026.03.29 02:30:00",
    "0001-01-01T00:00:00Z", "12/31/9999 24:60:61", "25:61:61", "null", "true", "[]", "{}", "=1+1",
    "#REF!", "\x00", "\ufeff", "\u202e", "\U0001f4b0", "\n", "\r", "\t", '"', "'", "<td>", "&#x0;",
    "&lt;", "%s%n", "../../etc/passwd", "x" * 5000, "EURUSD", "XAUUSD", "JPN225ft", "balance",
    "buy", "sell", "in/out", "out by", "cancelled",
)  # fmt: skip
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "cp1252",
    "gb18030", "shift_jis", "big5", "euc_kr", "cp1254", "latin-1", "utf-7",
)  # fmt: skip
DEEP = (
    b"<table><tr><td>", b"<div>", b"<table>", b"<b><i>", b"[", b'{"a":', b"(", b'"', b"<![CDATA[",
    b"<!--", b"&amp;",
)  # fmt: skip
_ROW_ENDS = re.compile(r"(?<=\n)|(?i:(?=<tr\b))|(?=<row\b)|(?<=\},)")
_CELL_ENDS = re.compile(r"([,;|\t\n]|<[^<>]{0,200}>|\": ?|[{}\[\]])")
_PARTS_MAX = 60
_UNPACKED_MAX = 4_000_000


def _place(content: Sequence[object], random: Random) -> int:
    return random.randrange(len(content) + 1)


def _span(content: Sequence[object], random: Random) -> tuple[int, int]:
    """A part that is mostly short, at times most of the content."""
    begin = _place(content, random)
    length = random.choice((1, 2, 8, 64, max(len(content) // 4, 1)))
    return begin, min(begin + random.randint(0, length), len(content))


def flipped_bits(content: bytes, random: Random) -> bytes:
    made = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8, 64)) if made else 0):
        made[random.randrange(len(made))] ^= 1 << random.randrange(8)
    return bytes(made)


def overwritten_bytes(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:begin] + random.randbytes(min(end - begin, 4096)) + content[end:]


def cut_off(content: bytes, random: Random) -> bytes:
    return content[: _place(content, random)]


def beheaded(content: bytes, random: Random) -> bytes:
    return content[_place(content, random) :]


def removed_part(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:begin] + content[end:]


def repeated_part(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:end] + content[begin:end] * random.choice((1, 1, 3)) + content[end:]


def nothing_but_zeros(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:begin] + bytes(end - begin) + content[end:]


def deeply_nested(content: bytes, random: Random) -> bytes:
    begin = _place(content, random)
    return content[:begin] + random.choice(DEEP) * random.choice((100, 3000)) + content[begin:]


def another_encoding(content: bytes, random: Random) -> bytes:
    """What a program makes of a file whose encoding it does not ask for."""
    text = _text_of(content)
    if random.random() < 0.3:
        text = text.replace("a", random.choice("аáąあ中")).replace("o", random.choice("оöőオ"))
    return text.encode(random.choice(ENCODINGS), random.choice(("replace", "ignore")))


def wrong_declaration(content: bytes, random: Random) -> bytes:
    said = random.choice(ENCODINGS).encode()
    if b"charset=" in content:
        return re.sub(rb"charset=[\w-]+", b"charset=" + said, content)
    return b'<meta charset="' + said + b'">' + content


def _text_of(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16"):
        if encoding == "utf-8-sig" or content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    return content.decode("latin-1")


def _retold(content: bytes, text: str) -> bytes:
    """The changed text in the encoding it came in."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.encode("utf-16", "surrogatepass")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return text.encode("latin-1", "replace")
    return text.encode("utf-8", "surrogatepass")


def _in_rows(content: bytes, change: Callable[[list[str]], None]) -> bytes:
    rows = [row for row in _ROW_ENDS.split(_text_of(content)) if row]
    if rows:
        change(rows)
    return _retold(content, "".join(rows))


def _in_cells(content: bytes, change: Callable[[list[str], list[int]], None]) -> bytes:
    """``change`` gets the pieces of a text and the places of those that are no marks."""
    pieces = _CELL_ENDS.split(_text_of(content))
    places = [n for n in range(0, len(pieces), 2) if pieces[n].strip()]
    if places:
        change(pieces, places)
    return _retold(content, "".join(pieces))


def removed_rows(content: bytes, random: Random) -> bytes:
    def change(rows: list[str]) -> None:
        begin, end = _span(rows, random)
        del rows[begin:end]

    return _in_rows(content, change)


def repeated_rows(content: bytes, random: Random) -> bytes:
    def change(rows: list[str]) -> None:
        begin, end = _span(rows, random)
        at = _place(rows, random)
        rows[at:at] = rows[begin:end]

    return _in_rows(content, change)


def reordered_rows(content: bytes, random: Random) -> bytes:
    def change(rows: list[str]) -> None:
        begin, end = _span(rows, random)
        part = rows[begin : end + 2]
        random.shuffle(part)
        rows[begin : begin + len(part)] = part

    return _in_rows(content, change)


def hostile_cells(content: bytes, random: Random) -> bytes:
    def change(pieces: list[str], places: list[int]) -> None:
        for _ in range(random.choice((1, 1, 1, 3, 20))):
            pieces[random.choice(places)] = random.choice(HOSTILE)

    return _in_cells(content, change)


def changed_digits(content: bytes, random: Random) -> bytes:
    """One figure is another one, with more digits, a sign, or none at all."""

    def change(pieces: list[str], places: list[int]) -> None:
        figures = [n for n in places if any(letter.isdigit() for letter in pieces[n])]
        for place in random.sample(figures, min(len(figures), random.choice((1, 2, 5)))):
            pieces[place] = random.choice((
                "-" + pieces[place], pieces[place] * 3, pieces[place].replace(".", ","),
                re.sub(r"\d", lambda _: str(random.randrange(10)), pieces[place]),
            ))  # fmt: skip

    return _in_cells(content, change)


def swapped_cells(content: bytes, random: Random) -> bytes:
    def change(pieces: list[str], places: list[int]) -> None:
        for _ in range(random.choice((1, 1, 5))):
            one, other = random.choice(places), random.choice(places)
            pieces[one], pieces[other] = pieces[other], pieces[one]

    return _in_cells(content, change)


def removed_or_repeated_cell(content: bytes, random: Random) -> bytes:
    def change(pieces: list[str], places: list[int]) -> None:
        for _ in range(random.choice((1, 1, 4))):
            place = random.choice(places)
            with_mark = "".join(pieces[place : place + 2])
            if random.random() < 0.5:
                pieces[place : place + 2] = ["", ""][: len(pieces) - place]
            else:
                pieces[place] = with_mark + pieces[place]

    return _in_cells(content, change)


def wrong_marks(content: bytes, random: Random) -> bytes:
    """Tags, delimiters and brackets that are missing, doubled, or others."""

    def change(pieces: list[str], places: list[int]) -> None:
        marks = range(1, len(pieces), 2)
        for _ in range(random.choice((1, 1, 5, 40)) if marks else 0):
            place = random.choice(marks)
            other = pieces[random.choice(marks)]
            pieces[place] = random.choice(("", other, pieces[place] * 2, other[::-1]))

    return _in_cells(content, change)


PLAIN: tuple[Mutation, ...] = (
    flipped_bits, overwritten_bytes, cut_off, beheaded, removed_part, repeated_part,
    nothing_but_zeros, deeply_nested, another_encoding, wrong_declaration, removed_rows,
    repeated_rows, reordered_rows, hostile_cells, hostile_cells, changed_digits, changed_digits,
    swapped_cells, removed_or_repeated_cell, wrong_marks,
)  # fmt: skip


def changed_part(content: bytes, random: Random) -> bytes:
    """A sound archive with a part that is not."""
    return _repacked(content, random, lambda text: random.choice(PLAIN)(text, random))


def lost_part(content: bytes, random: Random) -> bytes:
    return _repacked(content, random, lambda _: None)


def bloated_part(content: bytes, random: Random) -> bytes:
    size = random.choice((100_000, 3_000_000))

    def bloated(text: bytes) -> bytes:
        begin = _place(text, random)
        return text[:begin] + (text[begin : begin + 40] or b" ") * (size // 40) + text[begin:]

    return _repacked(content, random, bloated)


def _repacked(content: bytes, random: Random, change: Callable[[bytes], bytes | None]) -> bytes:
    """The archive with one of its parts changed; what is no archive any more is left alone."""
    if content[:2] == b"\x1f\x8b":
        try:
            unpacked = zlib.decompressobj(31).decompress(content, _UNPACKED_MAX)
        except zlib.error:
            return content
        return gzip.compress(change(unpacked) or b"", 1, mtime=0)
    parts = _parts_of(content)
    if not parts:
        return content
    changed = random.choice(sorted(parts))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            told = change(data) if name == changed else data
            if told is not None:
                archive.writestr(zipfile.ZipInfo(name), told, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parts_of(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            known = archive.infolist()[:_PARTS_MAX]
            return {each.filename: archive.read(each)[:_UNPACKED_MAX] for each in known}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError,
            NotImplementedError):  # fmt: skip
        return {}  # an earlier mutation broke the archive


PACKED: tuple[Mutation, ...] = (
    flipped_bits, overwritten_bytes, cut_off, removed_part, repeated_part, lost_part, bloated_part,
    *(changed_part,) * 12,
)  # fmt: skip


def mutated(content: bytes, random: Random) -> tuple[bytes, str]:
    """The content with one to three things wrong with it, and which."""
    names = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        packed = content[:2] in {b"PK", b"\x1f\x8b"}
        mutation = random.choice(PACKED if packed else PLAIN)
        content = mutation(content, random)
        names.append(mutation.__name__)
    return content, " then ".join(names)
