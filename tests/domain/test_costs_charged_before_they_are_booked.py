"""MT4 takes its commission from equity at the opening and from the balance at the close."""

from decimal import Decimal

import pytest

from propdesk.domain.rules.daily_loss import DailyLoss
from tests.story import deal, judged, money, opened, quote, rulebook

LIMIT = DailyLoss(base="day_start_balance", allowance=money("5000"), comparison="touch")


@pytest.mark.parametrize(
    ("unbooked", "bid", "status"),
    [
        ("0", "1.03001", "active"),
        ("-1", "1.03001", "breached"),  # −4,999 of open loss and 1 of commission
        ("-1", "1.03002", "active"),
    ],
)
def test_an_unbooked_cost_lowers_equity_and_not_the_balance(unbooked, bid, status):
    evaluation = judged(
        rulebook(LIMIT),
        [
            opened("2026-03-02 08:00:00"),
            quote("2026-03-02 08:00:01", "EURUSD", "1.08000", "1.08000"),
            deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000", unbooked=unbooked),
            quote("2026-03-02 09:00:00", "EURUSD", bid, "1.09000"),
        ],
    )
    assert (evaluation.status, evaluation.balance) == (status, Decimal(100000))


def test_what_is_booked_is_not_charged_twice():
    half = {"profit": "0", "commission": "-3.50"}
    evaluation = judged(
        rulebook(LIMIT),
        [
            opened("2026-03-02 08:00:00"),
            quote("2026-03-02 08:00:01", "EURUSD", "1.08000", "1.08000"),
            deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000", unbooked="-7"),
            deal("2026-03-02 09:00:00", "P1", "sell", "out", "0.50", "1.08000", **half),
        ],
    )
    assert evaluation.equity is not None
    assert (evaluation.balance, evaluation.equity.low) == (Decimal("99996.50"), Decimal(99993))
