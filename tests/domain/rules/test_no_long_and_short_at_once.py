"""Hedging within one account: which pairs, at which moment, and what is one product."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from propdesk.domain.events import GroupFormed, Side, TimePassed
from propdesk.domain.peers import Stretch
from propdesk.domain.rules.hedging import (
    Hedging,
    cross_account_hedges,
    overlap,
    product_of,
)
from propdesk.domain.terms import AppliesTo, Effect, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    sell,
    start,
)

WARN = (Effect(kind="warn"),)
TAKEN = Effect(kind="profit_adjust", factor=d(0))


def hedging(**more: Any) -> Hedging:
    return Hedging(**{"same_account": "banned", "effects": WARN, **more})


def told(rule: Hedging, *events: Any, netting: bool = False) -> list[tuple[str, str]]:
    """Each verdict: its day and time, and the positions it names."""
    result = judge(rule, [start(netting=netting), quote("00:00", "10000"), *events])
    return [
        (
            datetime.fromtimestamp(each.at // 1_000_000, UTC).strftime("%-d %H:%M"),
            each.evidence["positions"],
        )
        for each in result.verdicts
    ]


NIGHT = hedging(same_account="banned_overnight")
ACROSS = {"same_account": "allowed", "cross_account": "banned"}
LONG, SHORT = buy("09:00", "l"), sell("10:00", "s")
SHUT_LONG, SHUT_SHORT = close("11:00", LONG, "10000"), close("11:00", SHORT, "10000")
TOMORROW, THEN = TimePassed(at("09:00", 2)), TimePassed(at("09:00", 3))


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (hedging(), [LONG, SHORT], [("1 10:00", "l, s")]),
        (hedging(), [SHORT, buy("10:30", "l")], [("1 10:30", "s, l")]),
        # each pair is said, and said once
        (
            hedging(),
            [LONG, buy("09:30", "m"), SHORT, sell("10:30", "t")],
            [("1 10:00", "l, s"), ("1 10:00", "m, s"), ("1 10:30", "l, t"), ("1 10:30", "m, t")],
        ),
        (hedging(), [LONG, SHORT, buy("10:30", "l"), sell("10:40", "s")], [("1 10:00", "l, s")]),
        (hedging(), [LONG, SHORT, TOMORROW, THEN], [("1 10:00", "l, s")]),
        # one that enlarges does not hedge anew; one half closed still does
        (
            hedging(),
            [buy("09:00", "l", "2"), close("09:30", buy("09:00", "l", "2"), "10000", "1"), SHORT],
            [("1 10:00", "l, s")],
        ),
        # following each other is no hedge
        (
            hedging(),
            [LONG, SHORT, SHUT_LONG, buy("12:00", "n")],
            [("1 10:00", "l, s"), ("1 12:00", "s, n")],
        ),
        (hedging(), [LONG, close("10:00", LONG, "10000"), SHORT], []),
        # a name used again is another position
        (
            hedging(),
            [LONG, SHORT, SHUT_SHORT, sell("12:00", "s")],
            [("1 10:00", "l, s"), ("1 12:00", "l, s")],
        ),
        # over the night: at the turn of the day, once, each pair
        (NIGHT, [LONG, SHORT, SHUT_LONG, TOMORROW], []),
        (NIGHT, [LONG, SHORT, TOMORROW, THEN], [("2 00:00", "l, s")]),
        (
            NIGHT,
            [LONG, SHORT, TOMORROW, sell("10:00", "t", day=2), THEN],
            [("2 00:00", "l, s"), ("3 00:00", "l, t")],
        ),
        (NIGHT, [LONG, sell("10:00", "t", symbol="TWO"), SHORT, TOMORROW], [("2 00:00", "l, s")]),
        # closed at the very turn it was held over it; opened then it was not
        (NIGHT, [LONG, SHORT, close("00:00", SHORT, "10000", day=2)], [("2 00:00", "l, s")]),
        (NIGHT, [LONG, sell("00:00", "s", day=2), close("23:00", LONG, "10000", day=2)], []),
    ],
)
def test_open_positions(rule: Hedging, events: list[Any], verdicts: list[tuple[str, str]]) -> None:
    assert told(rule, *events) == verdicts


def test_a_netting_account_turns_and_never_hedges() -> None:
    turned = sell("10:00", "s", "2", entry="inout")
    for rule in (hedging(), NIGHT):
        assert told(rule, LONG, turned, TOMORROW, netting=True) == []
    # another product of the same family is a position of its own
    legs = [
        buy("09:00", "x", symbol="BIG"),
        sell("10:00", "y", symbol="SMALL"),
        buy("11:00", "z", "2", symbol="SMALL", entry="inout"),
        sell("12:00", "w", "1", symbol="SMALL", entry="inout"),
        sell("13:00", "v", "1", symbol="SMALL"),
    ]
    assert told(hedging(), *legs, netting=True) == [("1 10:00", "x, y"), ("1 13:00", "x, v")]


def trip(opened: str, closed: str, name: str, side: Side = "buy", **more: Any) -> Any:
    return reported(opened, closed, "1", id=name, side=side, **more)


A = trip("09:00", "11:00", "a")


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (hedging(), [A, trip("10:00", "12:00", "b", "sell")], [("1 12:00", "a, b")]),
        (hedging(), [A, trip("11:00", "12:00", "b", "sell")], []),
        (hedging(), [A, trip("10:59:59", "12:00", "b", "sell")], [("1 12:00", "a, b")]),
        (hedging(), [A, trip("10:00", "12:00", "b")], []),
        (hedging(), [A, trip("10:00", "12:00", "b", "sell", symbol="TWO")], []),
        # every pair, the latest closed first; what was over before ends the look back
        (
            hedging(),
            [A, trip("09:30", "11:30", "b"), trip("10:00", "12:00", "c", "sell")],
            [("1 12:00", "b, c"), ("1 12:00", "a, c")],
        ),
        (
            hedging(),
            [trip("08:00", "09:30", "z"), A, trip("09:30", "12:00", "c", "sell")],
            [("1 12:00", "a, c")],
        ),
        # the position's own name, where it has one
        (
            hedging(),
            [A, trip("10:00", "12:00", "b", "sell", position="p7")],
            [("1 12:00", "a, p7")],
        ),
        # what was dealt before is looked at too
        (
            hedging(),
            [LONG, SHUT_LONG, trip("10:00", "12:00", "b", "sell")],
            [("1 12:00", "l, b")],
        ),
        (NIGHT, [A, trip("10:00", "12:00", "b", "sell")], []),
    ],
)
def test_reported_round_trips(
    rule: Hedging, events: list[Any], verdicts: list[tuple[str, str]]
) -> None:
    assert told(rule, *events) == verdicts
    assert told(hedging(same_account="allowed", cross_account="banned"), *events) == []


@pytest.mark.parametrize(
    ("first", "second", "held_over"),
    [
        # (opened, closed) as day and clock; the night falls between the first and the second
        (("1 09:00", "2 10:00"), ("1 10:00", "2 11:00"), True),
        (("1 10:00", "2 10:00"), ("1 09:00", "2 11:00"), True),
        (("1 09:00", "2 10:00"), ("2 00:00", "2 11:00"), False),
        (("1 09:00", "2 10:00"), ("1 23:59", "2 11:00"), True),
        (("2 00:00", "2 10:00"), ("1 10:00", "2 11:00"), False),
        (("1 09:00", "2 00:00"), ("1 10:00", "2 11:00"), True),
        (("1 09:00", "1 23:59"), ("1 10:00", "2 11:00"), False),
    ],
)
def test_reported_round_trips_over_the_night(
    first: tuple[str, str], second: tuple[str, str], held_over: bool
) -> None:
    def when(text: str) -> int:
        day, clock = text.split()
        return at(clock, int(day))

    one = replace(A, opened_at=when(first[0]), at=when(first[1]))
    other = replace(
        trip("10:00", "12:00", "b", "sell"), opened_at=when(second[0]), at=when(second[1])
    )
    assert told(NIGHT, one, other) == ([("2 11:00", "a, b")] if held_over else [])
    assert told(hedging(**ACROSS), one, other) == []


def test_the_verdict_in_full() -> None:
    (verdict,) = judge(
        hedging(products=(("ONE", "TWO"),)), [start(), LONG, sell("10:00", "s", symbol="TWO")]
    ).verdicts
    assert verdict.evidence == {"positions": "l, s", "symbols": "ONE, TWO"}
    assert (verdict.observed, verdict.limit) == (None, None)
    (verdict,) = judge(hedging(), [start(), A, trip("10:00", "12:00", "b", "sell")]).verdicts
    assert verdict.evidence == {"positions": "a, b", "symbols": "ONE, ONE"}


def test_the_profits_of_every_hedged_pair_are_taken() -> None:
    rule = hedging(effects=(TAKEN,))
    two = [buy("10:10", "x", symbol="TWO"), sell("10:20", "y", symbol="TWO")]
    assert told(rule, LONG, SHORT, *two, SHUT_LONG, close("12:00", two[1], "10000")) == [
        ("1 11:00", "l, s"),
        ("1 12:00", "y, x"),
    ]


def test_where_accounts_may_hedge_each_other_nothing_need_be_known_of_them() -> None:
    group = GroupFormed(at("08:00"), "g", (ACCOUNT, "B", "C"))
    result = judge(hedging(), [start(), quote("00:00", "10000"), group, LONG])
    assert (result.status, list(result.verdicts)) == ("active", [])


def test_each_doubt_about_other_accounts_is_said_once_until_it_is_settled() -> None:
    """A group that is told again without the strangers settles it; with them it is open again."""
    strangers = [GroupFormed(at("08:00", day), "g", (ACCOUNT, "B", "C")) for day in (1, 2, 3)]
    alone = GroupFormed(at("10:00"), "g", (ACCOUNT,))
    events = [strangers[0], LONG, buy("09:30", "m"), alone, *strangers[1:]]
    result = judge(hedging(**ACROSS), [start(), quote("00:00", "10000"), *events])
    reason = (
        "what other accounts held is not known "
        "(B: the log does not open it; C: the log does not open it)"
    )
    assert [(each.outcome, each.at, each.evidence) for each in result.verdicts] == [
        ("unknown", LONG.at, {"reason": reason}),
        ("unknown", at("08:00", 2), {"reason": reason}),
    ]


def test_only_what_the_rule_is_about() -> None:
    legs = [buy("09:00", "x", symbol="BIG"), sell("10:00", "y", symbol="SMALL")]
    both = hedging(applies_to=AppliesTo(instruments=("BIG", "SMALL")))
    one = hedging(applies_to=AppliesTo(instruments=("SMALL",)))
    assert told(both, *legs) == [("1 10:00", "x, y")]
    assert told(one, *legs) == []
    named = hedging(applies_to=AppliesTo(instruments=("ONE",)))
    suffixed = [buy("09:00", "x", symbol="ONE.pro"), sell("10:00", "y", symbol="ONE.pro")]
    assert told(named, *suffixed) == [("1 10:00", "x, y")]


FAMILY = (("ONE", "TWO"), ("PRODUCT", "GOLD"))


@pytest.mark.parametrize(
    ("symbol", "more", "known", "product"),
    [
        ("ONE", {}, True, "ONE"),
        ("ONE.pro", {}, True, "ONE"),  # by the catalogue's name
        ("ONE.pro", {}, False, "ONE.pro"),  # no catalogue, no other name
        ("STRANGE", {}, True, "STRANGE"),
        ("SMALL", {}, True, "PRODUCT"),
        ("SMALL", {"correlated": False}, True, "SMALL"),
        ("ONE.pro", {"correlated": False}, True, "ONE"),
        # the first of those that move together stands for all of them
        ("TWO", {"products": FAMILY}, True, "ONE"),
        ("TWO.pro", {"products": FAMILY}, True, "ONE"),
        ("TWO", {"products": FAMILY}, False, "ONE"),
        ("GOLD", {"products": FAMILY}, True, "PRODUCT"),
        ("SMALL", {"products": FAMILY}, True, "PRODUCT"),  # by its family
        ("SMALL", {"products": (("GOLD", "SMALL"),)}, True, "GOLD"),  # by its name
        ("EUR", {"products": FAMILY}, True, "EUR"),
    ],
)
def test_what_is_one_product(symbol: str, more: Any, known: bool, product: str) -> None:
    assert product_of(symbol, hedging(**more), CATALOGUE if known else None) == product


def held(account: str, side: Side, opened: int, closed: int | None, name: str = "") -> Stretch:
    return Stretch(account, "ONE", side, opened, closed, name)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ((0, 5), (4, 9), True),
        ((0, 5), (5, 9), False),
        ((0, 5), (6, 9), False),
        ((0, None), (6, 9), True),
        ((0, None), (6, None), True),
        ((0, None), (0, 1), True),
        ((7, None), (0, 7), False),
    ],
)
def test_any_overlap_counts(
    first: tuple[int, int | None], second: tuple[int, int | None], together: bool
) -> None:
    one, other = held("A", "buy", *first), held("B", "sell", *second)
    assert overlap(one, other) is together
    assert overlap(other, one) is together


def test_every_pair_among_the_accounts_of_a_group() -> None:
    """By opening time; each with the later one second."""
    rule = hedging(cross_account="banned")
    stages = {"A": "funded", "B": "funded", "C": "funded"}
    first, second = held("A", "buy", 1, 9, "a"), held("B", "sell", 2, 9, "b")
    third, own = held("C", "buy", 3, 9, "c"), held("A", "sell", 4, 9, "d")
    found = cross_account_hedges([own, third, second, first], stages, rule)
    assert found == [(first, second), (second, third), (third, own)]
    assert cross_account_hedges([second, first], {"A": "funded"}, rule) == []
    # one that hedges nothing hides none behind it
    beside, last = held("B", "buy", 2, 9, "e"), held("C", "sell", 3, 9, "f")
    assert cross_account_hedges([first, beside, last], stages, rule) == [
        (first, last),
        (beside, last),
    ]
    # one family, where the catalogue tells it
    pair = [
        Stretch("A", "BIG", "buy", 1, None, "a"),
        Stretch("B", "SMALL", "sell", 2, None, "b"),
    ]
    assert cross_account_hedges(pair, stages, rule, CATALOGUE) == [tuple(pair)]
    assert cross_account_hedges(pair, stages, rule) == []


@pytest.mark.parametrize(
    ("first", "second", "free"),
    [
        ("evaluation", "evaluation", True),
        ("evaluation", "funded", False),
        ("funded", "evaluation", False),
        ("funded", "funded", False),
        ("", "", False),
    ],
)
def test_evaluations_may_hedge_each_other(first: str, second: str, free: bool) -> None:
    pair = [held("A", "buy", 1, None), held("B", "sell", 2, None)]
    stages = {"A": first, "B": second}
    rule = hedging(cross_account="banned", evaluations_exempt=True)
    assert bool(cross_account_hedges(pair, stages, rule)) is not free
    assert cross_account_hedges(pair, stages, hedging(cross_account="banned"))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (hedging(), "No long and short of one product or correlated ones in one account."),
        (
            hedging(same_account="banned_overnight", correlated=False),
            "No long and short of one instrument in one account overnight.",
        ),
        (
            hedging(products=(("ES", "NQ"), ("GC", "SIL"))),
            "No long and short of one product or correlated ones (ES, NQ; GC, SIL) in one account.",
        ),
        (
            hedging(**ACROSS),
            "No long and short of one product or correlated ones among one owner's accounts.",
        ),
        (
            hedging(
                **{**ACROSS, "same_account": "banned"}, correlated=False, evaluations_exempt=True
            ),
            (
                "No long and short of one instrument in one account. No long and short of one "
                "instrument among one owner's accounts unless all are evaluations."
            ),
        ),
    ],
)
def test_it_says_itself(rule: Hedging, sentence: str) -> None:
    assert rule.sentence() == sentence


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (
            {"same_account": "allowed"},
            "a hedging rule needs 'same_account' or 'cross_account' to ban one",
        ),
        (
            {"products": (("A", "B"),), "correlated": False},
            "'products' means nothing where correlated is false",
        ),
        (
            {"cross_account": "banned", "effects": (TAKEN,)},
            "profit_adjust takes profit only from hedges within one account",
        ),
        (
            {"cross_account": "banned", "effects": (Effect(kind="warn", also=(TAKEN,)),)},
            "profit_adjust takes profit only from hedges within one account",
        ),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: dict[str, Any], why: str) -> None:
    with pytest.raises(TermsError) as refused:
        hedging(**terms)
    assert str(refused.value) == why
