"""One log with several accounts: what a rule about all of them says to each."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.consequences import verdict_id
from propdesk.domain.evaluation import Evaluation, UnusableHistory
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    DayReported,
    GroupFormed,
    Scaled,
    TimePassed,
)
from propdesk.domain.rules.capital import Capital
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, AppliesTo, Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    evaluator_of,
    judge,
    outcomes,
    quote,
    reported,
    sell,
    start,
)

OTHER = "B"
WARN = (Effect(kind="warn"),)
APART = Hedging(cross_account="banned", effects=WARN)


def other(event: Any) -> Any:
    return replace(event, account=OTHER)


def group(clock: str = "00:00", **more: Any) -> GroupFormed:
    figures = {"id": "g", "accounts": (ACCOUNT, OTHER), **more}
    return GroupFormed(at(clock), **figures)


OPENED = [start(), other(start()), quote("00:00", "10000")]
LONG, SHORT = buy("09:00", "p"), other(sell("10:00", "q"))
SHUT_LONG = close("11:00", LONG, "10000")


def both(rule: Any, events: Iterable[Any]) -> list[Evaluation]:
    log = list(events)
    return [judge(rule, log, account=account) for account in (ACCOUNT, OTHER)]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([group(), LONG, SHORT], ["10:00"]),
        ([group(), SHORT, replace(LONG, at=at("10:00"))], ["10:00"]),
        ([LONG, SHORT], []),  # nothing says that they belong together
        ([LONG, SHORT, group("12:00")], ["12:00"]),
        ([LONG, SHORT, SHUT_LONG, group("12:00")], ["12:00"]),
        ([group(accounts=(ACCOUNT, "C")), LONG, SHORT], ["unknown"]),
        ([group(), LONG, other(buy("10:00", "q"))], []),
        ([group(), LONG, other(sell("10:00", "q", symbol="TWO"))], []),
        # a position that was over as the other began is no hedge; a moment of overlap is one
        ([group(), LONG, SHUT_LONG, other(sell("11:00", "q"))], []),
        ([group(), LONG, other(sell("10:59", "q")), SHUT_LONG], ["10:59"]),
        ([group(), LONG, close("10:00", LONG, "10000", "0.5"), other(sell("10:30", "q"))],
         ["10:30"]),
        # said once for each pair, not again as they change
        ([group(), LONG, SHORT, other(sell("10:30", "q")), buy("10:40", "p")], ["10:00"]),
        ([group(), LONG, SHORT, buy("10:30", "r")], ["10:00", "10:30"]),
        ([group(), LONG, SHORT, group("12:00", id="h")], ["10:00"]),
        # round trips that are told only when they are over
        ([group(), reported("09:00", "11:00", "1", id="a"),
          other(reported("10:00", "12:00", "1", id="b", side="sell"))], ["12:00"]),
        ([group(), reported("09:00", "10:00", "1", id="a"),
          other(reported("10:00", "12:00", "1", id="b", side="sell"))], []),
        ([group(), other(reported("09:00", "11:00", "1", id="b", side="sell")),
          reported("10:00", "12:00", "1", id="a")], ["12:00"]),
    ],
)  # fmt: skip
def test_a_hedge_is_found_in_both_accounts_at_the_same_moment(
    events: list[Any], found: list[str]
) -> None:
    told = [
        [clock if outcome == "warn" else outcome for clock, outcome in outcomes(result)]
        for result in both(APART, [*OPENED, *events])
    ]
    if "unknown" in found:  # of a third account, in the group of one of them only
        assert told == [found, []]
    else:
        assert told == [found, found]


def test_the_verdict_names_account_positions_and_symbols() -> None:
    first, second = both(APART, [*OPENED, group(), LONG, SHORT])
    assert first.verdicts[0].evidence == {
        "account": OTHER, "positions": "p, q", "symbols": "ONE, ONE",
    }  # fmt: skip
    assert second.verdicts[0].evidence == {
        "account": ACCOUNT, "positions": "q, p", "symbols": "ONE, ONE",
    }  # fmt: skip


def test_accounts_that_name_the_same_owner_need_no_group() -> None:
    named = [start(owner="P"), other(start(owner="P"))]
    for result in both(APART, [*named, LONG, SHORT]):
        assert outcomes(result) == [("10:00", "warn")]
    apart = [start(owner="P"), other(start(owner="Q"))]
    assert [outcomes(each) for each in both(APART, [*apart, LONG, SHORT])] == [[], []]
    nobody = [start(), other(start())]
    assert [outcomes(each) for each in both(APART, [*nobody, LONG, SHORT])] == [[], []]


@pytest.mark.parametrize(
    ("stages", "own", "theirs", "banned"),
    [
        (("evaluation", "evaluation"), "", "", False),
        (("evaluation", "funded"), "", "", True),
        (("evaluation",), "", "", True),  # what is not told exempts nobody
        (("evaluation",), "", "evaluation", False),
        ((), "", "evaluation", False),  # the judged phase is an evaluation
        ((), "", "funded", True),
        (("funded",), "", "evaluation", True),  # the group's word goes before the account's
    ],
)
def test_evaluations_may_be_exempt(
    stages: tuple[str, ...], own: str, theirs: str, banned: bool
) -> None:
    rule = replace(APART, evaluations_exempt=True)
    opened = [start(stage=own), other(start(stage=theirs)), group(stages=stages)]
    result = judge(rule, [*opened, LONG, SHORT], account=ACCOUNT)
    assert outcomes(result) == ([("10:00", "warn")] if banned else [])
    assert outcomes(judge(APART, [*opened, LONG, SHORT], account=ACCOUNT)) == [("10:00", "warn")]


def test_a_rule_about_some_instruments_needs_both_sides_among_them() -> None:
    for symbols, found in ((("BIG", "SMALL"), 1), (("BIG",), 0), (("SMALL",), 0)):
        rule = replace(APART, applies_to=AppliesTo(instruments=symbols))
        legs = [buy("09:00", "p", symbol="BIG"), other(sell("10:00", "q", symbol="SMALL"))]
        for result in both(rule, [*OPENED, group(), *legs]):
            assert len(result.verdicts) == found


# -- what the log does not tell
MISSING = "what other accounts held is not known (B: the log does not open it)"


def test_an_account_that_the_log_does_not_open_leaves_it_unknown() -> None:
    result = judge(APART, [start(), group(), quote("08:00", "10000"), LONG], account=ACCOUNT)
    assert outcomes(result) == [("09:00", "unknown")]
    assert result.verdicts[0].evidence["reason"] == MISSING
    assert result.status == "unknown"
    idle = judge(APART, [start(), group(), quote("08:00", "10000")], account=ACCOUNT)
    assert (idle.status, idle.verdicts) == ("active", ())


def test_a_group_that_was_replaced_before_the_account_opened_says_nothing() -> None:
    log = [group(), other(start()), GroupFormed(at("00:00"), group().id, (OTHER, "Z"))]
    result = judge(APART, [*log, start(), quote("08:00", "10000"), LONG], account=ACCOUNT)
    assert (result.status, result.verdicts) == ("active", ())


def test_an_account_that_is_opened_later_held_nothing_before() -> None:
    log = [quote("00:00", "10000"), group(), start(), quote("08:00", "10000"), LONG]
    late = other(start(at=at("09:30")))
    result = judge(APART, [*log, late, TimePassed(at("12:00"))], account=ACCOUNT)
    assert (result.status, outcomes(result)) == ("active", [("09:00", "unknown")])
    hedged = judge(APART, [*log, late, SHORT], account=ACCOUNT)
    assert outcomes(hedged) == [("09:00", "unknown"), ("10:00", "warn")]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (
            close("10:00", sell("08:00", "x"), "10000"),
            "its deal x:10:00:out does not follow from the ones before",
        ),
        (DayReported(OTHER, at("10:00"), profit=d(5)), "only the figures of its days are told"),
        (
            AccountReported(OTHER, at("10:00"), balance=d(100000), equity=d(99999)),
            "it holds positions that no deal told",
        ),
        (AccountReported(OTHER, at("10:00"), balance=d(100000), equity=d(100000)), ""),
        (AccountReported(OTHER, at("10:00"), equity=d(99999)), ""),
        (sell("08:00", "q"), "one of its events came after its time"),
    ],
)
def test_what_is_not_known_of_the_other_account(event: Any, why: str) -> None:
    log = [*OPENED, group(), quote("08:00", "10000"), LONG, other(event)]
    result = judge(replace(APART, correlated=False), log, account=ACCOUNT)
    reasons = [each.evidence["reason"] for each in result.verdicts if each.outcome == "unknown"]
    assert reasons == ([f"what other accounts held is not known (B: {why})"] if why else [])
    assert (result.status == "unknown") is bool(why)


def test_others_do_nothing_to_an_account_they_are_not_judged_with() -> None:
    loss = OverallLoss(mode="static", allowance=Amount(percent=d(10)), comparison="touch")
    own = [start(), quote("08:00", "10000"), LONG, close("11:00", LONG, "2000")]
    noise = [other(start()), other(sell("09:00", "q", "50")), other(sell("11:00", "r"))]
    log = sorted([*own, *noise], key=lambda event: event.at)
    for rules in ((APART,), (loss,), (APART, loss)):
        alone, among = (judge(rules, events, account=ACCOUNT) for events in (own, log))
        assert among.status == alone.status
        assert [each.at for each in among.verdicts] == [each.at for each in alone.verdicts]
        assert among.balance == alone.balance


def test_an_event_of_another_account_hides_no_doubt_about_the_order() -> None:
    """Two own deals of one stamp with a foreign one between them are still of one stamp."""
    loss = OverallLoss(mode="static", allowance=Amount(percent=d(10)), comparison="touch")
    first, second = buy("09:00", "p", "2"), sell("09:00", "r", "2", price=d(10100))
    down = close("10:00", first, "4000")
    up = close("10:00", second, "3000")
    report = AccountReported(OTHER, at("10:00"), balance=d(100000))
    for between in ([], [other(buy("10:00", "q"))], [report], [report, report]):
        log = [*OPENED, group(), first, second, down, *between, up]
        result = judge((loss, APART), log, account=ACCOUNT)
        assert [each.rule for each in result.verdicts if each.outcome == "unknown"] == [
            "overall_loss"
        ]


def test_without_a_named_account_a_second_one_is_refused() -> None:
    with pytest.raises(UnusableHistory, match="a second account B in one history"):
        judge(APART, [start(), other(start())])
    with pytest.raises(UnusableHistory, match=f"account {ACCOUNT} is opened twice"):
        judge(APART, [start(), start()], account=ACCOUNT)
    late = AccountOpened("C", at("09:00"), "USD", d(5))
    scaled = Scaled("C", at("10:00"), d(6))
    assert judge(APART, [start(), late, scaled], account=ACCOUNT).status == "active"


def test_the_day_rolls_before_another_accounts_event() -> None:
    overnight = replace(APART, same_account="banned_overnight")
    own = [LONG, sell("10:00", "q")]
    result = judge(overnight, [*OPENED, group(), *own, other(buy("08:00", "x", day=2))],
                   account=ACCOUNT)  # fmt: skip
    assert outcomes(result) == [("24:00", "warn"), ("32:00", "warn")]
    assert [each.label.day for each in result.days] == [1, 2]


def test_an_event_of_another_account_at_midnight_is_of_the_new_day() -> None:
    overnight = replace(APART, same_account="banned_overnight")
    log = [*OPENED, group(), LONG, sell("10:00", "q"), other(buy("00:00", "x", day=2))]
    result = judge(overnight, log, account=ACCOUNT)
    assert outcomes(result) == [("24:00", "warn"), ("24:00", "warn")]
    assert [each.label.day for each in result.days] == [1, 2]


def test_time_does_not_pass_by_an_account_of_somebody_else() -> None:
    log = [*OPENED, LONG, other(buy("09:00", "q", day=3))]
    result = judge(APART, log, account=ACCOUNT)
    assert [each.label.day for each in result.days] == [1]


def test_a_pass_waits_for_what_is_not_known_of_the_other_account() -> None:
    """1,000 are earned while B's size is missing; B is opened and nothing stands against it."""
    most = Capital(total_max=d(300000), effects=WARN)
    late = other(start(at=at("12:00")))
    for measured_on in ("balance", "equity"):
        goal = ProfitTarget(target=Amount(money=d(1000)), measured_on=measured_on)
        log = [start(), group(), reported("09:00", "10:00", "1000")]
        assert judge((most, goal), log, account=ACCOUNT).status == "unknown"
        result = judge((most, goal), [*log, late], account=ACCOUNT)
        assert (result.status, outcomes(result)[-1]) == ("passed", ("12:00", "pass"))
        cause = f"AccountOpened:{at('12:00')}"
        assert result.verdicts[-1].id == verdict_id(ACCOUNT, "phase", "phase", cause, 1)


def test_the_verdict_bears_the_number_of_the_other_accounts_event() -> None:
    evaluator = evaluator_of(APART, account=ACCOUNT)
    assert evaluator.judged_with() == frozenset()  # nobody's, before it is opened
    log = [start(), other(start()), group(), LONG, SHORT, SHUT_LONG]
    evaluator.feed_numbered([2, 3, 5, 8, 13, 21], log)
    (hedge,) = evaluator.result().verdicts
    assert hedge.event == 13
    assert evaluator.judged_with() == {OTHER}


def test_rules_about_one_account_are_judged_without_the_others() -> None:
    loss = OverallLoss(mode="static", allowance=Amount(percent=d(10)), comparison="touch")
    evaluator = evaluator_of(loss, account=ACCOUNT)
    evaluator.feed([start(), other(start()), group()])
    assert evaluator.judged_with() == frozenset()


def test_a_pause_that_another_accounts_deal_brings_ends_with_the_day() -> None:
    rule = replace(APART, effects=(Effect(kind="pause_until", until="next_day"),))
    log = [*OPENED, group(), LONG, SHORT]
    assert judge(rule, log, account=ACCOUNT).status == "paused"
    assert judge(rule, [*log, TimePassed(at("00:00", 2))], account=ACCOUNT).status == "active"


def test_round_trips_and_reversals_of_the_other_account_are_named() -> None:
    trips = [reported("09:00", "11:00", "1", id="a"),
             other(reported("10:00", "12:00", "1", id="b", side="sell"))]  # fmt: skip
    first, second = both(APART, [*OPENED, group(), *trips])
    assert first.verdicts[0].evidence["positions"] == "a, b"
    assert second.verdicts[0].evidence["positions"] == "b, a"
    opened = [start(), other(start(netting=True)), group()]
    long = other(buy("08:30", "x"))
    turned = other(sell("10:00", "y", "3", entry="inout"))
    assert [each.at for each in judge(APART, [*opened, long, LONG], account=ACCOUNT).verdicts] == []
    later = judge(APART, [*opened, long, LONG, turned], account=ACCOUNT)
    assert outcomes(later) == [("10:00", "warn")]
