"""Verdicts and refusals bear the number of their event; a given market is the one that is read."""

from datetime import time
from decimal import Decimal

import pytest

from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.worth import Market
from tests.story import CATALOGUE, at, deal, judged, money, opened, passed, quote, rulebook

FLOOR = OverallLoss(mode="static", allowance=money("10000"), comparison="touch")


def test_an_opening_that_cannot_be_is_refused_by_its_number() -> None:
    story: list[Event] = [quote("2026-03-02 07:00:00", "EURUSD", "1.07990", "1.08000"),
             opened("2026-03-02 08:00:00", balance="90000")]  # fmt: skip
    with pytest.raises(UnusableHistory) as refused:
        judged(rulebook(FLOOR), story)
    assert refused.value.event_no == 2


def test_a_timer_between_two_events_is_of_the_later_ones_number() -> None:
    flat = FlatBy(before="overnight", at=time(21), zone="UTC")
    story: list[Event] = [opened("2026-03-02 08:00:00"),
             deal("2026-03-02 10:00:00", "P", "buy", "in", "1", "1.08000"),
             passed("2026-03-02 22:00:00")]  # fmt: skip
    (verdict,) = judged(rulebook(flat), story).verdicts
    assert (verdict.at, verdict.event) == (at("2026-03-02 21:00:00"), 3)


def test_the_market_that_was_given_is_the_one_that_is_read() -> None:
    market, book = Market(), rulebook(FLOOR)
    evaluator = Evaluator(
        book, book.phases[0], size=Decimal(100000), catalogue=CATALOGUE, market=market
    )
    bid, ask = Decimal("1.07990"), Decimal("1.08000")
    market.prices["EURUSD"] = (bid, bid, ask, ask)
    evaluator.feed([opened("2026-03-02 08:00:00"),
                    deal("2026-03-02 10:00:00", "P", "buy", "in", "1", "1.08000")])  # fmt: skip
    assert evaluator.account is not None
    assert not evaluator.account.worth.unknown


def test_of_two_silent_symbols_each_gap_ends_with_its_own_quote() -> None:
    story: list[Event] = [opened("2026-03-02 08:00:00"),
             deal("2026-03-02 10:00:00", "P", "buy", "in", "1", "1.08000"),
             deal("2026-03-02 10:00:00", "Q", "buy", "in", "1", "1.30000", symbol="GBPUSD"),
             quote("2026-03-02 10:01:00", "EURUSD", "1.07990", "1.08000"),
             quote("2026-03-02 10:02:00", "GBPUSD", "1.29990", "1.30000")]  # fmt: skip
    gaps = judged(rulebook(FLOOR), story).coverage.gaps
    ends = {each.symbol: each.end for each in gaps}
    assert ends == {"EURUSD": at("2026-03-02 10:01:00"), "GBPUSD": at("2026-03-02 10:02:00")}
