"""The evaluator on invented and on real quotes: the tick, the roll, the gap, the order."""

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.events import Event, GapClosed, GapOpened, InstrumentDefined, Quote
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.situation import Span
from propdesk.domain.terms import Effect
from tests.story import (
    adjusted,
    at,
    deal,
    judged,
    money,
    opened,
    outcomes,
    paid,
    passed,
    percent,
    quote,
    rulebook,
)

PAUSE = Effect(kind="pause_until", until="next_day")
SHARED = Path(os.environ.get("PROPDESK_SHARED", Path(__file__).parents[3] / "shared"))
TICKS = SHARED / "data" / "ticks"


def daily(comparison: str, amount: str = "5000", **more: object) -> DailyLoss:
    return DailyLoss(
        base="day_start_balance",
        allowance=money(amount),
        comparison=comparison,  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


def static(comparison: str = "cross", amount: str = "10000") -> OverallLoss:
    return OverallLoss(mode="static", allowance=money(amount), comparison=comparison)  # type: ignore[arg-type]


# One lot of EURUSD: a point (0.00001) is one dollar. Bought at 1.08000; bid 1.03000 is −5,000.
@pytest.mark.parametrize(
    ("comparison", "bid", "status"),
    [
        ("touch", "1.03001", "active"),
        ("touch", "1.03000", "breached"),
        ("touch", "1.02999", "breached"),
        ("cross", "1.03001", "active"),
        ("cross", "1.03000", "active"),
        ("cross", "1.02999", "breached"),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_one_point_either_side_of_the_daily_floor(comparison, bid, status, fast):
    evaluation = judged(
        rulebook(daily(comparison)),
        [
            opened("2026-03-02 08:00:00"),
            quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000"),
            deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
            quote("2026-03-02 09:00:00", "EURUSD", bid, "1.09000"),
        ],
        fast=fast,
    )
    assert evaluation.status == status


def test_a_spike_of_one_tick_is_enough_and_the_event_is_named():
    evaluation = judged(
        rulebook(daily("cross")),
        [
            opened("2026-03-02 08:00:00"),
            quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000"),
            deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
            quote("2026-03-02 09:00:00", "EURUSD", "1.04000", "1.04001"),
            quote("2026-03-02 09:00:01", "EURUSD", "1.02990", "1.02991"),
            quote("2026-03-02 09:00:02", "EURUSD", "1.04000", "1.04001"),
        ],
    )
    verdict = evaluation.verdicts[0]
    assert (verdict.rule, verdict.outcome, verdict.event) == ("daily_loss", "fail", 5)
    assert (verdict.observed, verdict.limit) == (Decimal(94990), Decimal(95000))


def test_the_day_rolls_with_no_tick_and_the_open_loss_breaks_the_new_floor():
    """Prague midnight is 23:00 UTC in winter. Closed +4,000 and floating −8,000: the old floor
    (95,000) holds at equity 96,000, the new one (104,000 − 5,000) does not."""
    story: list[Event] = [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000"),
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
        deal("2026-03-02 09:00:00", "P1", "sell", "out", "1.00", "1.12000", profit="4000"),
        deal("2026-03-02 10:00:00", "P2", "buy", "in", "1.00", "1.12000"),
        quote("2026-03-02 11:00:00", "EURUSD", "1.04000", "1.04001"),
    ]
    assert judged(rulebook(daily("cross")), [*story, passed("2026-03-02 22:59:59")]).status == (
        "active"
    )
    evaluation = judged(rulebook(daily("cross")), [*story, passed("2026-03-03 08:00:00")])
    verdict = evaluation.verdicts[0]
    assert (verdict.at, verdict.observed, verdict.limit) == (
        at("2026-03-02 23:00:00"),
        Decimal(96000),
        Decimal(99000),
    )


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        # Between 8 and 29 March 2026 New York has switched and Prague has not: the server's day
        # (New York + 7 h) ends at 21:00 UTC, Prague's at 23:00.
        ("server", "2026-03-16 20:59:59", "2026-03-16 21:00:00"),
        ("Europe/Prague", "2026-03-16 22:59:59", "2026-03-16 23:00:00"),
        ("server", "2026-03-02 21:59:59", "2026-03-02 22:00:00"),
        ("Europe/Prague", "2026-06-01 21:59:59", "2026-06-01 22:00:00"),
    ],
)
def test_the_reset_follows_its_own_zone(zone, before, after):
    book = rulebook(daily("cross"), zone=zone)
    day = before[:10]
    start: list[Event] = [opened(f"{day} 08:00:00"), adjusted(f"{day} 09:00:00", "100", "refund")]
    assert [each.label.isoformat() for each in judged(book, [*start, passed(before)]).days] == [day]
    two = judged(book, [*start, passed(after), adjusted(after, "1", "refund")]).days
    assert len(two) == 2


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_a_day_may_have_23_or_25_hours(day, hours):
    evaluation = judged(
        rulebook(daily("cross")),
        [opened(f"{day} 08:00:00"), adjusted(f"{day} 09:00:00", "100", "refund")],
    )
    trading = evaluation.days[0].day
    assert (trading.end - trading.start) // 3_600_000_000 == hours


def test_hard_goes_before_soft_and_loss_before_target():
    evaluation = judged(
        rulebook(daily("touch", "1500", effects=(PAUSE,)), static("touch", "2000")),
        [
            opened("2026-03-02 08:00:00"),
            quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000"),
            deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
            quote("2026-03-02 09:00:00", "EURUSD", "1.05000", "1.05001"),
        ],
    )
    assert outcomes(evaluation) == [("overall_loss", "fail")]


def with_a_trade(*between: Event) -> list[Event]:
    return [
        opened("2026-03-02 08:00:00"),
        *between[:1],
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
        *between[1:],
        deal("2026-03-02 10:00:00", "P1", "sell", "out", "1.00", "1.18000", profit="10000"),
    ]


def test_quotes_pass_a_hole_leaves_it_unknown_and_deals_alone_never_pass():
    book = rulebook(static(), ProfitTarget(target=percent("10")))
    first = quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000")
    later = quote("2026-03-02 09:00:00", "EURUSD", "1.10000", "1.10001")
    assert judged(book, with_a_trade(first, later)).status == "passed"
    hole = (
        GapOpened(at("2026-03-02 08:30:00"), "EURUSD"),
        GapClosed(at("2026-03-02 08:40:00"), "EURUSD"),
    )
    holed = judged(book, with_a_trade(first, *hole, later))
    assert holed.status == "unknown"
    gap = holed.coverage.gaps[0]
    assert (gap.symbol, gap.start) == ("EURUSD", at("2026-03-02 08:30:00"))
    bare = judged(book, with_a_trade())
    assert (bare.status, bare.coverage.basis) == ("unknown", "deals")
    assert bare.coverage.gaps[0].symbol == "EURUSD"


def test_a_proven_breach_is_not_undone_by_a_later_gap():
    evaluation = judged(
        rulebook(daily("cross")),
        [
            opened("2026-03-02 08:00:00"),
            quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000"),
            deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
            quote("2026-03-02 09:00:01", "EURUSD", "1.02990", "1.02991"),
            GapOpened(at("2026-03-02 09:30:00"), "EURUSD"),
        ],
    )
    assert evaluation.status == "breached"


def test_a_limit_broken_only_inside_one_time_stamp_is_unknown():
    """−6,000 and +6,000 close in the same second: nobody can say which was first."""
    when = "2026-03-02 10:00:00"
    evaluation = judged(
        rulebook(daily("cross")),
        [
            opened("2026-03-02 08:00:00"),
            quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000"),
            deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
            deal("2026-03-02 08:00:03", "P2", "buy", "in", "1.00", "1.08000"),
            deal(when, "P1", "sell", "out", "1.00", "1.02000", profit="-6000"),
            deal(when, "P2", "sell", "out", "1.00", "1.14000", profit="6000"),
        ],
    )
    assert evaluation.status == "unknown"
    assert outcomes(evaluation) == [("daily_loss", "unknown")]


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ([deal("2026-03-02 08:00:02", "P1", "buy", "in", "1", "1.08")], "event 1: account A1"),
        (
            [
                opened("2026-03-02 08:00:00"),
                deal("2026-03-02 08:00:02", "P1", "buy", "in", "1", "1.08", symbol="NOPE"),
            ],
            "event 2:",
        ),
        ([opened("2026-03-02 08:00:00", "90000")], "starts with 90000"),
    ],
)
def test_an_impossible_history_names_its_event(story, reason):
    with pytest.raises(UnusableHistory, match=reason):
        judged(rulebook(daily("cross")), story)


def test_a_payout_can_itself_break_the_overall_floor():
    """FundedNext Instant: balance equal to the floor after a withdrawal is a breach."""
    book = rulebook(
        OverallLoss(
            mode="trailing",
            peak_source="closed_balance",
            allowance=money("500"),
            comparison="touch",
        )
    )
    start: list[Event] = [
        opened("2026-03-02 08:00:00"),
        adjusted("2026-03-02 09:00:00", "1000", "correction"),
    ]
    assert judged(book, [*start, paid("2026-03-02 10:00:00", "499.99")]).status == "active"
    assert judged(book, [*start, paid("2026-03-02 10:00:00", "500")]).status == "breached"


prices = st.lists(st.integers(min_value=-40, max_value=40), min_size=1, max_size=120)


@given(
    steps=prices,
    comparison=st.sampled_from(["touch", "cross"]),
    mode=st.sampled_from(["static", "trailing"]),
    offset=st.integers(min_value=-1, max_value=1),
)
@settings(max_examples=150, deadline=None)
def test_the_fast_path_agrees_with_asking_every_rule_on_every_quote(
    steps, comparison, mode, offset
):
    """Limits are placed on the path's own extremes and one cent either side of them."""
    mids = [108000 + sum(steps[: each + 1]) for each in range(len(steps))]
    low = min(Decimal(mid - 108000) for mid in mids)
    if mode == "trailing":
        peaks = [max([108000, *mids[: each + 1]]) for each in range(len(mids))]
        low = min(Decimal(mid - peak) for mid, peak in zip(mids, peaks, strict=True))
    allowance = max(-low + Decimal(offset).scaleb(-2), Decimal(1))
    book = rulebook(
        OverallLoss(
            mode=mode,
            peak_source="live_equity" if mode == "trailing" else None,
            allowance=money(str(allowance)),
            comparison=comparison,
        ),
        ProfitTarget(target=money("30"), measured_on="equity"),
    )
    story: list[Event] = [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:00:01", "EURUSD", "1.08000", "1.08000"),
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
    ]
    start = at("2026-03-02 09:00:00")
    story += [
        Quote(start + number * 1000, "EURUSD", Decimal(mid).scaleb(-5), Decimal(mid).scaleb(-5))
        for number, mid in enumerate(mids)
    ]
    fast, slow = judged(book, story), judged(book, story, fast=False)
    assert fast.verdicts == slow.verdicts
    assert (fast.status, fast.limits) == (slow.status, slow.limits)
    assert fast.days[0].min_equity == slow.days[0].min_equity
    assert fast.days[0].max_equity == slow.days[0].max_equity


@pytest.mark.skipif(not TICKS.exists(), reason="the recorded ticks of ../shared are not here")
def test_payrolls_three_positions_break_on_the_exact_tick_and_not_one_before():
    """2014-05-02 12:30 UTC: EURUSD, XAUUSD and NZDUSD held through the release."""
    files = [
        TICKS / f"lean_oanda_{symbol}" / "20140502_quote.zip"
        for symbol in ("eurusd", "nzdusd", "xauusd")
    ]
    source = open_quotes(files)
    since, until = at("2014-05-02 12:20:00"), at("2014-05-02 12:40:00")
    ticks = sorted(
        (
            each
            for symbol in source.symbols
            for each in source.stream(symbol, since, until)
            if isinstance(each, Quote)
        ),
        key=lambda each: each.at,
    )
    entries = {"EURUSD": "2.00", "NZDUSD": "2.00", "XAUUSD": "1.00"}
    first = {symbol: next(t for t in ticks if t.symbol == symbol) for symbol in entries}
    started = max(each.at for each in first.values())
    ticks = [each for each in ticks if each.at >= started]
    opening = [
        deal(
            "2014-05-02 12:20:00",
            symbol,
            "buy",
            "in",
            lots,
            str(first[symbol].ask),
            symbol=symbol,
        )
        for symbol, lots in entries.items()
    ]
    story: list[Event] = [opened("2014-05-02 12:00:00"), *first.values(), *opening, *ticks]

    # An account worked by hand: the same three positions, valued in plain Decimal.
    units = {"EURUSD": 200000, "NZDUSD": 200000, "XAUUSD": 100}
    bids = {symbol: first[symbol].bid for symbol in entries}
    path: list[Decimal] = []
    for tick in ticks:
        bids[tick.symbol] = tick.bid
        path.append(sum(((bids[s] - first[s].ask) * units[s] for s in entries), Decimal(100000)))
    lowest = min(path)
    where = path.index(lowest)
    floor = lowest.quantize(Decimal("0.01"))
    allowance = 100000 - floor
    book = rulebook(daily("touch", str(allowance)))
    evaluation = judged(book, story)
    assert evaluation.status == "breached"
    verdict = evaluation.verdicts[0]
    assert verdict.event == 1 + len(first) + len(opening) + where + 1
    assert verdict.at == ticks[where].at
    before = judged(book, story[: verdict.event - 1])
    assert before.status == "active"
    # One cent more room and the spike passes.
    assert judged(rulebook(daily("touch", str(allowance + Decimal("0.01")))), story).status == (
        "active"
    )


@pytest.mark.skipif(not TICKS.exists(), reason="the recorded ticks of ../shared are not here")
def test_a_widening_spread_alone_can_break_a_limit():
    """A long and a short of one size: price moves cancel, only the spread costs."""
    source = open_quotes([TICKS / "lean_oanda_eurusd" / "20140502_quote.zip"])
    window = (at("2014-05-02 12:29:00"), at("2014-05-02 12:31:00"))
    ticks = [each for each in source.stream("EURUSD", *window) if isinstance(each, Quote)]
    first = ticks[0]
    hedge = [
        deal("2014-05-02 12:29:00", "L", "buy", "in", "1.00", str(first.ask)),
        deal("2014-05-02 12:29:00", "S", "sell", "in", "1.00", str(first.bid)),
    ]
    story: list[Event] = [opened("2014-05-02 12:00:00"), first, *hedge, *ticks]
    widest = max((each.ask - each.bid) - (first.ask - first.bid) for each in ticks)
    loss = (widest + 2 * (first.ask - first.bid)) * 100000
    usual = 2 * (first.ask - first.bid) * 100000
    limit = (loss + usual) / 2
    evaluation = judged(rulebook(daily("touch", str(limit))), story)
    assert evaluation.status == "breached"
    broken = evaluation.verdicts[0]
    tick = story[broken.event - 1]
    assert isinstance(tick, Quote)
    assert tick.ask - tick.bid > first.ask - first.bid


def test_an_instrument_of_the_log_overrides_the_catalogue():
    """A broker whose EURUSD lot is 10,000 units: the same fall costs a tenth."""
    small = InstrumentDefined(
        at("2026-03-02 07:00:00"), "EURUSD", 5, Decimal(10000), "EUR", "USD", "EUR"
    )
    story: list[Event] = [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:00:01", "EURUSD", "1.07999", "1.08000"),
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
        quote("2026-03-02 09:00:00", "EURUSD", "1.02000", "1.02001"),
    ]
    assert judged(rulebook(daily("cross")), story).status == "breached"
    evaluation = judged(rulebook(daily("cross")), [small, *story])
    assert (evaluation.status, evaluation.equity) == (
        "active",
        Span(Decimal(99400), Decimal(99400)),
    )
    wrong = replace(small, mode="lottery")
    with pytest.raises(UnusableHistory, match="event 1: EURUSD: mode 'lottery'"):
        judged(rulebook(daily("cross")), [wrong, *story])
