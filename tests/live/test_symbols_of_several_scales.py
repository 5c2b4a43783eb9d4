"""One instrument in points of several sizes, by several feeds, and beyond what was proved."""

from decimal import Decimal

import numpy as np

from propdesk.domain.events import AccountOpened, Deal
from propdesk.domain.instants import parse_instant
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.engine.market import CEILING_POINTS
from propdesk.wire.log_records import Mark, Moment, SymbolDefined, Ticks, VerdictSaid
from propdesk.wire.rulebook_file import LoadedRulebook
from tests.live.engine_drive import Driven
from tests.story import money, rulebook

SIZE = Decimal(100000)
RULE = OverallLoss(mode="static", allowance=money("1000"), comparison="touch")
BEGIN = parse_instant("2026-03-02T08:00:00Z")


class Feeds:
    """EURUSD from a feed in whole pips and from one in tenths of them."""

    def __init__(self) -> None:
        self.driven = Driven(LoadedRulebook(rulebook(RULE), "test", "test", ""))
        self.tick, self.at = 0, BEGIN
        self.driven.enrol("A1", "phase", SIZE)
        self.driven.take(Moment("A1", (AccountOpened("A1", BEGIN, "USD", SIZE),)))

    def define(self, number: int, feed: str, symbol: str, digits: int) -> None:
        self.driven.take(SymbolDefined(number, feed, symbol, digits))

    def quote(self, number: int, bid: int, ask: int | None = None) -> None:
        self.tick, self.at = self.tick + 1, self.at + 1_000_000
        columns = (np.array([each], np.int64) for each in (self.at, bid, ask or bid))
        self.driven.take(Ticks(self.tick, "f", self.tick, np.array([number], np.int32), *columns))
        self.driven.take(Mark(self.tick))

    def buy(self, symbol: str, lots: str, price: str) -> None:
        self.at += 1
        deal = Deal("A1", self.at, "D1", "P1", symbol, "buy", "in", Decimal(lots), Decimal(price))
        self.driven.take(Moment("A1", (deal,)))

    def said(self) -> list[tuple[str, str | None]]:
        said = self.driven.said
        return [(each.rule, each.observed) for each in said if isinstance(each, VerdictSaid)]


def test_two_feeds_of_other_digits_are_one_price() -> None:
    feeds = Feeds()
    feeds.define(0, "coarse", "EURUSD", 4)
    feeds.define(1, "fine", "EURUSD", 5)
    feeds.quote(1, 110_000)
    feeds.buy("EURUSD", "1.00", "1.10000")
    feeds.quote(0, 10_901)
    assert feeds.said() == []
    feeds.quote(1, 109_001)
    assert feeds.said() == []
    feeds.quote(0, 10_900)
    assert feeds.said() == [("overall_loss", "99000")]


def test_a_symbol_becomes_finer_while_it_is_held() -> None:
    feeds = Feeds()
    feeds.define(0, "coarse", "EURUSD", 5)
    feeds.quote(0, 110_000)
    feeds.buy("EURUSD", "1.00", "1.10000")
    feeds.quote(0, 109_500)
    feeds.quote(0, 110_200)
    feeds.define(0, "coarse", "EURUSD", 6)
    feeds.quote(0, 1_090_001)
    assert feeds.said() == []
    assert feeds.driven.desk.result("A1").equity is not None
    (day,) = feeds.driven.desk.result("A1").days
    assert (day.min_equity, day.max_equity) == (Decimal("99000.10"), SIZE + 200)
    feeds.quote(0, 1_090_000)
    assert feeds.said() == [("overall_loss", "99000")]
    assert not feeds.driven.alarms


def test_a_price_beyond_the_ceiling_is_judged_as_any_other() -> None:
    """Gold has two digits: the ceiling of the proof is 20,971.52."""
    feeds = Feeds()
    feeds.define(0, "f", "XAUUSD", 2)
    feeds.quote(0, 2_000_000)
    feeds.buy("XAUUSD", "0.01", "20000.00")
    feeds.quote(0, CEILING_POINTS * 3)
    equity = feeds.driven.desk.result("A1").equity
    assert equity is not None
    assert equity.low == SIZE + Decimal(CEILING_POINTS * 3 - 2_000_000) / 100
    feeds.quote(0, 1_900_001)
    assert feeds.said() == []
    feeds.quote(0, 1_900_000)
    assert feeds.said() == [("overall_loss", "99000")]
    assert not feeds.driven.alarms
    assert feeds.driven.desk.book.exposed_count() == 0
