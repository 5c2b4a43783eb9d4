"""Finds the readers: the folders beside this file, and other people's entry points.

It must not name one; where two want the same sheet, or none does, the file is refused.
"""

import pkgutil
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points

from propdesk.connectors import readers
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import Sheet

GROUP = "propdesk.readers"
"""The entry points under which an installed package offers its ``READER``."""


class UnusableReader(Exception):
    """A folder or an installed package offers what is no reader: the installation is at fault."""


def all_readers() -> tuple[Reader, ...]:
    """Every reader there is, by name. Raises ``UnusableReader``."""
    found = [_in_folder(each.name) for each in pkgutil.iter_modules(readers.__path__) if each.ispkg]
    found += _installed()
    names = [reader.name for reader in found]
    for name in names:
        if names.count(name) > 1:
            raise UnusableReader(f"two readers are called {name!r}")
    return tuple(sorted(found, key=lambda reader: reader.name))


def _in_folder(folder: str) -> Reader:
    reader = _checked(
        getattr(import_module(f"{readers.__name__}.{folder}"), "READER", None), folder
    )
    if reader.name != folder:
        raise UnusableReader(f"the reader in the folder {folder!r} is called {reader.name!r}")
    return reader


@lru_cache(maxsize=1)
def _installed() -> tuple[Reader, ...]:
    """Looked up once: what is installed does not change while the program runs."""
    return tuple(_checked(each.load(), each.value) for each in entry_points(group=GROUP))


def _checked(offered: object, where: str) -> Reader:
    if not isinstance(offered, Reader):
        raise UnusableReader(f"{where} offers no READER that is built on the template")
    return offered


def recognised(sheets: Sequence[Sheet], name: str) -> tuple[Reader, Sheet]:
    """The one reader that knows one of the sheets. Raises ``Unreadable``."""
    known = all_readers()
    found = [
        (reader, sheet)
        for sheet in sheets
        for reader in known
        if sheet.container in reader.containers and reader.recognise(sheet)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unreadable(name, None, _not_known(sheets[0], known))
    names = sorted({reader.name for reader, _ in found})
    if len(names) > 1:
        raise Unreadable(
            name, None, f"more than one reader takes this file for its own: {', '.join(names)}"
        )
    tabs = ", ".join(repr(sheet.title[:40]) for _, sheet in found[:5])
    raise Unreadable(
        name, None, f"{len(found)} sheets of this workbook are histories ({tabs}); keep one"
    )


def _not_known(sheet: Sheet, known: Sequence[Reader]) -> str:
    """What the file is instead, as far as can be told, and what would be read."""
    read = "; ".join(reader.title for reader in known)
    if sheet.container != "page":
        return f"this is none of the exports that are read: {read}"
    if sheet.name.lower().endswith((".xls", ".xlsx", ".xlsm", ".csv")):
        titled = f" (its title: {sheet.title[:60]})" if sheet.title else ""
        return (
            f"a web page saved under a workbook's name{titled}, and no statement; "
            "download the file itself"
        )
    return (
        "a web page, but no statement of MetaTrader 4 or 5 in English; set the terminal to "
        f"English and export it again. What is read: {read}"
    )
