"""Accounts found by a part of their name or of their programme.

A firm's search asks for all of them with every letter, so their names stand in one text that is
looked through at once, and a programme is looked at once for all its accounts. It must not order
what it finds.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate

from propdesk.engine.rulebooks import Rulebooks
from propdesk.engine.seats import Seat

Programme = tuple[str, tuple[str, ...], str, str]


class AccountSearch:
    """Over the seats of a desk; nobody leaves it."""

    def __init__(self, seats: Mapping[str, Seat], rulebooks: Rulebooks) -> None:
        self._seats, self._rulebooks = seats, rulebooks
        self._names: list[str] = []
        self._text, self._begins = "", [0]
        self._programmes: dict[Programme, str] = {}

    def find(self, search: str) -> tuple[list[str], set[Programme]]:
        """The accounts whose names hold it, in the order in which they sat down; and the programmes
        of which every account is found."""
        self._learn()
        wanted = search.casefold()
        programmes = {each for each, words in self._programmes.items() if wanted in words}
        return list(self._named(wanted)), programmes

    def _named(self, wanted: str) -> Iterable[str]:
        if "\n" in wanted:
            return
        place = self._text.find(wanted)
        while place >= 0:
            number = bisect_right(self._begins, place) - 1
            yield self._names[number]
            place = self._text.find(wanted, self._begins[number + 1])

    def _learn(self) -> None:
        """Take in who sat down since."""
        if len(self._names) == len(self._seats):
            return
        self._names = list(self._seats)
        folded = [f"{name.casefold()}\n" for name in self._names]
        self._text, self._begins = "".join(folded), [0, *accumulate(map(len, folded))]
        for seat in self._seats.values():
            programme = programme_of(seat)
            if programme not in self._programmes:
                title = self._rulebooks.of(seat.enrolled).rulebook.title
                words = f"{seat.enrolled.rulebook} {title} {seat.enrolled.phase}"
                self._programmes[programme] = words.casefold()


def programme_of(seat: Seat) -> Programme:
    """What accounts of one programme and phase have in common."""
    enrolled = seat.enrolled
    return enrolled.sha256, enrolled.add_ons, enrolled.rulebook, enrolled.phase
