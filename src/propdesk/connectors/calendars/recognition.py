"""Finds the formats of calendars: the files of the folder ``formats``, each told by its content.

It must not name one; where two know the same file, or none does, the file is refused.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module

from propdesk.connectors.calendars import formats
from propdesk.connectors.calendars.template import CalendarFormat, Document


@lru_cache(maxsize=1)
def all_formats() -> tuple[CalendarFormat, ...]:
    """Every format there is, by name."""
    names = sorted(each.name for each in pkgutil.iter_modules(formats.__path__))
    return tuple(import_module(f"{formats.__name__}.{name}").FORMAT for name in names)


def recognised(document: Document) -> CalendarFormat:
    """The one format that knows the document. Raises ``Unreadable``."""
    found = [each for each in all_formats() if each.recognise(document.text)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(each.name for each in found)
        raise document.refuse(None, f"more than one format knows this calendar: {names}")
    read = "; ".join(each.title for each in all_formats())
    raise document.refuse(None, f"this is no economic calendar that is read: {read}")
