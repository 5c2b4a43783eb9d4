"""What is worked out from terms is kept with them, shared by their accounts, and never written."""

import pickle
from datetime import time
from decimal import Decimal

import pytest

from propdesk.domain.clock import DayClock
from propdesk.domain.rules.flat_by import FlatBy, by_the_clock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import FAIL, Amount, Effect

WARN = Effect(kind="warn")
STRIKES = Effect(kind="strike", of=2, then=FAIL)
SESSION = FlatBy(before="session_end")


@pytest.mark.parametrize(
    ("effects", "ends"),
    [((FAIL,), True), ((WARN,), False), ((WARN, FAIL), True), ((STRIKES,), True)],
)
def test_a_rule_may_end_an_account_by_any_of_its_effects(
    effects: tuple[Effect, ...], *, ends: bool
) -> None:
    terms = OverallLoss(
        mode="static", allowance=Amount(money=Decimal(1)), comparison="touch", effects=effects
    )
    assert terms.may_end is ends


@pytest.mark.parametrize(
    ("amount", "alone"),
    [
        (Amount(money=Decimal(5), of="peak"), True),
        (Amount(by_size={Decimal(10): Decimal(1)}, of="balance"), True),
        (Amount(percent=Decimal(5)), True),
        (Amount(percent=Decimal(5), of="peak"), False),
        (Amount(percent_by_size={Decimal(1): Decimal(5)}, of="balance"), False),
    ],
)
def test_an_amount_hangs_on_the_size_alone(amount: Amount, *, alone: bool) -> None:
    assert amount.by_size_alone is alone
    if alone:
        everything = dict.fromkeys(("peak", "balance", "base"), Decimal(999))
        assert amount.resolve(Decimal(10), everything) == amount.resolve(Decimal(10))


def test_accounts_of_one_clock_share_its_terms() -> None:
    clock = DayClock("UTC", time(23), session_end=time(22))
    other = DayClock("UTC", time(23), session_end=time(21))
    found = by_the_clock(SESSION, clock)
    assert (found.at, found.until) == (time(22), time(23))
    assert by_the_clock(SESSION, clock) is found
    assert by_the_clock(SESSION, other).at == time(21)


def test_what_was_found_is_no_part_of_a_state() -> None:
    terms = FlatBy(before="overnight", at=time(22))
    before = pickle.dumps(terms)
    terms.deadlines_known["UTC", 1] = ()
    assert terms.name == "flat_by"
    assert pickle.dumps(terms) == before
    assert pickle.loads(before) == terms


def test_accounts_whose_days_roll_together_share_the_next_day() -> None:
    one, other = DayClock("Europe/Prague", time(0)), DayClock("Europe/Prague", time(0))
    day = one.day_of(0)
    assert other.next_day(other.day_of(0)) is one.next_day(day)
    assert one.next_day(day) == one.day_of(day.end)
    assert DayClock("UTC", time(0)).next_day(day) != one.next_day(day)
