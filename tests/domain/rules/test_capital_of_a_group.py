"""Capital: how many accounts a person or group may hold, what counts, and what cannot be known."""

from typing import Any

import pytest

from propdesk.domain.events import GroupFormed, Scaled
from propdesk.domain.rules.capital import Capital
from propdesk.domain.terms import Effect, TermsError
from tests.domain.rules.histories import ACCOUNT, SIZE, at, d, judge, start
from tests.domain.rules.verdicts import rows

WARN = (Effect(kind="warn"),)


def terms(**more: Any) -> Capital:
    return Capital(**{"effects": WARN, **more})


def group(*accounts: str, stages: str = "", kind: str = "owner") -> GroupFormed:
    """Accounts that belong together; ``stages`` names that of each, as far as it is told."""
    words = {"e": "evaluation", "f": "funded"}
    return GroupFormed(at("01:00"), "g", accounts, kind, tuple(words[each] for each in stages))


def too_many(number: int, most: int, accounts: str, outcome: str = "warn") -> tuple[Any, ...]:
    detail = {"group": "g", "kind": "owner", "accounts": accounts}
    return ("1 01:00:00", outcome, number, most, "cross", detail)


THREE = group(ACCOUNT, "B", "C")
NAMES = f"{ACCOUNT} B C"
FUNDED = ("funded",)


@pytest.mark.parametrize(
    ("more", "formed", "said"),
    [
        ({"accounts_max": 3}, THREE, []),
        ({"accounts_max": 2}, THREE, [too_many(3, 2, NAMES)]),
        # only the groups named count, and only this account's
        ({"accounts_max": 2}, group(ACCOUNT, "B", "C", kind="household"), []),
        ({"accounts_max": 2, "kinds": ("household", "owner")}, THREE, [too_many(3, 2, NAMES)]),
        ({"accounts_max": 2}, group("B", "C", "D"), []),
        # only accounts of the stages named count
        ({"accounts_max": 1, "stages": FUNDED}, group(ACCOUNT, "B", "C", stages="fee"), []),
        (
            {"accounts_max": 1, "stages": FUNDED},
            group(ACCOUNT, "B", "C", stages="fef"),
            [too_many(2, 1, f"{ACCOUNT} C")],
        ),
        # an account that does not count itself has nothing too many
        ({"accounts_max": 1, "stages": FUNDED}, group(ACCOUNT, "B", "C", stages="eff"), []),
        # a stage that is not told may count
        (
            {"accounts_max": 1, "stages": FUNDED},
            group(ACCOUNT, "B", "C", stages="fe"),
            [too_many(2, 1, f"{ACCOUNT} C", "possible")],
        ),
        (
            {"accounts_max": 1, "stages": FUNDED},
            group(ACCOUNT, "B", "C", stages="ff"),
            [too_many(3, 1, NAMES)],  # two of them certainly are
        ),
        (
            {"accounts_max": 2, "stages": FUNDED},
            group(ACCOUNT, "B", "C", stages="ff"),
            [too_many(3, 2, NAMES, "possible")],
        ),
        # its own stage is that of the phase where the group does not tell it: an evaluation
        ({"accounts_max": 1, "stages": FUNDED}, THREE, []),
        # where both stages count, it does not matter which it is
        ({"accounts_max": 2}, group(ACCOUNT, "B", "C", stages="f"), [too_many(3, 2, NAMES)]),
        ({"accounts_max": 2}, group(ACCOUNT, "B", "C", stages="fef"), [too_many(3, 2, NAMES)]),
    ],
)
def test_which_accounts_are_too_many(more, formed, said):
    assert rows(judge(terms(**more), [start(), formed])) == said


UNTOLD = "the log does not tell the size of B in USD"


@pytest.mark.parametrize(
    ("more", "formed", "said"),
    [
        (
            {"total_max": d(200000)},
            group(ACCOUNT, "B"),
            [("1 01:00:00", "unknown", None, d(200000), "cross",
              {"group": "g", "kind": "owner", "accounts": f"{ACCOUNT} B", "reason": UNTOLD})],
        ),
        ({"total_max": d(200000)}, group(ACCOUNT), []),
        ({"total_max": d(200000), "stages": FUNDED}, group(ACCOUNT, "B", stages="fe"), []),
        ({"accounts_max": 2}, group(ACCOUNT, "B"), []),
        (
            {"total_max": d(200000), "accounts_max": 1},
            group(ACCOUNT, "B"),
            [
                too_many(2, 1, f"{ACCOUNT} B"),
                ("1 01:00:00", "unknown", None, d(200000), "cross",
                 {"group": "g", "kind": "owner", "accounts": f"{ACCOUNT} B", "reason": UNTOLD}),
            ],
        ),
    ],
)  # fmt: skip
def test_a_sum_of_sizes_is_not_guessed(more, formed, said):
    assert rows(judge(terms(**more), [start(), formed])) == said


@pytest.mark.parametrize(
    ("most", "more", "stage", "said"),
    [
        ("100000", {}, "evaluation", []),
        ("99999.99", {}, "evaluation", [("1 00:00:00", "warn", SIZE, d("99999.99"), "cross", {})]),
        ("99999.99", {"stages": FUNDED}, "evaluation", []),
        ("1", {"stages": FUNDED}, "funded", [("1 00:00:00", "warn", SIZE, d(1), "cross", {})]),
    ],
)
def test_one_account_may_be_too_large_by_itself(most, more, stage, said):
    rule = terms(total_max=d(most), **more)
    assert rows(judge(rule, [start()], stage=stage)) == said


@pytest.mark.parametrize(("size", "broken"), [("200000", False), ("200000.01", True)])
def test_it_may_grow_too_large(size, broken):
    scaled = Scaled(ACCOUNT, at("02:00"), d(size))
    found = rows(judge(terms(total_max=d(200000)), [start(), scaled]))
    said: list[Any] = [("1 02:00:00", "warn", d(size), d(200000), "cross", {})]
    assert found == (said if broken else [])


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"accounts_max": 3}, "One owner may hold at most 3 accounts."),
        ({"accounts_max": 1}, "One owner may hold at most 1 account."),
        ({"total_max": d(300000)}, "One owner may hold at most 300,000 in all."),
        (
            {"accounts_max": 2, "total_max": d("400000"), "kinds": ("household", "address")},
            "One household or address may hold at most 2 accounts and 400,000 in all.",
        ),
        (
            {"total_max": d(500000), "while_copying": True},
            "One owner may hold at most 500,000 in all while one of its accounts copies another.",
        ),
        (
            {"accounts_max": 2, "stages": FUNDED},
            "One owner may hold at most 2 accounts, counting funded ones only.",
        ),
    ],
)
def test_the_words(more, sentence):
    assert terms(**more).sentence() == sentence
    assert terms(**more).sentence(SIZE) == sentence


@pytest.mark.parametrize(
    ("more", "formula"),
    [
        ({"accounts_max": 2}, "accounts ≤ 2"),
        ({"total_max": d(300000)}, "Σ sizes ≤ 300000"),
        ({"accounts_max": 2, "total_max": d(300000)}, "accounts ≤ 2, Σ sizes ≤ 300000"),
    ],
)
def test_the_formula(more, formula):
    assert terms(**more).formula() == formula


def test_a_bound_is_needed():
    with pytest.raises(TermsError, match=r"^capital needs 'accounts_max' or 'total_max'$"):
        Capital()
