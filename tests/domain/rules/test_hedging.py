"""Hedging: in one account, over night, and among the accounts of one owner."""

import pytest

from propdesk.domain.events import GroupFormed, Side, TimePassed
from propdesk.domain.peers import Stretch
from propdesk.domain.rules.hedging import Hedging, cross_account_hedges
from propdesk.domain.terms import Effect, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    outcomes,
    reported,
    sell,
    start,
)

WARN = (Effect(kind="warn"),)
INDICES = ("ES", "MES", "NQ", "YM")
METALS = ("GC", "SIL")


def terms(**more: object) -> Hedging:
    figures: dict[str, object] = {"same_account": "banned", "effects": WARN, **more}
    return Hedging(**figures)  # type: ignore[arg-type]


LONG = buy("09:00", "a")
TOMORROW = TimePassed(at("09:00", 2))


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (terms(), [LONG, sell("10:00", "b")], [("10:00", "warn")]),
        (terms(), [LONG, buy("10:00", "b")], []),
        (terms(), [LONG, sell("10:00", "b", symbol="TWO")], []),
        (terms(), [LONG, close("10:00", LONG, "10000"), sell("10:00", "b")], []),
        (
            terms(products=(("ONE", "TWO"),)),
            [LONG, sell("10:00", "b", symbol="TWO")],
            [("10:00", "warn")],
        ),
        (
            terms(),
            [buy("09:00", "a", symbol="BIG"), sell("10:00", "b", symbol="SMALL")],
            [("10:00", "warn")],
        ),
        (
            terms(correlated=False),
            [buy("09:00", "a", symbol="BIG"), sell("10:00", "b", symbol="SMALL")],
            [],
        ),
        (terms(same_account="banned_overnight"), [LONG, sell("10:00", "b")], []),
        (
            terms(same_account="banned_overnight"),
            [LONG, sell("10:00", "b"), TOMORROW],
            [("24:00", "warn")],
        ),
        (
            terms(),
            [reported("09:00", "11:00", "1"), reported("10:00", "12:00", "1", side="sell")],
            [("12:00", "warn")],
        ),
        (
            terms(),
            [reported("09:00", "10:00", "1"), reported("10:00", "12:00", "1", side="sell")],
            [],
        ),
        (terms(same_account="allowed", cross_account="banned"), [LONG, sell("10:00", "b")], []),
    ],
)
def test_within_one_account(rule, events, verdicts):
    assert outcomes(judge(rule, [start(), *events])) == verdicts


def held(
    account: str, side: Side, symbol: str, opened: int = 0, closed: int | None = 10
) -> Stretch:
    return Stretch(account, symbol, side, opened, closed)


ACROSS = terms(
    same_account="allowed",
    cross_account="banned",
    evaluations_exempt=True,
    products=(INDICES, METALS),
)
FUNDED = {"A": "funded", "B": "funded"}
EVALUATIONS = {"A": "evaluation", "B": "evaluation"}


@pytest.mark.parametrize(
    ("first", "second", "stages", "banned"),
    [
        (held("A", "buy", "NQ"), held("B", "sell", "NQ"), FUNDED, True),
        (held("A", "buy", "NQ"), held("B", "sell", "ES"), FUNDED, True),
        (held("A", "buy", "NQ"), held("B", "sell", "NQ"), EVALUATIONS, False),
        (held("A", "buy", "NQ"), held("B", "sell", "NQ"), {"A": "evaluation", "B": "funded"}, True),
        (held("A", "buy", "NQ"), held("B", "sell", "NQ"), {"A": "", "B": ""}, True),
        (held("A", "buy", "MES"), held("B", "sell", "MES"), FUNDED, True),
        (held("A", "buy", "MES"), held("B", "sell", "ES"), FUNDED, True),
        (held("A", "buy", "GC"), held("B", "sell", "SIL"), FUNDED, True),
        (held("A", "buy", "ES"), held("A", "buy", "GC"), FUNDED, False),
        (held("A", "buy", "ES"), held("A", "sell", "ES"), FUNDED, False),
        (held("A", "buy", "ES"), held("B", "sell", "GC"), FUNDED, False),
        # any overlap counts, however short; following each other is none
        (held("A", "buy", "ES", 0, 5), held("B", "sell", "ES", 4, None), FUNDED, True),
        (held("A", "buy", "ES", 0, 5), held("B", "sell", "ES", 5, None), FUNDED, False),
        (held("A", "buy", "ES"), held("C", "sell", "ES"), FUNDED, False),
    ],
)
def test_among_one_owners_accounts(first, second, stages, banned):
    """DayTraders and Savius: correlated products too, evaluations exempt at DayTraders."""
    assert bool(cross_account_hedges([first, second], stages, ACROSS)) is banned
    assert bool(cross_account_hedges([second, first], stages, ACROSS)) is banned
    assert not cross_account_hedges([first, second], stages, terms())


@pytest.mark.parametrize(
    ("accounts", "stages", "verdicts"),
    [
        ((ACCOUNT, "B"), ("funded", "funded"), [("09:30", "unknown")]),
        ((ACCOUNT, "B"), ("evaluation", "evaluation"), []),
        ((ACCOUNT, "B"), ("evaluation",), [("09:30", "unknown")]),
        ((ACCOUNT,), ("funded",), []),
        (("B", "C"), ("funded", "funded"), []),
    ],
)
def test_one_accounts_history_cannot_clear_the_others(accounts, stages, verdicts):
    group = GroupFormed(at("09:30"), "g", accounts, stages=stages)
    assert outcomes(judge(ACROSS, [start(), LONG, group])) == verdicts
    assert outcomes(judge(ACROSS, [start(), group])) == []  # nothing held, nothing to clear


def test_terms_that_ban_nothing_are_refused():
    with pytest.raises(TermsError):
        terms(same_account="allowed")
    with pytest.raises(TermsError):
        terms(correlated=False, products=(METALS,))
    with pytest.raises(TermsError, match="only from hedges within one account"):
        terms(cross_account="banned", effects=(Effect(kind="profit_adjust", factor=d(0)),))


def test_the_sentence():
    assert ACROSS.sentence() == (
        "No long and short of one product or correlated ones (ES, MES, NQ, YM; GC, SIL) among one "
        "owner's accounts unless all are evaluations."
    )
    assert (
        terms(correlated=False).sentence() == "No long and short of one instrument in one account."
    )
