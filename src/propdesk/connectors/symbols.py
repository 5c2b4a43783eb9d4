"""One name per instrument: what a broker prints becomes what the catalogue calls it.

It must not guess: a name the catalogue does not resolve is kept as it was printed.
"""

from collections.abc import Callable
from typing import TypeAlias

from propdesk.domain.instruments import Catalogue

Naming: TypeAlias = Callable[[str], str]


def naming_by(catalogue: Catalogue | None) -> Naming:
    """The function from a printed symbol to the catalogue's; without a catalogue, capitals."""

    def name(printed: str) -> str:
        found = catalogue.find(printed) if catalogue else None
        return found.symbol if found else printed.upper() if catalogue is None else printed

    return name
