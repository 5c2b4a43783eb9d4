"""Finds the formats of quotes: the files of the folder ``formats``, each told by its content.

It must not name one; where two know the same file, or none does, the file is refused.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module
from itertools import islice
from pathlib import Path

from propdesk.connectors.quotes import formats
from propdesk.connectors.quotes.packed import lines_of, member_of
from propdesk.connectors.quotes.template import Glimpse, QuoteFile, QuoteFormat, QuoteOptions
from propdesk.connectors.refusal import Unreadable

_LINES = 3
_PARQUET = b"PAR1"


@lru_cache(maxsize=1)
def all_formats() -> tuple[QuoteFormat, ...]:
    """Every format there is, by name."""
    names = sorted(each.name for each in pkgutil.iter_modules(formats.__path__))
    return tuple(import_module(f"{formats.__name__}.{name}").FORMAT for name in names)


def opened(path: Path, options: QuoteOptions) -> QuoteFile:
    """The file by the one format that knows it. Raises ``Unreadable``."""
    glimpse = _glimpse(path)
    found = [each for each in all_formats() if each.knows(glimpse)]
    if len(found) == 1:
        return found[0].open(glimpse, options)
    if found:
        names = ", ".join(each.name for each in found)
        raise Unreadable(path.name, None, f"more than one format knows this file: {names}")
    raise Unreadable(
        path.name, 1 if glimpse.lines else None, f"these are no quotes that are read: {_read()}"
    )


def _read() -> str:
    return "; ".join(each.title for each in all_formats())


def _glimpse(path: Path) -> Glimpse:
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise Unreadable(path.name, None, f"cannot be opened: {error.strerror}") from None
    if not head:
        raise Unreadable(path.name, None, "the file is empty")
    inner = member_of(path) if head.startswith(b"PK") else path.name
    lines = () if head == _PARQUET else tuple(islice(lines_of(path), _LINES))
    return Glimpse(path=path, inner=inner, head=head, lines=lines)
