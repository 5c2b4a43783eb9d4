"""Which instrument a file without a column of symbols is of: the one its name names.

It must not choose between two.
"""

import re

from propdesk.connectors.quotes.template import Glimpse
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.instruments import Catalogue

_BETWEEN = re.compile(r"[^A-Za-z0-9]+")


def words_of(glimpse: Glimpse) -> list[str]:
    """The words of the file's name, and of the one inside a zip, in lower case."""
    return _BETWEEN.split(f"{glimpse.path.name} {glimpse.inner}".lower())


def symbol_in(glimpse: Glimpse, catalogue: Catalogue) -> str:
    """The one instrument the file is named after, or nothing."""
    found = (catalogue.find(word) for word in words_of(glimpse) if len(word) > 1)
    known = {each.symbol for each in found if each is not None}
    return known.pop() if len(known) == 1 else ""


def symbol_of(glimpse: Glimpse, catalogue: Catalogue) -> str:
    """The one instrument the file is named after. Raises ``Unreadable`` where there is none."""
    symbol = symbol_in(glimpse, catalogue)
    if not symbol:
        raise Unreadable(
            glimpse.path.name,
            None,
            "the file names no symbol; name it after its instrument, for example EURUSD.csv",
        )
    return symbol
