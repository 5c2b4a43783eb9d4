"""The economic calendar as it was known at a moment: later versions never judge earlier trades."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from propdesk.domain.events import NewsScheduled


@dataclass(slots=True)
class NewsCalendar:
    """Every version of every release, findable by its release time."""

    _by_release: list[tuple[int, str, int]] = field(default_factory=list)
    _versions: dict[str, list[NewsScheduled]] = field(default_factory=dict)
    _first_at: int | None = None

    def was_there(self, at: int) -> bool:
        """Whether any version of anything had been received by then."""
        return self._first_at is not None and self._first_at <= at

    def receive(self, event: NewsScheduled) -> None:
        """Add a version; versions arrive in the order of the log."""
        versions = self._versions.setdefault(event.id, [])
        insort(self._by_release, (event.release_at, event.id, len(versions)))
        versions.append(event)
        if self._first_at is None:
            self._first_at = event.at

    def since(self, first: int, known_at: int) -> Iterator[NewsScheduled]:
        """Releases from ``first`` on, in order, by the versions received up to ``known_at``."""
        low = bisect_left(self._by_release, first, key=_released)
        for _, key, number in self._by_release[low:]:
            versions = self._versions[key]
            if bisect_right(versions, known_at, key=_received) - 1 != number:
                continue  # superseded then, or not yet received
            if not versions[number].withdrawn:
                yield versions[number]

    def between(self, first: int, last: int, known_at: int) -> Iterator[NewsScheduled]:
        """Releases in ``[first, last]`` by the versions received up to ``known_at``."""
        return takewhile(lambda each: each.release_at <= last, self.since(first, known_at))

    def versions(self, first: int, last: int) -> Iterator[NewsScheduled]:
        """Every version ever received of releases in ``[first, last]``, also superseded ones."""
        low = bisect_left(self._by_release, first, key=_released)
        high = bisect_right(self._by_release, last, key=_released)
        for _, key, number in self._by_release[low:high]:
            yield self._versions[key][number]


def _released(entry: tuple[int, str, int]) -> int:
    return entry[0]


def _received(event: NewsScheduled) -> int:
    return event.at
