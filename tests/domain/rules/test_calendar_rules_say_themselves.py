"""The calendar's rules in words, for other terms than the presets have; and terms refused."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.market_hours import Closure, MarketHours, Session
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.news import News
from propdesk.domain.rules.time_limit import TimeLimit
from propdesk.domain.rules.trading_hours import TradingHours
from propdesk.domain.terms import Amount, RuleTerms, TermsError
from tests.domain.rules.histories import d

FX = MarketHours(
    zone="America/New_York",
    sessions=(Session(from_day="sun", opens=time(17), to_day="fri", closes=time(16, 45)),),
)
DAILY = MarketHours(
    zone="UTC",
    sessions=(
        Session(from_day="mon", opens=time(8), to_day="mon", closes=time(16)),
        Session(from_day="tue", opens=time(8), to_day="tue", closes=time(16)),
    ),
    closures=(Closure(on=date(2021, 3, 2)),),
)
USED = Amount(percent=d(1), of="balance")


def news(*restricts: str, **more: Any) -> News:
    terms = {"window_before_minutes": d(2), "window_after_minutes": d(5),
             "restricts": restricts, "targets": "currency", **more}  # fmt: skip
    return News(**terms)


def gap(**more: Any) -> GapTrading:
    return GapTrading(**{"market": FX, "break_hours_min": d(2), **more})


WINDOW = "From 2 minutes before to 5 minutes after high-impact news on "
OF_THE_SYMBOL = WINDOW + "the currencies of the instrument"
NO_OPENING = OF_THE_SYMBOL + ": no opening."
INSIDE = "release − before ≤ moment ≤ release + after"
BY_FRIDAY = "Close all positions by 16:00 (the rulebook's zone) on Friday"
BREAKS_IT = "opened ≤ deadline and closed ≥ deadline breaks it"
NO_OPEN = (
    "No position may be opened 120 minutes or less before a market break of 2 hours or longer."
)
HELD_OVER = "A position held over a market break of 2 hours or longer may earn at most "


@pytest.mark.parametrize(
    ("terms", "size", "sentence", "formula"),
    [
        (news("open"), None, NO_OPENING, INSIDE),
        (
            news("open", "close", "pending_fill", "sl_tp_fill", "hold", "orders", targets="all"),
            None,
            WINDOW + "any instrument: no opening or closing or fills of pending orders or "
            "fills of stop loss or take profit or open positions or pending orders.",
            INSIDE,
        ),
        (
            news(
                "open",
                targets="listed",
                window_before_minutes=d(1),
                window_after_minutes=d("0.5"),
                impacts=("high", "medium"),
                comparison="cross",
            ),
            None,
            (
                "From 1 minute before to 0.5 minutes after high/medium-impact news on "
                "the instruments listed for the release: no opening."
            ),
            "release − before < moment < release + after",
        ),
        (
            news("open", impacts=()),
            None,
            NO_OPENING.replace("high-impact", "any-impact"),
            INSIDE,
        ),
        (
            news("open", exempt_if_opened_before_minutes=d(300)),
            None,
            f"{NO_OPENING} Positions opened more than 300 minutes before the release are free.",
            INSIDE,
        ),
        (
            news(
                "open",
                exempt_if_opened_before_minutes=d(1),
                exempt_comparison="touch",
                exempt_fills="sl_tp",
            ),
            None,
            (
                f"{NO_OPENING} Positions opened at least 1 minute before the release "
                "may be closed by stop or target."
            ),
            INSIDE,
        ),
        (
            news("open", min_hold_if_inside_minutes=d(2), exempt_account_types=("swing", "pro")),
            None,
            (
                f"{NO_OPENING} A trade opened inside is free if it lasts longer than 2 minutes. "
                "Account types not bound: swing, pro."
            ),
            INSIDE,
        ),
        (
            news("open", "close", profit_cap=Amount(percent=d(1))),
            d(100000),
            (
                f"{OF_THE_SYMBOL}: a trade may earn at most 1,000.00 if this falls inside: "
                "opening or closing."
            ),
            f"{INSIDE}; excess = profit − cap",
        ),
        (
            news("open", profit_cap=Amount(percent=d(1))),
            None,
            (
                f"{OF_THE_SYMBOL}: a trade may earn at most 1 % of the initial size "
                "if this falls inside: opening."
            ),
            f"{INSIDE}; excess = profit − cap",
        ),
        (
            news("open", profit_cap=USED),
            d(100000),
            (
                f"{OF_THE_SYMBOL}: a trade may earn at most 1 % of the balance "
                "if this falls inside: opening."
            ),
            f"{INSIDE}; excess = profit − cap",
        ),
        (
            news("open", profit_cap=Amount(money=d(500))),
            None,
            f"{OF_THE_SYMBOL}: a trade may earn at most the cap if this falls inside: opening.",
            f"{INSIDE}; excess = profit − cap",
        ),
        (FlatBy(before="weekend", at=time(16)), None, f"{BY_FRIDAY}.", BREAKS_IT),
        (
            FlatBy(
                before="weekend",
                at=time(16),
                until=time(17, 5),
                comparison="cross",
                exempt_asset_classes=("crypto", "metals"),
                exempt_account_types=("swing",),
                orders_too=True,
            ),
            None,
            (
                "Close all positions and cancel pending orders by 16:00 (the rulebook's zone) on "
                "Friday (crypto, metals, swing may be held); open again from 17:05 on Sunday."
            ),
            "opened ≤ deadline and closed > deadline breaks it",
        ),
        (
            FlatBy(before="overnight", at=time(16, 10), zone="UTC", until=time(18)),
            None,
            "Close all positions by 16:10 (UTC) on each trading day; open again from 18:00.",
            BREAKS_IT,
        ),
        (
            FlatBy(before="overnight", at=time(16, 10), zone="UTC", weekdays=("mon", "wed")),
            None,
            "Close all positions by 16:10 (UTC) on Monday, Wednesday.",
            BREAKS_IT,
        ),
        (
            FlatBy(before="break", market=FX, longer_than_hours=d("2.5"), minutes_before=5),
            None,
            "Close all positions 5 minutes before any market break longer than 2.5 hours.",
            BREAKS_IT,
        ),
        (
            FlatBy(before="break", market=FX, longer_than_hours=d(2), orders_too=True),
            None,
            (
                "Close all positions and cancel pending orders before any market break "
                "longer than 2 hours."
            ),
            BREAKS_IT,
        ),
        (
            FlatBy(before="session_end", orders_too=True, exempt_asset_classes=("crypto",)),
            None,
            (
                "Be flat and cancel pending orders between the end of a session and the next one "
                "(crypto may be held)."
            ),
            BREAKS_IT,
        ),
        (
            TradingHours(hours=FX),
            None,
            "Allowed only from Sun 17:00 to Fri 16:45 (America/New_York): opening.",
            "opens ≤ moment < closes",
        ),
        (
            TradingHours(hours=DAILY, restricts=("open", "close", "hold", "orders")),
            None,
            (
                "Allowed only from Mon 08:00 to Mon 16:00, Tue 08:00 to Tue 16:00 (UTC) less "
                "holidays and early closes: opening or closing or having a position or "
                "placing or changing an order."
            ),
            "opens ≤ moment < closes",
        ),
        (
            gap(no_open_within_minutes=d(120)),
            None,
            NO_OPEN,
            "break starts − opened ≤ minutes breaks it",
        ),
        (
            gap(
                no_open_within_minutes=d(120),
                no_open_before_news_minutes=d(10),
                comparison="cross",
                impacts=("high", "low"),
                profit_cap=Amount(percent=d(1)),
            ),
            d(100000),
            (
                "No position may be opened under 120 minutes before a market break of 2 hours or "
                "longer. No position may be opened under 10 minutes before high/low-impact news. "
                f"{HELD_OVER}1,000.00."
            ),
            (
                "break starts − opened < minutes breaks it; release − opened < minutes breaks it; "
                "excess = profit − cap"
            ),
        ),
        (
            gap(
                no_open_before_news_minutes=d(10),
                impacts=(),
                profit_cap=Amount(percent=d(1)),
            ),
            None,
            (
                "No position may be opened 10 minutes or less before any-impact news. "
                f"{HELD_OVER}1 % of the initial size."
            ),
            "release − opened ≤ minutes breaks it; excess = profit − cap",
        ),
        (gap(profit_cap=USED), d(1), f"{HELD_OVER}1 % of the balance.", "excess = profit − cap"),
        (
            gap(profit_cap=Amount(money=d(500))),
            None,
            f"{HELD_OVER}the cap.",
            "excess = profit − cap",
        ),
        (
            TimeLimit(days=30, counted_from="first_trade", unit="trading_days"),
            None,
            "Pass within 30 trading days from the first trade, the first day included.",
            "deadline = the end of the last of these days",
        ),
        (
            TimeLimit(days=1),
            None,
            "Pass within 1 calendar day from the start, the first day included.",
            "deadline = the end of the last of these days",
        ),
        (
            Inactivity(days=30),
            None,
            (
                "No 30 calendar days in a row may pass without a fill. "
                "An open position counts as activity, a pending order does not."
            ),
            "days since the last activity < days",
        ),
        (
            Inactivity(days=1, unit="trading_days", activity="open", open_position_counts=False),
            None,
            (
                "No 1 trading day in a row may pass without an opening. "
                "Neither an open position nor a pending order counts."
            ),
            "days since the last activity < days",
        ),
        (
            Inactivity(unit="iso_week", activity="close", pending_order_counts=True),
            None,
            (
                "Every week from Monday to Sunday needs a close. "
                "An open position or a pending order counts as activity."
            ),
            "activities from Monday to Sunday ≥ 1",
        ),
        (
            Inactivity(days=7, open_position_counts=False, pending_order_counts=True),
            None,
            (
                "No 7 calendar days in a row may pass without a fill. "
                "A pending order counts as activity, an open position does not."
            ),
            "days since the last activity < days",
        ),
        (
            Inactivity(days=7, activity="assignment", open_position_counts=False),
            None,
            "The account ends 7 calendar days after its start.",
            "days since the start < days",
        ),
    ],
)
def test_the_terms_in_words(
    terms: RuleTerms, size: Decimal | None, sentence: str, formula: str
) -> None:
    assert (terms.sentence(size), terms.formula()) == (sentence, formula)


NEEDS_DAYS = "inactivity needs a number of days, or none with iso_week"
FROM_THE_CLOCK = "flat_by before: session_end takes its times from the clock"
FROM_THE_START = "days from the assignment run whatever is open: set it to false"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            news,
            "news needs at least one of: open, close, pending_fill, sl_tp_fill, hold, orders",
        ),
        (lambda: news("open", window_before_minutes=d(-1)), "a news window cannot be negative"),
        (lambda: news("open", window_after_minutes=d(-1)), "a news window cannot be negative"),
        (
            lambda: FlatBy(before="break", market=FX),
            "flat_by before: break needs 'market' and 'longer_than_hours'",
        ),
        (
            lambda: FlatBy(before="break", longer_than_hours=d(2)),
            "flat_by before: break needs 'market' and 'longer_than_hours'",
        ),
        (lambda: FlatBy(before="overnight"), "flat_by before: overnight needs 'at'"),
        (lambda: FlatBy(before="session_end", at=time(16)), FROM_THE_CLOCK),
        (lambda: FlatBy(before="session_end", until=time(17)), FROM_THE_CLOCK),
        (lambda: FlatBy(before="session_end", zone="UTC"), FROM_THE_CLOCK),
        (
            lambda: TradingHours(hours=FX, restricts=()),
            "trading_hours needs at least one of: open, close, hold, orders",
        ),
        (gap, "gap_trading needs 'no_open_within_minutes' or 'profit_cap'"),
        (lambda: TimeLimit(days=0), "a time limit is at least one day"),
        (Inactivity, NEEDS_DAYS),
        (lambda: Inactivity(days=0), NEEDS_DAYS),
        (lambda: Inactivity(days=7, unit="iso_week"), NEEDS_DAYS),
        (lambda: Inactivity(days=7, activity="assignment"), FROM_THE_START),
        (
            lambda: Inactivity(
                days=7,
                activity="assignment",
                open_position_counts=False,
                pending_order_counts=True,
            ),
            FROM_THE_START,
        ),
        (
            lambda: Inactivity(unit="iso_week", activity="assignment", open_position_counts=False),
            FROM_THE_START,
        ),
    ],
)
def test_terms_that_mean_nothing_are_refused_with_a_sentence(make: Any, why: str) -> None:
    with pytest.raises(TermsError) as refused:
        make()
    assert str(refused.value) == why


def test_a_window_may_be_the_release_alone_and_a_limit_one_day() -> None:
    assert news("open", window_before_minutes=d(0), window_after_minutes=d(0)).restricts
    assert (TimeLimit(days=1).days, Inactivity(days=1).days) == (1, 1)
