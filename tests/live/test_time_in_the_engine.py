"""Days roll and timers ring at their moment: before a tick of that very moment, or without one."""

from decimal import Decimal

from propdesk.domain.events import AccountOpened, Deal, Quote, TimePassed
from propdesk.domain.instants import parse_instant
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.wire.log_records import Mark, Moment, SymbolDefined, VerdictSaid
from propdesk.wire.rulebook_file import LoadedRulebook
from tests.live.engine_drive import DIGITS, FEED, NUMBERS, Driven, batch_of
from tests.story import money, rulebook

SIZE = Decimal(100000)
# Half the equity with which a day starts may be lost: 10 lots, and a day starts 600 up.
RULE = DailyLoss(base="day_start_equity", allowance=money("500"), comparison="touch")
MIDNIGHT = parse_instant("2026-03-02T23:00:00Z")  # in Prague


def quote(at: int, bid: str) -> Quote:
    return Quote(at, "EURUSD", Decimal(bid), Decimal(bid))


def held_until(*quotes: Quote) -> Driven:
    """An account that is 600 up before midnight, and these quotes in one batch."""
    driven = Driven(LoadedRulebook(rulebook(RULE), "test", "test", ""))
    driven.enrol("A1", "phase", SIZE)
    driven.take(SymbolDefined(NUMBERS["EURUSD"], FEED, "EURUSD", DIGITS["EURUSD"]))
    opened = MIDNIGHT - 7_200_000_000
    buy = Deal("A1", opened + 2, "D1", "P1", "EURUSD", "buy", "in", Decimal(10), Decimal("1.10000"))
    driven.take(Moment("A1", (AccountOpened("A1", opened, "USD", SIZE),)))
    ticks = batch_of([quote(opened + 1, "1.10000")], 1)
    driven.take(ticks)
    driven.take(Mark(1))
    driven.take(Moment("A1", (buy,)))
    driven.take(batch_of([quote(opened + 3, "1.10060"), *quotes], 2))
    driven.take(Mark(2 + len(quotes)))
    return driven


def said(driven: Driven) -> list[tuple[str, int, str | None]]:
    return [(e.outcome, e.at, e.limit) for e in driven.said if isinstance(e, VerdictSaid)]


def test_a_tick_of_the_very_moment_of_the_reset_is_the_new_days() -> None:
    """Yesterday's floor, 99,500, is not reached; today's, 100,100, is."""
    driven = held_until(quote(MIDNIGHT, "1.10005"))
    assert said(driven) == [("fail", MIDNIGHT, "100100")]


def test_a_tick_just_before_it_is_the_old_days() -> None:
    driven = held_until(quote(MIDNIGHT - 1, "1.10005"), quote(MIDNIGHT, "1.10006"))
    assert said(driven) == []


def test_a_day_rolls_with_no_tick() -> None:
    driven = held_until()
    driven.take(TimePassed(MIDNIGHT))
    limit = driven.desk.result("A1").limits[0]
    assert (limit.base, limit.floor) == (SIZE + 600, SIZE + 100)
    assert [each.label.isoformat() for each in driven.desk.result("A1").days[:1]] == ["2026-03-02"]
