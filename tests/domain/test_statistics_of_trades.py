"""Statistics are those a person gets with pencil and paper from the same trades and days."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from propdesk.domain.drawdown import drawdown_of_balance, drawdown_of_equity
from propdesk.domain.situation import Span, Trade
from propdesk.domain.statistics import SHARPE_DAYS_MIN, median, root_of, sharpe_of, statistics_of
from propdesk.domain.trading_sessions import session_of
from tests.story import at

# symbol, side, lots, opened, closed, net
TRADES = (
    ("EURUSD", "buy", "1.00", "2026-03-02 09:00:00", "2026-03-02 09:30:00", "100.00"),
    ("EURUSD", "sell", "2.00", "2026-03-02 14:00:00", "2026-03-02 15:30:00", "-50.00"),
    ("XAUUSD", "buy", "0.50", "2026-03-03 02:00:00", "2026-03-03 02:10:00", "0.00"),
    ("EURUSD", "buy", "0.25", "2026-03-03 10:00:00", "2026-03-03 14:00:00", "50.00"),
    ("XAUUSD", "sell", "1.25", "2026-03-04 22:30:00", "2026-03-05 00:30:00", "-25.00"),
)


def trade(symbol: str, side: str, lots: str, opened: str, closed: str, net: str) -> Trade:
    return Trade(
        id=opened,
        position=opened,
        symbol=symbol,
        side=side,  # type: ignore[arg-type]
        lots=Decimal(lots),
        opened_at=at(opened),
        closed_at=at(closed),
        profit=Decimal(net) + 3,
        costs=Decimal(-3),
        net=Decimal(net),
    )


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_all_trades_together() -> None:
    found = statistics_of([trade(*row) for row in TRADES], [], None)
    whole = found.whole
    assert (whole.trades, whole.won, whole.lost, whole.lots) == (5, 2, 2, Decimal("5.00"))
    assert [whole.gross_profit, whole.gross_loss, whole.net] == decimals("150", "-75", "75")
    assert whole.win_rate == Fraction(2, 5)  # a trade of nothing is no win
    assert (whole.average_win, whole.average_loss) == (Fraction(75), Fraction(-75, 2))
    assert [whole.best, whole.worst] == decimals("100", "-50")
    assert whole.profit_factor == 2
    assert whole.expectancy == 15
    minute = 60_000_000
    # 30, 90, 10, 240 and 120 minutes
    assert found.holding_average_us == 98 * minute
    assert found.holding_median_us == 90 * minute


@pytest.mark.parametrize(
    ("group", "name", "trades", "net", "win_rate", "profit_factor"),
    [
        ("by_side", "buy", 3, "150", Fraction(2, 3), None),
        ("by_side", "sell", 2, "-75", Fraction(0), Fraction(0)),
        ("by_symbol", "EURUSD", 3, "100", Fraction(2, 3), Fraction(3)),
        ("by_symbol", "XAUUSD", 2, "-25", Fraction(0), Fraction(0)),
        ("by_session", "asia", 2, "-25", Fraction(0), Fraction(0)),
        ("by_session", "london", 2, "150", Fraction(1), None),
        ("by_session", "new_york", 1, "-50", Fraction(0), Fraction(0)),
    ],
)
def test_parts_of_the_trades(
    group: str,
    name: str,
    trades: int,
    net: str,
    win_rate: Fraction,
    profit_factor: Fraction | None,
) -> None:
    found = getattr(statistics_of([trade(*row) for row in TRADES], [], None), group)[name]
    assert (found.trades, found.net) == (trades, Decimal(net))
    assert (found.win_rate, found.profit_factor) == (win_rate, profit_factor)


def test_no_trade_says_nothing() -> None:
    found = statistics_of([], [], None)
    whole = found.whole
    assert whole.trades == 0
    assert [whole.net, found.drawdown_of_balance] == decimals("0", "0")
    silent = (whole.win_rate, whole.average_win, whole.average_loss, whole.best, whole.worst)
    assert {*silent, whole.profit_factor, whole.expectancy} == {None}
    assert (found.holding_average_us, found.holding_median_us) == (None, None)
    assert list(found.by_side) == ["buy", "sell"]
    assert list(found.by_session) == ["asia", "london", "new_york"]
    assert found.by_symbol == {}


@pytest.mark.parametrize(
    ("profits", "daily", "annualised"),
    [
        # mean 2, deviations -1 0 1 -1 1: variance 4/4 = 1; 2 * sqrt(252) = 31.749015…
        (("1", "2", "3", "1", "3"), "2.0000", "31.7490"),
        # mean 1, deviations -1 -1 -1 -1 4: variance 20/4 = 5; 1/sqrt(5) = 0.447213…
        (("0", "0", "0", "0", "5"), "0.4472", "7.0993"),
        (("0", "0", "0", "0", "-5"), "-0.4472", "-7.0993"),
        (("-1", "1", "-2", "2", "0"), "0.0000", "0.0000"),
        (("7", "7", "7", "7", "7"), None, None),
        (("1", "2", "3", "1"), None, None),
        ((), None, None),
    ],
)
def test_sharpe(profits: tuple[str, ...], daily: str | None, annualised: str | None) -> None:
    found = sharpe_of(decimals(*profits))
    expected = [None if each is None else Decimal(each) for each in (daily, annualised)]
    assert [found.daily, found.annualised, found.days] == [*expected, len(profits)]
    assert SHARPE_DAYS_MIN == 5


@pytest.mark.parametrize(
    ("value", "root"),
    [
        (Fraction(2), "1.4142"),
        (Fraction(1, 4), "0.5000"),
        (Fraction(0), "0.0000"),
        # 1.00005 squared: the root lies on the tie, which goes away from zero
        (Fraction(100005, 100000) ** 2, "1.0001"),
        (Fraction(100005, 100000) ** 2 - Fraction(1, 10**30), "1.0000"),
    ],
)
def test_a_root_is_rounded_once(value: Fraction, root: str) -> None:
    assert str(root_of(value)) == root


@pytest.mark.parametrize(
    ("values", "middle"),
    [((), None), ((5,), 5), ((9, 1), 5), ((3, 1, 2), 2), ((1, 2, 3, 100), Fraction(5, 2))],
)
def test_median(values: tuple[int, ...], middle: Fraction | None) -> None:
    assert median(values) == middle


@pytest.mark.parametrize(
    ("nets", "deepest"),
    [
        ((), "0"),
        (("-10",), "10"),
        (("100", "-30", "20", "-45", "200", "-5"), "55"),
        (("100", "-30", "40", "-25"), "30"),
    ],
)
def test_drawdown_of_balance(nets: Sequence[str], deepest: str) -> None:
    day = "2026-03-02 09:00:00"
    trades = [trade("EURUSD", "buy", "1", day, day, net) for net in nets]
    assert drawdown_of_balance(trades) == Decimal(deepest)


@pytest.mark.parametrize(
    ("extremes", "least", "most"),
    [
        # one stretch: if the low came first nothing was lost
        ((("90", "100"),), "0", "10"),
        # 110 then 95: 15 whatever came first inside them
        ((("100", "110"), ("95", "95")), "15", "15"),
        # the second's own high may have come before its low
        ((("100", "100"), ("90", "120"), ("119", "119")), "10", "30"),
    ],
)
def test_drawdown_of_equity(extremes: Sequence[tuple[str, str]], least: str, most: str) -> None:
    stretches = [Span(Decimal(low), Decimal(high)) for low, high in extremes]
    assert drawdown_of_equity(stretches) == Span(Decimal(least), Decimal(most))
    assert drawdown_of_equity([]) is None


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2026-01-14 07:59:59", "asia"),
        ("2026-01-14 08:00:00", "london"),
        ("2026-01-14 12:59:59", "london"),
        ("2026-01-14 13:00:00", "new_york"),  # 08:00 in New York, winter
        ("2026-01-14 21:59:59", "new_york"),
        ("2026-01-14 22:00:00", "asia"),
        ("2026-07-15 06:59:59", "asia"),
        ("2026-07-15 07:00:00", "london"),  # summer time in London
        ("2026-07-15 12:00:00", "new_york"),
        ("2026-07-15 21:00:00", "asia"),
        # two weeks of March: New York has changed its clock, London has not
        ("2026-03-11 11:59:59", "london"),
        ("2026-03-11 12:00:00", "new_york"),
        ("2026-03-11 07:59:59", "asia"),
    ],
)
def test_sessions_divide_the_day(moment: str, session: str) -> None:
    assert session_of(at(moment)) == session
