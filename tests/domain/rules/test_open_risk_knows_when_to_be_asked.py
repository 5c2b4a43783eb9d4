"""Open risk: what is not known, what is shown, when it need not be asked, and its words."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import AccountReported, Bar, TimePassed
from propdesk.domain.instants import MINUTE
from propdesk.domain.judging import ALWAYS_CALM, Calm, LimitLine
from propdesk.domain.rules.open_risk import OpenRisk, allowed_loss
from propdesk.domain.terms import Amount, AppliesTo, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    SIZE,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    sell,
    start,
    stop,
)
from tests.domain.rules.open_risk_rows import (
    Q2,
    TWO,
    A,
    Q,
    evaluated,
    judge_of,
    lost,
    terms,
    unknown,
)
from tests.domain.rules.verdicts import rows

PORTFOLIO = terms(scope="portfolio")
POSITION = terms(measure="realised_and_floating")
ELSEWHERE = terms(scope="portfolio", applies_to=AppliesTo(instruments=("TWO",)))


def said_by_report(rule: OpenRisk, *events: Any) -> list[tuple[Any, ...]]:
    """The equity is reported; DAX has no price and EUR no rate."""
    equity = AccountReported(ACCOUNT, at("09:05"), d(100000), d(100000))
    return rows(evaluated(rule, [start(), *events, equity], reports=True).result())


ON_DAX = buy("09:00", "a", symbol="DAX", stop=d(9990))


@pytest.mark.parametrize("measure", [
    "floating", "realised_and_floating", "worst_floating", "widest_stop", "stop_at_entry",
    "widest_of_both",
])  # fmt: skip
def test_what_cannot_be_valued_is_not_known(measure):
    rule = terms(measure=measure)
    (row,) = said_by_report(rule, ON_DAX)
    assert row == (*unknown("1 09:05:00", rule, "a")[:5], {**row[5], "symbols": "DAX"})
    assert row[5]["reason"] == "the worst loss or the stop of a trade is not known"


@pytest.mark.parametrize(
    ("measure", "outcomes"),
    [("widest_stop", ["unknown"]), ("stop_at_entry", []), ("widest_of_both", ["unknown"])],
)
def test_a_stop_set_later_is_not_the_one_at_entry(measure, outcomes):
    """Opened without a stop, which risks nothing; the later one needs a rate."""
    moved = stop("09:03", "a", "9000")
    known = [quote("08:59", "10000", "DAX"), replace(ON_DAX, stop=None), moved]
    found = said_by_report(terms(measure=measure), *known)
    assert [row[1] for row in found] == outcomes


@pytest.mark.parametrize(
    ("comparison", "low", "outcome", "observed"),
    [
        ("touch", "9000.01", None, None),
        ("touch", "9000", "possible", "1000"),
        ("cross", "9000", None, None),
        ("cross", "8999.99", "possible", "1000.01"),
    ],
)
def test_a_bar_proves_by_its_better_end(comparison, low, outcome, observed):
    prices = (d(10000), d(10000), d(low), d(10000))
    bar = Bar(at("09:02"), "ONE", MINUTE, *prices, *prices)
    rule = terms(comparison=comparison)
    found = rows(judge(rule, [start(), Q, A, bar]))
    row = lost("1 09:02:00", observed or "0", rule, "a")
    assert found == ([] if outcome is None else [(row[0], outcome, *row[2:])])


def test_a_bar_below_the_limit_proves_the_least_loss():
    """From 8,000 to 8,900: at least 1,100 were lost."""
    prices = (d(8900), d(8900), d(8000), d(8500))
    bar = Bar(at("09:02"), "ONE", MINUTE, *prices, *prices)
    assert rows(judge(terms(), [start(), Q, A, bar])) == [lost("1 09:02:00", "1100", terms(), "a")]


def test_a_reversal_risks_what_it_leaves_open():
    """Three sold against one: two are short, with 400 to the stop each."""
    turned = sell("10:00", "n", "3", entry="inout", stop=d(10400))
    rule = terms(measure="stop_at_entry", limit=Amount(money=d(800)))
    history = [start(netting=True), Q, buy("09:00", "n"), turned]
    assert rows(judge(rule, history)) == [lost("1 10:00:00", "800", rule, "n", limit="800")]
    gone = sell("10:00", "n", "1", entry="inout", stop=d(20000))
    assert rows(judge(rule, [*history[:-1], gone])) == []


# -- what it shows
def line(rule: OpenRisk, room: str, allowed: str = "1000") -> LimitLine:
    most = d(allowed)
    return LimitLine("open_risk", d(0), most, -most, d(room), rule.comparison)


@pytest.mark.parametrize(
    ("rule", "events", "room"),
    [
        (terms(), [], "1000"),
        (terms(), [A, quote("09:02", "10100")], "1000"),  # a gain gives no more room
        (terms(), [A, TWO, quote("09:02", "9900"), quote("09:02", "9700", "TWO")], "700"),
        (PORTFOLIO, [A, TWO, quote("09:02", "9900"), quote("09:02", "9700", "TWO")], "600"),
        (terms(comparison="cross"), [A, quote("09:02", "9000")], "0"),
        # one that has spoken is past its limit; the other still has room
        (terms(), [A, TWO, quote("09:02", "8000"), quote("09:02", "9700", "TWO")], "700"),
    ],
)  # fmt: skip
def test_the_room_that_is_left(rule, events, room):
    (shown,) = judge(rule, [start(), Q, Q2, *events]).limits
    assert shown == line(rule, room)


RESTLESS = "always"
DOWN = quote("09:02", "9500")
SHARE = terms(scope="portfolio", measure="realised_and_floating")


@pytest.mark.parametrize(
    ("rule", "events", "low"),
    [
        (PORTFOLIO, [], None),
        (PORTFOLIO, [A, DOWN], 99000),  # 500 more may be lost
        (PORTFOLIO, [A, quote("09:02", "10500")], 99000),
        # 300 were taken already: 200 of 1,000 are left below 500 open
        (SHARE, [buy("09:00", "a", "2"), close("09:01", A, "9700", "1"), DOWN], 99000),
        (PORTFOLIO, [A, quote("09:02", "9000")], None),  # said: until something opens
        (PORTFOLIO, [A, TWO, DOWN], 99000),
        (terms(), [A, TWO, DOWN], RESTLESS),
        (terms(), [A, DOWN], 99000),
        (ELSEWHERE, [A, TWO, DOWN], RESTLESS),
        (terms(scope="portfolio", measure="widest_stop"), [A, DOWN], None),
        (terms(scope="portfolio", measure="stop_at_entry"), [A, DOWN], None),
        # the worst so far was 500; it stands at 300: 200 lower is a new worst
        (terms(scope="portfolio", measure="worst_floating"), [A, DOWN, quote("09:03", "9700")],
         99500),
        (terms(scope="portfolio", measure="widest_of_both"), [A, DOWN, quote("09:03", "9700")],
         99500),
        # one that joined at the worst has none of its own yet
        (terms(scope="portfolio", measure="worst_floating"),
         [A, DOWN, quote("09:03", "9700"), buy("09:04", "c", symbol="TWO")], 99700),
    ],
)  # fmt: skip
def test_until_when_it_need_not_be_asked(rule, events, low):
    evaluator = evaluated(rule, [start(), Q, Q2, *events])
    evaluator.apply(TimePassed(at("09:59")))
    expected = ALWAYS_CALM if low is None else Calm(low=low)
    if low == RESTLESS:
        expected = Calm(low=d(99500), high=d(99500))
    assert judge_of(evaluator).calm() == expected


def test_a_span_or_a_gap_is_always_asked_for():
    prices = (d(9500), d(9500), d(9400), d(9450))
    bar = Bar(at("09:02"), "ONE", MINUTE, *prices, *prices)
    evaluator = evaluated(PORTFOLIO, [start(), Q, A, bar])
    assert judge_of(evaluator).calm() == Calm(low=d(99500), high=d(99400))
    equity = AccountReported(ACCOUNT, at("09:05"), d(100000), d(98000))
    for measure in ("floating", "worst_floating"):
        rule = terms(scope="portfolio", measure=measure)
        silent = evaluated(rule, [start(), ON_DAX, equity], reports=True)
        assert judge_of(silent).calm() == Calm(low=d(98000), high=d(98000))
    dark = evaluated(PORTFOLIO, [start(), ON_DAX])
    assert judge_of(dark).calm() == ALWAYS_CALM


@pytest.mark.parametrize(
    ("scope", "left"),
    [("position", 0), ("symbol", 0), ("portfolio", 0), ("trade_idea", 1), ("symbol_day", 1)],
)
def test_what_can_belong_to_nothing_any_more_is_forgotten(scope, left):
    low = quote("09:02", "9000")
    history = [start(), Q, A, low, close("09:03", A, "9000")]
    found = judge_of(evaluated(terms(scope=scope), history))
    assert (len(found.members), len(found.spoken), len(found.closed_now)) == (left, left, 0)
    tomorrow = judge_of(evaluated(terms(scope=scope), [*history, TimePassed(at("09:00", 2))]))
    assert len(tomorrow.members) == (1 if scope == "trade_idea" else 0)


# -- the words
DRAWDOWN = Amount(percent=d(5), of="balance")


@pytest.mark.parametrize(
    ("limit", "more", "allowed"),
    [
        (Amount(percent=d(10), of="drawdown"), {"drawdown": DRAWDOWN}, 600),
        (Amount(percent=d(10), of="daily_limit"), {"daily_limit": DRAWDOWN}, 600),
        (Amount(percent=d(1), of="balance"), {}, 1200),
    ],
)
def test_a_part_of_a_part_of_the_balance(limit, more, allowed):
    """5 % of 120,000 are 6,000, and 10 % of that 600; of the size where no balance is given."""
    rule = terms(limit=limit, **more)
    assert allowed_loss(rule, SIZE, balance=d(120000)) == allowed
    assert allowed_loss(rule, SIZE) == allowed * 100 / 120


WHOLE = Amount(percent=d(8))


@pytest.mark.parametrize(
    ("more", "sentence", "formula"),
    [
        (
            {"comparison": "cross"},
            "The open loss of one position may not exceed 1,000.00.",
            "floating ≤ 1000",
        ),
        (
            {"scope": "symbol_day", "measure": "realised_and_floating"},
            (
                "The closed and open loss of one symbol within one day may not reach or exceed "
                "1,000.00."
            ),
            "realised and floating < 1000",
        ),
        (
            {
                "limit": Amount(percent=d(30), of="start_of_day_profit"),
                "drawdown": WHOLE,
                "scope": "symbol",
            },
            (
                "The open loss of all positions of one symbol may not reach or exceed 30 % of the "
                "start of day profit, at least of the drawdown "
                "(8 % of the initial balance (8,000.00))."
            ),
            "floating < 30 % of start of day profit, at least of the drawdown",
        ),
        (
            {
                "limit": Amount(percent=d(50), of="daily_limit"),
                "daily_limit": Amount(money=d(2500)),
                "measure": "widest_of_both",
                "comparison": "cross",
            },
            (
                "The larger of worst open loss and widest stop risk of one position may not exceed "
                "50 % of the daily limit (2,500.00)."
            ),
            "widest of both ≤ 50 % of daily limit",
        ),
        (
            {
                "limit": Amount(percent=d(10), of="drawdown"),
                "drawdown": Amount(money=d(2500)),
                "daily_limit": Amount(money=d(1)),
                "measure": "worst_floating",
            },
            (
                "The worst open loss of one position may not reach or exceed "
                "10 % of the drawdown (2,500.00)."
            ),
            "worst floating < 10 % of drawdown",
        ),
        (
            {
                "limit": Amount(percent_by_size={d(50000): d(10)}, of="drawdown"),
                "drawdown": Amount(money=d(2500)),
            },
            (
                "The open loss of one position may not reach or exceed "
                "10 % of the drawdown (2,500.00)."
            ),
            "floating < amount(size)",
        ),
        (
            {"limit": Amount(by_size={SIZE: d(750)}), "drawdown": WHOLE},
            "The open loss of one position may not reach or exceed 750.00.",
            "floating < amount(size)",
        ),
        (
            {"limit": Amount(percent=d(2)), "drawdown": WHOLE},
            (
                "The open loss of one position may not reach or exceed "
                "2 % of the initial balance (2,000.00)."
            ),
            "floating < 2 % of initial",
        ),
    ],
)
def test_the_words(more, sentence, formula):
    assert terms(**more).sentence(SIZE) == sentence
    assert terms(**more).formula() == formula


@pytest.mark.parametrize(
    ("of", "why"),
    [
        ("drawdown", "^a limit of 'drawdown' needs 'drawdown'$"),
        ("start_of_day_profit", "^a limit of 'start_of_day_profit' needs 'drawdown'$"),
        ("daily_limit", "^a limit of 'daily_limit' needs 'daily_limit'$"),
    ],
)
def test_terms_that_mean_nothing_say_why(of, why):
    with pytest.raises(TermsError, match=why):
        terms(limit=Amount(percent=d(30), of=of))
