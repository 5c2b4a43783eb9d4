"""From a platform into the intake: its ticks as a feed, its accounts' events as deliveries.

What was delivered is said by a resume point in a file, written after the intake has it. So a kill
of anybody at any moment sends something again and loses nothing; ticks bear their numbers and
deliveries their keys, by which the intake knows what it has. Because nothing is lost, a gap that
the intake saw while somebody was away is whole when everything is delivered, and is said to be. It
works for every platform that has a resume point.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TypeGuard

import structlog

from propdesk.domain.events import Event
from propdesk.ports.intake import Accepted, FeedQuote, Intake, IntakeAway
from propdesk.ports.platform import (
    BEGINNING,
    AccountChanged,
    Batch,
    Delta,
    MarginCalled,
    Platform,
    PlatformAway,
    ResumePoint,
)

_log = structlog.get_logger(__name__)


class PointFile:
    """A resume point on disk: the old one or the new one, never half of either."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> ResumePoint:
        """``BEGINNING`` where there is none."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return BEGINNING

    def write(self, point: ResumePoint) -> None:
        beside = self._path.with_name(f".{self._path.name}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(point)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


@dataclass(slots=True)
class Bridge:
    """Mutable: it walks. ``source`` names the feed and the source of the events; no slash in it."""

    platform: Platform
    intake: Intake
    point: PointFile
    source: str
    quotes: int = 0
    events: int = 0
    refused: list[str] = field(default_factory=list)
    """The last of what the intake refused."""
    _is_unsure: bool = True
    """The intake may think that something is missing."""
    _quoted_at: int = 0
    """The time of the last quote delivered."""

    def forward(self, *, wait_s: float = 0.0) -> bool:
        """Deliver what there is; whether that is everything. Raises ``PlatformAway``,
        ``ResumeLost`` and ``IntakeAway``: call it again later."""
        try:
            deltas = self.platform.deltas(self.point.read(), wait_s=wait_s)
            self._deliver(deltas.batches)
            if deltas.batches:
                # After this point the intake has everything that was read.
                self.point.write(deltas.upto)
            if deltas.is_synced and self._is_unsure and self._quoted_at:
                self._assure()
        except (PlatformAway, IntakeAway):
            self._is_unsure = True
            raise
        return deltas.is_synced

    def _deliver(self, batches: Sequence[Batch]) -> None:
        for each in _deliveries(batches):
            if isinstance(each, _Quotes):
                accepted = self.intake.quotes(self.source, each.quotes)
                self._quoted_at = each.quotes[-1].at
            else:
                accepted = self.intake.events(each.events, source=self.source, key=each.key)
            self._note(accepted)

    def _assure(self) -> None:
        """Say that no quote is missing. Symbols the intake never heard of it may refuse."""
        if "ticks" in self.platform.capabilities().tells:
            symbols = [each.symbol for each in self.platform.instruments()]
            whole = [(symbol, self._quoted_at) for symbol in symbols]
            self.intake.back_fill(self.source, (), whole=whole)
        self._is_unsure = False

    def _note(self, accepted: Accepted) -> None:
        self.quotes += accepted.quotes
        self.events += accepted.events
        if accepted.refused:
            _log.warning("platform_deltas_refused", source=self.source, refused=accepted.refused)
            self.refused = list(accepted.refused)


@dataclass(frozen=True, slots=True)
class _Quotes:
    quotes: list[FeedQuote]


@dataclass(frozen=True, slots=True)
class _Events:
    key: str
    events: list[Event]


def _deliveries(batches: Sequence[Batch]) -> Iterator[_Quotes | _Events]:
    """What goes together, in order: quotes of many batches, or events of one, with their key.

    The key is the batch's resume point and the place in it: the same whenever it is read.
    """
    quotes: list[FeedQuote] = []
    for batch in batches:
        runs = groupby(batch.deltas, key=lambda delta: isinstance(delta, FeedQuote))
        for place, (_, run) in enumerate(runs):
            together = list(run)
            events = [each for each in together if _is_event(each)]
            if events:
                if quotes:
                    yield _Quotes(quotes)
                    quotes = []
                yield _Events(f"{batch.upto}-{place}", events)
            quotes += [each for each in together if isinstance(each, FeedQuote)]
    if quotes:
        yield _Quotes(quotes)


def _is_event(delta: Delta) -> TypeGuard[Event]:
    """Whether the log has a record of it: rights and margin calls are the platform's business."""
    return not isinstance(delta, FeedQuote | AccountChanged | MarginCalled)
