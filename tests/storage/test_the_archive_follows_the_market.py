"""The archive's way through the market stream: when it flushes, where it goes on, what it tells."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from propdesk.ports.event_log import Entry
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.tick_archive import ArchiveUnwritable, Kept
from propdesk.storage.tick_archive import FileTickArchive, MarketFollower, archive_market
from propdesk.wire.log_codec import LogCodec
from propdesk.wire.log_records import MARKET, BackFilled, Mark, MarketRecord, SymbolDefined, Ticks

EURO = SymbolDefined(1, "feed", "EURUSD", 5)


def ten(first: int, symbol: int = 1) -> Ticks:
    """Ten ticks from number ``first`` on."""
    numbers = np.arange(first, first + 10)
    return Ticks(first, "feed", first, np.full(10, symbol, np.int32), numbers, numbers, numbers)


class SometimesFull(FileTickArchive):
    """An archive whose disk is full while ``is_full``."""

    is_full = False

    def flush(self, offset: int) -> None:
        if self.is_full:
            raise ArchiveUnwritable("no space left")
        super().flush(offset)


class Market:
    """A market stream in memory and what archives it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.alarms: list[str] = []
        self.log = MemoryLog()
        self.writer = self.log.writer([MARKET], "test")
        self.written = 0
        self.start()

    def start(self) -> None:
        self.archive = SometimesFull(self.home, self.alarms.append)
        self.follower = MarketFollower(
            self.log.reader(), self.archive, self.alarms.append, flush_s=10, flush_ticks=25
        )

    def says(self, *records: MarketRecord | Mark | bytes) -> None:
        codec = LogCodec()
        for record in records:
            self.written += 1
            body = record if isinstance(record, bytes) else codec.encode(record)
            self.writer.append([Entry(MARKET, str(self.written), body)])

    def numbers(self) -> list[int]:
        days = self.archive.days("feed", "EURUSD")
        parts = (part for day in days for part in self.archive.read("feed", "EURUSD", day))
        return [number for part in parts for number in part.number.tolist()]


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    made = Market(tmp_path)
    yield made
    made.archive.close()


@pytest.mark.parametrize(
    ("at", "kept"),
    [(0.0, Kept()), (9.9, Kept()), (10.0, Kept(10, 2)), (11.0, Kept(10, 2))],
)
def test_it_flushes_when_the_oldest_has_waited_long_enough(
    market: Market, at: float, kept: Kept
) -> None:
    market.says(EURO, ten(1))
    assert market.follower.step(0)
    assert not market.follower.step(at)
    assert market.archive.kept() == kept


@pytest.mark.parametrize(("batches", "kept"), [(2, Kept()), (3, Kept(30, 4))])
def test_it_flushes_when_enough_ticks_wait(market: Market, batches: int, kept: Kept) -> None:
    market.says(EURO, *(ten(1 + 10 * batch) for batch in range(batches)))
    market.follower.step(0)
    market.follower.step(0)
    assert market.archive.kept() == kept


def test_the_wait_begins_anew_after_a_flush(market: Market) -> None:
    market.says(EURO, ten(1))
    market.follower.step(0)
    market.says(ten(11))
    market.follower.step(10)
    market.follower.step(19.9)
    assert market.archive.kept().tick == 10
    market.follower.step(20)
    assert market.archive.kept().tick == 20


def test_it_goes_on_from_what_was_kept(market: Market) -> None:
    market.says(EURO, ten(1))
    market.follower.step(0)
    market.follower.flush(0)
    market.says(ten(11))
    market.follower.step(0)  # read, and lost with the process
    market.archive.close()
    market.start()
    market.says(ten(21))
    market.follower.step(0)
    market.follower.flush(0)
    assert market.numbers() == list(range(1, 31))
    assert market.alarms == []


@pytest.mark.parametrize(
    "poison", [b"PD not a record", ten(11, symbol=9), Mark(7)], ids=["bytes", "symbol", "kind"]
)
def test_a_record_it_cannot_keep_is_told_and_the_rest_is_kept(
    market: Market, poison: Mark | Ticks | bytes
) -> None:
    market.says(EURO, ten(1), poison, ten(21))
    market.follower.step(0)
    market.follower.flush(0)
    assert market.numbers() == [*range(1, 11), *range(21, 31)]
    assert "record 3 " in market.alarms[0]
    assert "11 to 20" in market.alarms[1]


def test_while_it_cannot_write_it_reads_no_more_and_loses_nothing(market: Market) -> None:
    market.says(EURO, ten(1))
    market.follower.step(0)
    market.archive.is_full = True
    market.says(ten(11))
    for now in (10, 11, 14.9):
        assert not market.follower.step(now)
        assert market.follower.is_stalled
    assert market.follower.offset == 2
    assert len(market.alarms) == 1, "it tries again after five seconds, not at every step"
    market.archive.is_full = False
    assert market.follower.step(15)
    assert not market.follower.is_stalled
    market.follower.flush(15)
    assert market.numbers() == list(range(1, 21))


def test_the_loop_is_woken_by_the_market_and_flushes_at_its_end(market: Market) -> None:
    over = threading.Event()
    following = threading.Thread(
        target=archive_market,
        args=(market.log.reader(), market.archive, market.alarms.append),
        kwargs={"clock_s": lambda: 0.0, "over": over, "flush_ticks": 20},
    )
    following.start()
    market.says(EURO, ten(1), ten(11))
    for _ in range(200):
        if market.archive.kept().tick:
            break
        over.wait(0.05)
    assert market.archive.kept().tick == 20
    market.says(ten(21))
    over.wait(1.0)
    over.set()
    following.join(30)
    assert market.archive.kept().tick == 30


def test_ticks_of_a_gap_are_kept_in_their_own_day_behind_what_came_before(tmp_path: Path) -> None:
    market = Market(tmp_path)
    day = 86_400_000_000
    first, next_day, missing = ten(1), ten(11), ten(21)
    market.says(EURO, first, replace(next_day, at=next_day.at + day), BackFilled(missing))
    while market.follower.step(0):
        pass
    market.follower.flush(0)
    assert not market.alarms
    (kept,) = (
        np.concatenate([part.number for part in market.archive.read("feed", "EURUSD", each)])
        for each in market.archive.days("feed", "EURUSD")[:1]
    )
    assert kept.tolist() == [*range(1, 11), *range(21, 31)]
    assert market.archive.kept().tick == 30
    assert not list(tmp_path.rglob("1970-01-01/part-*"))  # a day that is over has no open file
