"""One name per instrument: what a broker prints becomes what the catalogue calls it.

It must not guess: a name the catalogue does not resolve is kept as it was printed.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from propdesk.domain.instruments import Catalogue
from propdesk.wire.catalogue import load_catalogue

Naming: TypeAlias = Callable[[str], str]


@lru_cache(maxsize=1)
def built_in_catalogue() -> Catalogue:
    """The catalogue that ships with the product; immutable, so one is enough."""
    return load_catalogue()


def naming_by(known: Catalogue) -> Naming:
    """The function from a printed symbol to the catalogue's."""

    def name(printed: str) -> str:
        found = known.find(printed)
        return found.symbol if found else printed

    return name
