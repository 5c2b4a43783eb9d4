"""The presets as the pages list them, read once from their files.

It must not hold a value of its own: every figure comes from the rulebook's data.
"""

import threading
from decimal import Decimal
from functools import cache

from propdesk.domain.rulebook import Rulebook
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, presets, versions_of

# The size most firms print their figures for.
USUAL = Decimal(100_000)


_reading = threading.Lock()


def shelf() -> tuple[LoadedRulebook, ...]:
    """Every preset. Whoever asks while they are being read waits for that reading."""
    with _reading:
        return _read()


@cache
def _read() -> tuple[LoadedRulebook, ...]:
    return tuple(load_rulebook(name) for name in presets())


def read_ahead() -> threading.Thread:
    """Reads the presets beside the server's start: it takes longer than a first page should."""
    reader = threading.Thread(target=shelf, name="presets", daemon=True)
    reader.start()
    return reader


def find(name: str) -> LoadedRulebook | None:
    return next((each for each in shelf() if each.rulebook.name == name), None)


def phase_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """``rulebook/phase`` grouped by rulebook, as a select wants it."""
    return [
        (
            each.rulebook.title or each.rulebook.name,
            [
                (f"{each.rulebook.name}/{phase.name}", f"{each.rulebook.title}: {phase.name}")
                for phase in each.rulebook.phases
            ],
        )
        for each in shelf()
    ]


@cache
def history(name: str) -> tuple[LoadedRulebook, ...]:
    """Every version of a preset that is kept, the newest first."""
    return versions_of(name)[::-1]


def usual_size(book: Rulebook) -> Decimal:
    """The size for which a page gives its sums: the usual one, or the next smaller on offer."""
    sizes = sorted(offer.size for offer in book.sizes)
    below = [each for each in sizes if each <= USUAL]
    return below[-1] if below else sizes[0] if sizes else USUAL
