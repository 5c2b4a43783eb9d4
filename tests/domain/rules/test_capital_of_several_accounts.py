"""Capital: the sizes of accounts that belong together, from the log that opens them."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import GroupFormed, Scaled
from propdesk.domain.rules.capital import Capital
from propdesk.domain.terms import Effect
from tests.domain.rules.histories import ACCOUNT, at, d, judge, start
from tests.domain.rules.verdicts import rows

WARN = (Effect(kind="warn"),)
FUNDED = ("funded",)
ME = start()  # of 100,000


def terms(**more: Any) -> Capital:
    return Capital(**{"total_max": d(300000), "effects": WARN, **more})


def opened(account: str, balance: str = "100000", clock: str = "00:30", **more: Any) -> Any:
    return replace(start(at=at(clock), balance=d(balance), **more), account=account)


def group(*others: str, kind: str = "owner", clock: str = "01:00", stages: str = "") -> GroupFormed:
    words = {"e": "evaluation", "f": "funded"}
    told = tuple(words[each] for each in stages)
    return GroupFormed(at(clock), kind[0], (ACCOUNT, *others), kind, told)


def told(rule: Capital, events: list[Any], **more: Any) -> list[Any]:
    """Each verdict as time, outcome, sum and whether it names who is missing."""
    result = judge(rule, events, account=ACCOUNT, **more)
    return [(clock, what, seen) for clock, what, seen, *_ in rows(result)]


@pytest.mark.parametrize(
    ("more", "events", "verdicts"),
    [
        ({}, [ME, opened("B", "200000"), group("B")], []),
        ({}, [ME, opened("B", "200000.01"), group("B")],
         [("1 01:00:00", "warn", d("300000.01"))]),
        # nothing joins them
        ({}, [ME, opened("B", "900000")], []),
        # of one owner: joined as soon as the second is open, whichever that is
        ({}, [start(owner="P"), opened("B", "200001", owner="P")],
         [("1 00:30:00", "warn", d(300001))]),
        ({}, [opened("B", "200001", "00:00", owner="P"), start(owner="P")],
         [("1 00:00:00", "warn", d(300001))]),
        ({}, [start(owner="P"), opened("B", "900000", owner="Q")], []),
        # what is known may be too much already; what is missing only adds to it
        ({}, [ME, opened("B", "200001"), group("B", "C")], [("1 01:00:00", "warn", d(300001))]),
        ({}, [ME, opened("B", "200000"), group("B", "C")], [("1 01:00:00", "unknown", None)]),
        # a size of another currency is not added up
        ({}, [ME, opened("B", "900000", currency="EUR"), group("B")],
         [("1 01:00:00", "unknown", None)]),
        # the size bought goes before the balance: some programmes start at nothing
        ({}, [ME, opened("B", "0", size=d(200001)), group("B")],
         [("1 01:00:00", "warn", d(300001))]),
        ({}, [ME, opened("B", "0"), group("B")], [("1 01:00:00", "unknown", None)]),
        # said once while it lasts, again when it comes back
        ({}, [ME, opened("B", "200001"), group("B"), opened("C", "1", "02:00"),
              group("B", "C", clock="03:00")],
         [("1 01:00:00", "warn", d(300001))]),
        ({}, [ME, opened("B", "200000"), group("B"), Scaled("B", at("02:00"), d(200001)),
              Scaled("B", at("03:00"), d(200000)), Scaled(ACCOUNT, at("04:00"), d(100001))],
         [("1 02:00:00", "warn", d(300001)), ("1 04:00:00", "warn", d(300001))]),
        # only those in the stages that count
        ({"stages": FUNDED}, [ME, opened("B", "900000"), group("B", stages="fe")], []),
        ({"stages": FUNDED}, [ME, opened("B", "200001"), group("B", stages="ff")],
         [("1 01:00:00", "warn", d(300001))]),
        ({"stages": FUNDED}, [ME, opened("B", "200001"), group("B", stages="f")],
         [("1 01:00:00", "possible", d(300001))]),
        ({"stages": FUNDED}, [ME, opened("B", "200000"), group("B", stages="f")], []),
        ({"stages": FUNDED}, [ME, opened("B", "200001", stage="funded"), group("B", stages="f")],
         [("1 01:00:00", "warn", d(300001))]),
        # a strategy's accounts, a household's, an address's
        ({"kinds": ("strategy",)}, [ME, opened("B", "200001"), group("B", kind="strategy")],
         [("1 01:00:00", "warn", d(300001))]),
        ({"kinds": ("strategy",)}, [ME, opened("B", "200001"), group("B")], []),
        # nobody copies, so any sum may be held; then two accounts copy each other
        ({"while_copying": True}, [ME, opened("B", "200001"), group("B")], []),
        ({"while_copying": True},
         [ME, opened("B", "200001"), group("B"), group("B", kind="copier", clock="02:00")],
         [("1 02:00:00", "warn", d(300001))]),
        ({"while_copying": True},
         [ME, opened("B", "200000"), group("B"), group("B", kind="copier", clock="02:00")], []),
        # it copies an account of somebody else
        ({"while_copying": True},
         [ME, opened("B", "200001"), group("B"), group("X", kind="copier", clock="02:00")], []),
        ({"while_copying": True, "total_max": d(1)}, [ME], []),
        # its owner's accounts do not copy each other, those of its strategy do
        ({"while_copying": True, "kinds": ("owner", "strategy")},
         [ME, opened("B", "1"), opened("C", "200001"), group("B"),
          group("C", kind="strategy"), group("C", kind="copier")],
         [("1 01:00:00", "warn", d(300001))]),
    ],
)  # fmt: skip
def test_the_sum_of_sizes(more: Any, events: list[Any], verdicts: list[Any]) -> None:
    assert told(terms(**more), events) == verdicts


def test_all_of_a_group_are_told_the_same() -> None:
    log = [ME, opened("B", "200001"), group("B")]
    for account in (ACCOUNT, "B"):
        size = d(100000) if account == ACCOUNT else d(200001)
        result = judge(terms(), log, account=account, size=size)
        assert [(each.at, each.observed) for each in result.verdicts] == [(at("01:00"), d(300001))]
        assert result.verdicts[0].evidence["accounts"] == f"{ACCOUNT} B"


def test_the_doubt_ends_when_the_missing_account_is_opened() -> None:
    log = [ME, group("B")]
    assert judge(terms(), log, account=ACCOUNT).status == "unknown"
    later = judge(terms(), [*log, opened("B", "200000", "02:00")], account=ACCOUNT)
    assert (later.status, len(later.verdicts)) == ("active", 1)
    one_more = [ME, group("B", "C"), opened("B", "200000", "02:00")]
    assert judge(terms(), one_more, account=ACCOUNT).status == "unknown"  # C is still missing
    proven = judge(terms(), [*log, opened("B", "200001", "02:00")], account=ACCOUNT)
    assert proven.status == "active"  # it is known, and was warned of
    too_large = told(terms(), [*log, opened("B", "200001", "02:00")])
    assert too_large == [("1 01:00:00", "unknown", None), ("1 02:00:00", "warn", d(300001))]


def test_one_that_is_too_large_alone_says_so_once() -> None:
    rule = terms(total_max=d(99999))
    assert told(rule, [ME, opened("B"), group("B")]) == [("1 00:00:00", "warn", d(100000))]


def test_the_groups_accounts_are_counted_without_the_log_opening_them() -> None:
    rule = Capital(accounts_max=2, effects=WARN)
    assert judge(rule, [ME, group("B", "C")], account=ACCOUNT).verdicts[0].observed == 3
    owned = [start(owner="P"), opened("B", owner="P"), opened("C", owner="P", clock="02:00")]
    assert told(rule, owned) == [("1 02:00:00", "warn", 3)]
    assert told(rule, [*owned[:2], group("B")]) == []  # the owner's and the group's are one circle
    assert told(rule, [*owned[:2], group("C")]) == [("1 01:00:00", "warn", 3)]


def test_the_verdict_names_the_circle_its_accounts_and_who_is_missing() -> None:
    both = {"group": "o", "kind": "owner", "accounts": f"{ACCOUNT} B"}
    clock, most = "1 01:00:00", d(300000)
    proven = judge(terms(), [ME, opened("B", "200001"), group("B")], account=ACCOUNT)
    assert rows(proven) == [(clock, "warn", d(300001), most, "cross", both)]
    maybe = judge(
        terms(stages=FUNDED), [ME, opened("B", "200001"), group("B", stages="f")], account=ACCOUNT
    )
    assert rows(maybe) == [(clock, "possible", d(300001), most, "cross", both)]
    three = {"group": "s", "kind": "strategy", "accounts": f"{ACCOUNT} B C"}
    reason = "the log does not tell the size of B, C in USD"
    rule = terms(kinds=("strategy",))
    lost = judge(rule, [ME, group("B"), group("B", "C", kind="strategy")], account=ACCOUNT)
    assert rows(lost) == [(clock, "unknown", None, most, "cross", {**three, "reason": reason})]
