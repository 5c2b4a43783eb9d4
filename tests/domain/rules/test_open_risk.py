"""Open risk: every scope, measure and base, and the cent on either side of the limit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.events import BalanceAdjusted, Event
from propdesk.domain.rules.open_risk import OpenRisk, allowed_loss
from propdesk.domain.terms import Amount, Effect, TermsError
from propdesk.domain.trade_ideas import Grouping
from tests.domain.rules.histories import (
    ACCOUNT,
    SIZE,
    at,
    buy,
    close,
    d,
    judge,
    outcomes,
    quote,
    reported,
    sell,
    start,
    stop,
)

WARN = (Effect(kind="warn"),)


def terms(**more: object) -> OpenRisk:
    figures: dict[str, object] = {
        "scope": "position",
        "measure": "floating",
        "limit": Amount(money=d(1000)),
        "comparison": "touch",
        "effects": WARN,
        **more,
    }
    return OpenRisk(**figures)  # type: ignore[arg-type]


A, B = buy("09:00", "a"), buy("09:00", "b")
TWO = buy("09:00", "t", symbol="TWO")
SHORT = sell("09:00", "s")
Q = quote("09:01", "10000")
Q2 = quote("09:01", "10000", "TWO")


@pytest.mark.parametrize(
    ("scope", "events", "verdicts"),
    [
        # one position, its own loss only
        ("position", [A, Q, quote("09:02", "9000.01")], []),
        ("position", [A, Q, quote("09:02", "9000")], [("09:02", "warn")]),
        ("position", [A, B, Q, quote("09:02", "9400")], []),
        # it is said once while the position lives
        (
            "position",
            [A, Q, quote("09:02", "9000"), Q, quote("09:03", "8000")],
            [("09:02", "warn")],
        ),
        # all of a symbol; a gain beside it sets off
        ("symbol", [A, B, Q, quote("09:02", "9500")], [("09:02", "warn")]),
        ("symbol", [A, TWO, Q, Q2, quote("09:02", "9500"), quote("09:02", "9500", "TWO")], []),
        ("symbol", [A, SHORT, Q, quote("09:02", "5000")], []),
        # everything open
        (
            "portfolio",
            [A, TWO, Q, Q2, quote("09:02", "9500"), quote("09:03", "9500", "TWO")],
            [("09:03", "warn")],
        ),
        (
            "portfolio",
            [
                A,
                TWO,
                Q,
                Q2,
                quote("09:02", "9500"),
                quote("09:03", "10400", "TWO"),
                quote("09:04", "8600.01"),
                quote("09:05", "8600"),
            ],
            [("09:05", "warn")],
        ),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_the_open_loss_is_added_up_by_scope(scope, events, verdicts, fast):
    assert outcomes(judge(terms(scope=scope), [start(), *events], fast=fast)) == verdicts


def test_a_new_occurrence_needs_new_positions_and_the_second_costs_more():
    """PropXP: first flatten and halve the split, then the account."""
    rule = terms(
        scope="portfolio",
        limit=Amount(percent=d(1)),
        effects=(
            Effect(kind="flatten", also=(Effect(kind="penalty", percent=d(50)),)),
            Effect(kind="fail"),
        ),
    )
    again = buy("10:00", "b", price=d(9000))
    events = [
        start(),
        A,
        Q,
        quote("09:02", "9000"),
        quote("09:03", "9001"),
        quote("09:04", "9000"),
        close("09:05", A, "9000"),
        again,
        quote("10:01", "8000"),
    ]
    result = judge(rule, events)
    assert outcomes(result) == [("09:02", "flatten"), ("09:02", "penalty"), ("10:01", "fail")]
    assert result.status == "breached"


IDEA = Grouping(gap_minutes=10, gap_after="losing_close")


@pytest.mark.parametrize(
    ("grouping", "second", "broken"),
    [
        (IDEA, reported("10:10", "11:00", "-600"), True),  # ten minutes after a losing close
        (IDEA, reported("10:11", "11:00", "-600"), False),
        (IDEA, reported("10:05", "11:00", "-600", side="sell"), False),
        (
            Grouping(gap_minutes=10, direction="any"),
            reported("10:05", "11:00", "-600", side="sell"),
            True,
        ),
        (Grouping(), reported("09:59", "11:00", "-600"), True),
        (Grouping(overlap=False), reported("09:59", "11:00", "-600"), False),
        (Grouping(), reported("09:59", "11:00", "-600", symbol="TWO"), False),
    ],
)
def test_a_trade_idea_loses_as_one(grouping, second, broken):
    rule = terms(scope="trade_idea", measure="realised_and_floating", grouping=grouping)
    result = judge(rule, [start(), reported("09:00", "10:00", "-400"), second])
    assert bool(result.verdicts) is broken


def test_realised_and_floating_counts_what_was_closed_of_the_position():
    big = buy("09:00", "a", "2")
    part = close("09:02", big, "9600", "1")
    for measure, verdicts in (("realised_and_floating", [("09:03", "warn")]), ("floating", [])):
        events = [start(), big, Q, part, quote("09:03", "9400")]
        assert outcomes(judge(terms(measure=measure), events)) == verdicts


def test_costs_are_part_of_realised_and_floating_only():
    costly = buy("09:00", "a", commission=d(-10))
    for measure, verdicts in (("realised_and_floating", [("09:02", "warn")]), ("floating", [])):
        events = [start(), costly, Q, quote("09:02", "9010")]
        assert outcomes(judge(terms(measure=measure), events)) == verdicts


def test_the_worst_ever_stands_when_the_limit_falls_to_it():
    """1 % of the balance; a withdrawal lowers the limit to a loss that was before."""
    out = BalanceAdjusted(ACCOUNT, at("09:04"), d(-10000), "withdrawal")
    events = [start(), A, Q, quote("09:02", "9100"), quote("09:03", "10000"), out]
    limit = Amount(percent=d(1), of="balance")
    for measure, verdicts in (("floating", []), ("worst_floating", [("09:04", "warn")])):
        assert outcomes(judge(terms(measure=measure, limit=limit), events)) == verdicts


def test_the_widest_stop_ever_counts_the_stop_at_entry_only_itself():
    guarded = buy("09:00", "a", stop=d(9500))
    widened = stop("09:02", "a", "9000")
    back = stop("09:03", "a", "9900")
    events = [start(), guarded, Q, widened, back]
    assert outcomes(judge(terms(measure="widest_stop"), events)) == [("09:02", "warn")]
    assert outcomes(judge(terms(measure="stop_at_entry"), events)) == []
    wide = buy("09:00", "a", stop=d(9000))
    assert outcomes(judge(terms(measure="stop_at_entry"), [start(), wide])) == [("09:00", "warn")]


@pytest.mark.parametrize(
    ("events", "verdicts"),
    [
        ([buy("09:00", "a", stop=d(9000)), Q], [("09:00", "warn")]),
        ([buy("09:00", "a", stop=d("9000.01")), Q], []),
        ([A, Q, quote("09:02", "9000")], [("09:02", "warn")]),
        (
            [reported("09:00", "10:00", "5", worst_floating=d(-1000), stop_risk=d(1))],
            [("10:00", "warn")],
        ),
        (
            [reported("09:00", "10:00", "5", worst_floating=d(-1), stop_risk=d(1000))],
            [("10:00", "warn")],
        ),
        ([reported("09:00", "10:00", "5", worst_floating=d(-1), stop_risk=d(1))], []),
        ([reported("09:00", "10:00", "5", stop_risk=d(1))], [("10:00", "unknown")]),
        ([reported("09:00", "10:00", "5", worst_floating=d(-1))], [("10:00", "unknown")]),
    ],
)
def test_the_widest_of_both_needs_both(events, verdicts):
    assert outcomes(judge(terms(measure="widest_of_both"), [start(), *events])) == verdicts


def test_a_symbol_day_starts_anew_with_the_day():
    rule = terms(scope="symbol_day", measure="realised_and_floating")
    first = [reported("09:00", "10:00", "-600"), reported("11:00", "12:00", "-300", side="sell")]
    same_day = reported("13:00", "14:00", "-100")
    other_day = reported("13:00", "14:00", "-100", day=2)
    other_symbol = reported("13:00", "14:00", "-100", symbol="TWO")
    assert outcomes(judge(rule, [start(), *first, same_day])) == [("14:00", "warn")]
    assert outcomes(judge(rule, [start(), *first, other_day])) == []
    assert outcomes(judge(rule, [start(), *first, other_symbol])) == []


@pytest.mark.parametrize(
    ("limit", "more", "figures", "allowed"),
    [
        (Amount(percent=d("1.5")), {}, {}, 1500),
        (Amount(percent=d("2.5"), of="balance"), {}, {"balance": d(104000)}, 2600),
        # Apex: 30 % of the day's start profit, at least of the threshold
        (
            Amount(percent=d(30), of="start_of_day_profit"),
            {"drawdown": Amount(money=d(2500))},
            {"start_of_day_profit": d(4000)},
            1200,
        ),
        (
            Amount(percent=d(30), of="start_of_day_profit"),
            {"drawdown": Amount(money=d(2500))},
            {"start_of_day_profit": d(100)},
            750,
        ),
        (Amount(percent=d(10), of="drawdown"), {"drawdown": Amount(percent=d(8))}, {}, 800),
        (Amount(percent=d(50), of="daily_limit"), {"daily_limit": Amount(percent=d(5))}, {}, 2500),
    ],
)
def test_the_limit_is_a_part_of_what_it_names(limit, more, figures, allowed):
    assert allowed_loss(terms(limit=limit, **more), SIZE, **figures) == allowed


def test_the_profit_the_day_started_with_decides_until_the_next_day():
    rule = terms(
        limit=Amount(percent=d(30), of="start_of_day_profit"), drawdown=Amount(money=d(2500))
    )
    earned = reported("01:00", "02:00", "4000", worst_floating=d(0))
    today = [start(), earned, A, Q, quote("09:02", "9249")]
    assert outcomes(judge(rule, today)) == [("09:02", "warn")]
    later = buy("09:00", "a", day=2)
    tomorrow = [start(), earned, later, quote("09:02", "9249", day=2)]
    assert outcomes(judge(rule, tomorrow)) == []


@pytest.mark.parametrize("of", ["start_of_day_profit", "drawdown", "daily_limit"])
def test_a_base_that_is_not_given_is_refused(of):
    with pytest.raises(TermsError, match="needs"):
        terms(limit=Amount(percent=d(30), of=of))


@given(
    limit=st.decimals("0.01", "900", places=4),
    off=st.sampled_from([Decimal("-0.01"), Decimal(0), Decimal("0.01")]),
    comparison=st.sampled_from(["touch", "cross"]),
    fast=st.booleans(),
)
def test_around_the_limit(limit, off, comparison, fast):
    rule = terms(limit=Amount(money=limit), comparison=comparison)
    loss = limit + off
    events: list[Event] = [start(), A, Q, quote("09:02", str(d(10000) - loss))]
    broken = loss >= limit if comparison == "touch" else loss > limit
    if loss <= 0:
        broken = False
    assert bool(judge(rule, events, fast=fast).verdicts) is broken


def test_the_sentence_names_scope_measure_and_sum():
    rule = terms(limit=Amount(percent=d("1.5")), scope="trade_idea")
    assert rule.sentence(SIZE) == (
        "The open loss of one trade idea may not reach or exceed "
        "1.5 % of the initial balance (1,500.00)."
    )
