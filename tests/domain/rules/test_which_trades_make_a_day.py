"""Which trades make a day count: every filter at its step, and what is not known of a trade."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.events import Bar, DayReported, Quote, StateReported, TimePassed
from propdesk.domain.instants import DAY
from propdesk.domain.instruments import CalculationMode, Catalogue
from propdesk.domain.judging import Objective
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.trade_filter import TradeFilter
from propdesk.domain.terms import Amount, AppliesTo, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    instrument,
    judge,
    quote,
    reported,
    start,
)

HALF_PERCENT = Amount(percent=d("0.5"))
EURO = instrument(
    "DAX",
    profit_currency="EUR",
    margin_currency="EUR",
    base_currency="EUR",
)
RATE = instrument(
    "EURUSD",
    "forex",
    base_currency="EUR",
    margin_currency="EUR",
    mode=CalculationMode.FX,
    digits=4,
)
WITH_EURO = Catalogue(
    (instrument("ONE"), instrument("TWO"), instrument("GOLD", "metals"), EURO, RATE)
)


def terms(count_kind: str = "trade_opened", required: int = 1, **more: Any) -> ActivityDays:
    return ActivityDays(count_kind=count_kind, required=required, **more)  # type: ignore[arg-type]


def goal(rule: ActivityDays, *events: object, until: int = 9) -> Objective:
    history = [start(), *events, TimePassed(at("00:00", until))]
    (only,) = judge(rule, history, catalogue=WITH_EURO).objectives
    return only


def days(rule: ActivityDays, *events: object, until: int = 9) -> tuple[object, object]:
    """How many days count, and of how many it is not known."""
    found = goal(rule, *events, until=until)
    return found.current, found.figures["unknown_days"]


def trade(profit: str = "1", lots: str = "1", day: int = 1, **more: Any) -> Any:
    return reported("10:00", "11:00", profit, day=day, lots=d(lots), id=f"t{day}{lots}", **more)


def filtered(**conditions: Any) -> ActivityDays:
    return terms(filters=TradeFilter(**conditions))


# Each condition alone, at its step and one step below.
@pytest.mark.parametrize(
    ("rule", "event", "counts"),
    [
        (filtered(min_lots=d(1)), trade(lots="1"), 1),
        (filtered(min_lots=d(1)), trade(lots="0.99"), 0),
        (filtered(min_notional_percent=d(5)), trade(notional=d(5000)), 1),
        (filtered(min_notional_percent=d(5)), trade(notional=d("4999.99")), 0),
        (filtered(min_result_percent=d(2)), trade("100", notional=d(5000)), 1),
        (filtered(min_result_percent=d(2)), trade("99.99", notional=d(5000)), 0),
        (filtered(min_result_percent=d(2)), trade("-100", notional=d(5000)), 1),
        (filtered(min_result_percent=d(2)), trade("-99.99", notional=d(5000)), 0),
    ],
)
def test_each_condition_at_its_step(rule: ActivityDays, event: object, counts: int) -> None:
    assert days(rule, event) == (counts, 0)


BOTH = filtered(min_notional_percent=d(5), min_result_percent=d(2))


@pytest.mark.parametrize(
    ("notional", "profit", "counts"),
    [("5000", "100", 1), ("4999", "100", 0), ("5000", "99", 0), ("4999", "1", 0)],
)
def test_both_conditions_must_hold(notional: str, profit: str, counts: int) -> None:
    assert days(BOTH, trade(profit, notional=d(notional))) == (counts, 0)


def test_what_is_too_short_needs_no_size() -> None:
    rule = filtered(min_notional_percent=d(5), min_hold_seconds=3601)
    assert days(rule, trade(notional=None)) == (0, 0)  # one hour, and its size was never told
    rule = filtered(min_notional_percent=d(5), min_hold_seconds=3600)
    assert days(rule, trade(notional=None)) == (0, 1)


@pytest.mark.parametrize(
    ("lots", "counts"),
    [("0.50", 1), ("0.49", 0)],  # at 10,000 a lot
)
def test_a_deals_value_is_that_of_its_opening(lots: str, counts: int) -> None:
    opened = buy("10:00", "p", lots)
    found = days(filtered(min_notional_percent=d(5)), opened, close("11:00", opened, "10500"))
    assert found == (counts, 0)


def bar(low: str, high: str) -> Bar:
    ends = (d(low), d(high), d(low), d(high))
    return Bar(at("09:00"), "EURUSD", 3_600_000_000, *ends, *ends)


@pytest.mark.parametrize(
    ("conditions", "rates", "verdict"),
    [
        # one lot at 10,000 EUR; the rate is known only as a span, so the value is too
        ({"min_notional_percent": d(11)}, ("1.1000", "1.2000"), (1, 0)),
        ({"min_notional_percent": d("11.01")}, ("1.1000", "1.2000"), (0, 1)),
        ({"min_notional_percent": d(12)}, ("1.1000", "1.2000"), (0, 1)),
        ({"min_notional_percent": d("12.01")}, ("1.1000", "1.2000"), (0, 0)),
        # 120 is 1 % of 12,000 and more of 11,000
        ({"min_result_percent": d(1)}, ("1.1000", "1.2000"), (1, 0)),
        ({"min_result_percent": d("1.01")}, ("1.1000", "1.2000"), (0, 1)),
        ({"min_result_percent": d("1.1")}, ("1.1000", "1.2000"), (0, 0)),
        # one condition fails surely: the day does not count, however doubtful the other
        (
            {"min_notional_percent": d("11.01"), "min_result_percent": d("1.1")},
            ("1.1000", "1.2000"),
            (0, 0),
        ),
        (
            {"min_notional_percent": d("11.01"), "min_result_percent": d(1)},
            ("1.1000", "1.2000"),
            (0, 1),
        ),
    ],
)
def test_a_value_known_as_a_span(
    conditions: dict[str, Decimal], rates: tuple[str, str], verdict: tuple[int, int]
) -> None:
    opened = buy("10:30", "p", symbol="DAX")
    closed = close("11:00", opened, "10000")
    won = type(closed)(**{**{f: getattr(closed, f) for f in closed.__slots__}, "profit": d(120)})
    assert days(filtered(**conditions), bar(*rates), opened, won) == verdict


@pytest.mark.parametrize(
    ("side", "least"),
    [("buy", "12"), ("sell", "11")],  # a buy is converted at the ask, a sale at the bid
)
def test_a_value_is_converted_at_its_own_side(side: str, least: str) -> None:
    rate = Quote(at("09:00"), "EURUSD", d("1.1000"), d("1.2000"))
    opened = buy("10:30", "p", symbol="DAX", side=side)
    history = (rate, opened, close("11:00", opened, "10000"))
    assert days(filtered(min_notional_percent=d(least)), *history) == (1, 0)
    assert days(filtered(min_notional_percent=d(least) + d("0.01")), *history) == (0, 0)


def test_the_average_moves_with_every_trade() -> None:
    rule = filtered(min_percent_of_average_size=d(70))
    assert days(rule, trade(lots="1"), trade(lots="0.7", day=2), trade(lots="1.3", day=3)) == (3, 0)
    # 0.69 of an average of 0.996… is below 0.697…
    below = (trade(lots="1"), trade(lots="0.69", day=2), trade(lots="1.3", day=3))
    assert days(rule, *below) == (2, 0)
    # 0.695 of an average of exactly 1
    near = (trade(lots="1"), trade(lots="0.695", day=2), trade(lots="1.305", day=3))
    assert days(rule, *near) == (2, 0)


def test_a_days_profit_is_summed_anew_with_the_average() -> None:
    sums = terms(
        "closed_profit",
        threshold=HALF_PERCENT,
        filters=TradeFilter(min_percent_of_average_size=d(70)),
    )
    first, second = trade("600", "1"), trade("600", "1", day=2)
    assert days(sums, first, second) == (2, 0)
    large = trade("1", "4", day=3)  # 2 on average, 1.4 needed: the two no longer count
    assert days(sums, first, second, large) == (0, 0)


@pytest.mark.parametrize(("profit", "counts"), [("550", 2), ("549.99", 1)])
@pytest.mark.parametrize("of", ["base", "balance"])
def test_every_way_of_counting_takes_the_start_of_its_own_day(
    of: Any, profit: str, counts: int
) -> None:
    """The second day starts with 110,000; the first one's profit counts as well."""
    more: dict[str, Any] = {"threshold": Amount(percent=d("0.5"), of=of)}
    won, second = trade("10000"), trade(profit, day=2)
    for kind in ("closed_profit", "balance_delta", "equity_delta", "opened_profit"):
        assert days(terms(kind, **more), won, second) == (counts, 0)
    average = TradeFilter(min_percent_of_average_size=d(70))
    for kind in ("closed_profit", "opened_profit"):
        by_size = terms(kind, filters=average, **more)
        assert days(by_size, won, second, trade("1", day=4)) == (counts, 0)


def test_a_trade_opened_before_the_history_is_held_against_its_start() -> None:
    early = trade("500")
    before = type(early)(
        **{f: getattr(early, f) for f in early.__slots__} | {"opened_at": at("10:00") - DAY}
    )
    rule = terms("opened_profit", threshold=Amount(percent=d("0.5"), of="base"))
    assert days(rule, before) == (1, 0)


TARGET = filtered(instruments_of_target=Amount(money=d(1000)))


@pytest.mark.parametrize(
    ("first", "counts"),
    [("999.99", 2), ("1000", 1)],  # below it the second instrument is still one of them
)
def test_instruments_are_settled_by_the_trade_that_reaches_the_target(
    first: str, counts: int
) -> None:
    found = days(
        TARGET,
        trade(first, symbol="ONE"),
        trade("0.01", day=2, symbol="TWO"),
    )
    assert found == (counts, 0)


def test_the_target_of_instruments_may_be_a_percentage() -> None:
    rule = filtered(instruments_of_target=Amount(percent=d(1)))
    later = trade("1", day=2, symbol="TWO")
    assert days(rule, trade("1000"), later) == (1, 0)
    assert days(rule, trade("999"), later) == (2, 0)


def test_a_finished_day_stays_in_doubt_when_the_average_moves() -> None:
    both = TradeFilter(min_percent_of_average_size=d(70), min_notional_percent=d(1))
    rule = terms("closed_profit", threshold=HALF_PERCENT, filters=both)
    blind, known = trade("600"), trade("600", day=2, notional=d(5000))
    assert days(rule, blind, known, trade("1", day=4, notional=d(5000))) == (1, 1)


def test_later_instruments_stay_out_for_good() -> None:
    events = [trade("1000")] + [trade("1", day=day, symbol="TWO") for day in (2, 3)]
    assert days(TARGET, *events, trade("1", day=4)) == (2, 0)


GOLD = AppliesTo(asset_classes=("metals",))


@pytest.mark.parametrize(
    ("applies", "kind", "verdict"),
    [
        (AppliesTo(), "closed_profit", (1, 0)),
        (GOLD, "closed_profit", (0, 1)),  # whose trades they were is not told
        (AppliesTo(instruments=("GOLD",)), "closed_profit", (0, 1)),
        (AppliesTo(), "executed", (1, 0)),
        (AppliesTo(instruments=("GOLD",)), "executed", (0, 1)),
        (AppliesTo(), "position_open", (1, 0)),
        (AppliesTo(), "trade_opened", (0, 1)),
        (AppliesTo(), "opened_and_closed", (0, 1)),
        (AppliesTo(), "opened_profit", (0, 1)),
    ],
)
def test_a_day_of_which_only_the_result_is_known(
    applies: AppliesTo, kind: str, verdict: tuple[int, int]
) -> None:
    profit = {"closed_profit", "opened_profit"}
    more: dict[str, Any] = {"threshold": HALF_PERCENT} if kind in profit else {}
    day = DayReported(ACCOUNT, at("12:00"), profit=d(600))
    found = goal(terms(kind, applies_to=applies, **more), day, until=1)
    assert (found.current, found.figures["unknown_days"]) == verdict


def test_a_change_of_equity_cannot_be_told_apart_by_trades() -> None:
    words = "a change of balance or equity cannot be told apart by trades"
    for more in ({"filters": TradeFilter(min_lots=d(1))}, {"applies_to": GOLD}):
        for kind in ("balance_delta", "equity_delta"):
            with pytest.raises(TermsError, match=f"^{words}$"):
                terms(kind, threshold=HALF_PERCENT, **more)
    swing = AppliesTo(account_types=("swing",))  # whole accounts, not trades
    assert not terms("equity_delta", threshold=HALF_PERCENT, applies_to=swing).by_trade


OPEN = buy("09:00", "p")
METAL = buy("09:00", "m", symbol="GOLD")
WON = trade("600")
CALM = quote("12:00", "10000")


@pytest.mark.parametrize(
    ("applies", "events", "verdict"),
    [
        (AppliesTo(), (OPEN, WON, quote("12:00", "9900")), (1, 0)),  # 600 − 100
        (AppliesTo(), (OPEN, WON, quote("12:00", "9899.99")), (0, 0)),
        (AppliesTo(), (OPEN, trade("400"), quote("12:00", "10500")), (0, 0)),  # gains add nothing
        (AppliesTo(), (OPEN, WON), (0, 1)),  # no price was ever seen
        (AppliesTo(), (WON,), (1, 0)),
        (AppliesTo(instruments=("ONE",)), (METAL, WON, CALM), (1, 0)),  # not one of the rule's
        (AppliesTo(instruments=("ONE",)), (OPEN, WON), (0, 1)),
        (AppliesTo(), (METAL, WON, CALM), (0, 1)),
    ],
)
def test_open_losses_of_the_rules_positions(
    applies: AppliesTo, events: Sequence[object], verdict: tuple[int, int]
) -> None:
    rule = terms(
        "closed_profit", threshold=HALF_PERCENT, open_loss_offsets=True, applies_to=applies
    )
    assert days(rule, *events, until=2) == verdict


@pytest.mark.parametrize(
    ("done", "profitable", "more", "current", "trading", "met"),
    [
        (8, 5, {"trading_days": 8}, 5, 8, True),
        (7, 5, {"trading_days": 8}, 5, 7, False),
        (8, 4, {"trading_days": 8}, 4, 8, False),
        (None, 5, {"trading_days": 8}, 5, 0, False),
    ],
)
def test_trading_days_brought_along(
    done: int | None,
    profitable: int,
    more: dict[str, int],
    current: int,
    trading: int,
    met: bool,
) -> None:
    rule = terms("closed_profit", required=5, threshold=HALF_PERCENT, **more)
    state = StateReported(ACCOUNT, at("09:00"), days_done=done, profitable_days=profitable)
    found = goal(rule, state, until=1)
    assert (found.current, found.figures["trading_days"], found.met) == (current, trading, met)
