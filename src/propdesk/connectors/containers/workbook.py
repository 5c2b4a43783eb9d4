"""An Excel workbook (.xlsx, .xlsm) as sheets of rows, straight from its parts.

Read with the XML parser the web pages use, because every library hands out binary floats: here a
figure is text from the file to the row. A part is walked as a stream, so a small file that
unpacks to a huge one costs no memory. It must not compute a formula or run anything: the value
that was saved with a formula is read. Hidden sheets are left out.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from lxml import etree

from propdesk.connectors.containers.allowance import Allowance
from propdesk.connectors.containers.cell_text import Texts
from propdesk.connectors.containers.workbook_numbers import Kind, kind_of_format
from propdesk.connectors.containers.workbook_rows import CellReader, forget, name_of, rows_of
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import Sheet

# Statements unpack to seven to twelve times their size; blank formatted rows to some forty.
UNPACKED_BYTES_MIN, UNPACKED_RATIO_MAX = 16_000_000, 60
PARTS_MAX = 1_000
# Names, styles and relations of the largest statement seen take a tenth of this.
DIRECTORY_BYTES_MAX = 1_000_000
SHEETS_MAX = 50
_RELATION = "{*}Relationship"
# What zipfile raises for a broken archive: a part with a password is a RuntimeError, an offset
# outside the file a ValueError or an OSError.
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


def read_workbook(data: bytes, name: str, source: Path | bytes) -> tuple[Sheet, ...]:
    """The visible sheets that hold anything. Raises ``Unreadable``."""
    with _refusals(name), zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = _Package(archive, name, Texts(), Allowance(name, len(data)))
        package.check(len(data))
        main = package.main_part()
        sheets = package.sheets(main)
        cells = CellReader(
            name=name,
            shared=package.shared_strings(main),
            kinds=package.cell_kinds(main),
            from_1904=package.counts_from_1904(main),
            texts=package.texts,
            size=len(data),
        )
        found = []
        for tab, part in sheets:
            with package.open(part) as stream:
                rows = rows_of(stream, cells)
            if rows:
                found.append(
                    Sheet(name=name, container="workbook", title=tab, rows=rows, source=source)
                )
    if not found:
        raise Unreadable(name, None, "a workbook with nothing in it")
    return tuple(found)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN_ARCHIVE as error:
        said = " ".join(str(error).split())[:100]
        raise Unreadable(name, None, f"not a workbook that can be unpacked: {said}") from None
    except etree.XMLSyntaxError as error:
        said = str(error.msg).split("\n", 1)[0]
        raise Unreadable(name, None, f"a workbook with a broken part: {said}") from None


@dataclass(frozen=True, slots=True)
class _Package:
    """The parts of a workbook and how they name each other."""

    archive: zipfile.ZipFile
    name: str
    texts: Texts
    allowance: Allowance

    def refuse(self, reason: str) -> Unreadable:
        return Unreadable(self.name, None, reason)

    def check(self, size: int) -> None:
        """Sizes before anything is unpacked; a part that lies about its own is cut off there."""
        parts = self.archive.infolist()
        names = {part.filename for part in parts}
        if "content.xml" in names and "mimetype" in names:
            raise self.refuse("this is an OpenDocument file; save it as .xlsx")
        if "_rels/.rels" not in names:
            raise self.refuse("this is a zip archive and no Excel workbook; unpack it first")
        allowed = max(UNPACKED_BYTES_MIN, UNPACKED_RATIO_MAX * size)
        if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > allowed:
            raise self.refuse(
                f"the workbook unpacks to more than {allowed:,} bytes or {PARTS_MAX:,} parts; "
                "no statement does"
            )

    def open(self, part: str) -> IO[bytes]:
        try:
            return self.archive.open(part)
        except KeyError:
            raise self.refuse(f"the workbook lacks its part {part[:80]!r}") from None

    def elements(self, part: str, *tags: str, small: bool = True) -> Iterator[etree._Element]:
        """The elements of one of ``tags`` in a part, in order. Only texts may be long."""
        with self.open(part) as stream:
            if small and self.archive.getinfo(part).file_size > DIRECTORY_BYTES_MAX:
                raise self.refuse(
                    f"its part {part[:80]!r} has more than {DIRECTORY_BYTES_MAX:,} bytes; "
                    "no statement's does"
                )
            for _, element in etree.iterparse(
                stream, tag=tags, resolve_entities=False, no_network=True, load_dtd=False
            ):
                name_of(element, self.name)
                yield element
                forget(element)

    def main_part(self) -> str:
        for each in self.elements("_rels/.rels", _RELATION):
            if each.get("Type", "").endswith("/officeDocument"):
                found = _beside("", each.get("Target", ""))
                if found.endswith(".bin"):
                    raise self.refuse("this is a binary workbook (.xlsb); save it as .xlsx")
                return found
        raise self.refuse("this is a zip archive and no Excel workbook; unpack it first")

    def related(self, main: str) -> dict[str, tuple[str, str]]:
        """Kind and part of everything the main part names, by the id it uses."""
        path = PurePosixPath(main)
        rels = f"{path.parent}/_rels/{path.name}.rels".removeprefix("./")
        return {
            each.get("Id", ""): (
                each.get("Type", "").rsplit("/", 1)[-1],
                _beside(main, each.get("Target", "")),
            )
            for each in self.elements(rels, _RELATION)
        }

    def sheets(self, main: str) -> list[tuple[str, str]]:
        """Tab and part of every visible worksheet, in the order of the tabs."""
        related = self.related(main)
        found = []
        for each in self.elements(main, "{*}sheet"):
            ids = [value for key, value in each.attrib.items() if str(key).endswith("}id")]
            kind, part = related.get(str(ids[0]) if ids else "", ("", ""))
            if kind == "worksheet" and each.get("state", "visible") == "visible":
                found.append((each.get("name", ""), part))
        if not found:
            raise self.refuse("an Office document without a visible sheet")
        if len(found) > SHEETS_MAX:
            raise self.refuse(f"a workbook of more than {SHEETS_MAX} sheets is not read")
        return found

    def _part(self, main: str, kind: str) -> str | None:
        return next((part for found, part in self.related(main).values() if found == kind), None)

    def counts_from_1904(self, main: str) -> bool:
        """Workbooks of old Macs count days from 1904."""
        flags = [each.get("date1904", "0") for each in self.elements(main, "{*}workbookPr")]
        return bool(flags) and flags[0] in {"1", "true"}

    def shared_strings(self, main: str) -> list[str]:
        part = self._part(main, "sharedStrings")
        if part is None:
            return []
        found: list[str] = []
        for each in self.elements(part, "{*}si", small=False):
            text = self.texts.plain(text_in(each))
            self.allowance.text(len(text))
            found.append(text)
        return found

    def cell_kinds(self, main: str) -> dict[str, Kind]:
        """What each style of the workbook, by its number, shows a number as."""
        part = self._part(main, "styles")
        if part is None:
            return {}
        codes: dict[str, str] = {}
        found: dict[str, Kind] = {}
        for each in self.elements(part, "{*}numFmt", "{*}cellXfs"):
            if etree.QName(each).localname == "numFmt":
                codes[each.get("numFmtId", "")] = each.get("formatCode", "")
                continue
            for style in each:
                number = style.get("numFmtId", "0")
                found[str(len(found))] = kind_of_format(number, codes.get(number))
        return found


def text_in(element: etree._Element) -> str:
    """The text of a string: all its runs, without the reading aids of East Asian scripts."""
    return "".join(
        run.text or ""
        for run in element.iterfind(".//{*}t")
        if next(run.iterancestors("{*}rPh"), None) is None
    )


def _beside(part: str, target: str) -> str:
    """A target as a part's name: from the root, or beside the part that names it."""
    if target.startswith("/"):
        return target.lstrip("/")
    names: list[str] = [*PurePosixPath(part).parent.parts]
    for name in PurePosixPath(target).parts:
        if name == "..":
            names = names[:-1]
        else:
            names.append(name)
    return "/".join(names)
