"""The stop-loss duty: in time, cured once, and not too wide."""

import pytest

from propdesk.domain.events import TimePassed
from propdesk.domain.instants import SECOND
from propdesk.domain.rules.stop_loss import StopLoss, deadline
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import (
    SIZE,
    at,
    buy,
    close,
    d,
    judge,
    outcomes,
    reported,
    start,
    stop,
)

FAIL = (Effect(kind="fail"),)
LATER = TimePassed(at("23:00"))
BARE = buy("10:00", "a")


def terms(**more: object) -> StopLoss:
    figures: dict[str, object] = {"deadline_seconds": 180, **more}
    return StopLoss(**figures)  # type: ignore[arg-type]


def test_the_deadline_is_so_long_after_the_opening():
    """Take Capital: opened at 10:00, three minutes."""
    assert deadline(at("10:00"), 180) == at("10:03")


@pytest.mark.parametrize(
    ("events", "verdicts"),
    [
        ([BARE], [("10:03", "fail")]),
        ([BARE, stop("10:02", "a", "9000")], []),
        ([BARE, stop("10:03", "a", "9000")], []),  # the last moment is in time
        ([BARE, stop("10:04", "a", "9000")], [("10:03", "fail")]),
        ([buy("10:00", "a", stop=d(9000))], []),
        ([buy("10:00", "a", stop=d(9000)), stop("11:00", "a", None)], [("11:03", "fail")]),
        ([BARE, close("10:02", BARE, "10001")], []),
        ([reported("10:00", "11:00", "1", stopped_at=at("10:03"))], []),
        ([reported("10:00", "11:00", "1", stopped_at=at("10:03") + SECOND)], [("11:00", "fail")]),
        ([reported("10:00", "11:00", "1")], [("11:00", "unknown")]),
        ([reported("10:00", "10:02", "1")], []),
    ],
)
def test_a_stop_is_set_in_time(events, verdicts):
    assert outcomes(judge(terms(), [start(), *events, LATER])) == verdicts


def test_the_violation_falls_just_after_the_deadline_without_an_event():
    verdict = judge(terms(), [start(), BARE, LATER]).verdicts[0]
    assert verdict.at == at("10:03") + 1
    at_once = judge(terms(deadline_seconds=0), [start(), BARE, LATER]).verdicts[0]
    assert at_once.at == at("10:00") + 1


@pytest.mark.parametrize(
    ("cured_at", "verdicts"),
    [("10:30", [("10:03", "warn")]), ("11:04", [("10:03", "warn"), ("11:03", "fail")])],
)
def test_a_missed_deadline_is_cured_once(cured_at, verdicts):
    rule = terms(cures=1, cure_seconds=3600)
    history = [start(), BARE, stop(cured_at, "a", "9000"), LATER]
    assert outcomes(judge(rule, history)) == verdicts
    again = [*history[:-1], buy("12:00", "b"), LATER]
    if cured_at == "10:30":
        assert outcomes(judge(rule, again)) == [*verdicts, ("12:03", "fail")]


@pytest.mark.parametrize(
    ("price", "comparison", "broken"),
    [("8000", "cross", False), ("7999.99", "cross", True), ("8000", "touch", True),
     ("8000.01", "touch", False), ("12000", "touch", False)],
)  # fmt: skip
def test_a_stop_may_not_risk_too_much(price, comparison, broken):
    rule = terms(max_risk=Amount(percent=d(2)), max_risk_comparison=comparison)
    history = [start(), buy("10:00", "a", stop=d(price)), LATER]
    assert bool(judge(rule, history).verdicts) is broken
    moved = [start(), buy("10:00", "a", stop=d(9999)), stop("11:00", "a", price), LATER]
    assert bool(judge(rule, moved).verdicts) is broken


def test_a_reported_risk_is_held_against_the_limit():
    rule = terms(required=False, max_risk=Amount(percent=d(2)))
    for risk, verdicts in ((d(2000), []), (d("2000.01"), [("11:00", "fail")])):
        trade = reported("10:00", "11:00", "1", stop_risk=risk)
        assert outcomes(judge(rule, [start(), trade])) == verdicts
    untold = judge(rule, [start(), reported("10:00", "11:00", "1")])
    assert outcomes(untold) == [("11:00", "unknown")]


def test_terms_that_mean_nothing_are_refused():
    with pytest.raises(TermsError):
        terms(required=False)
    with pytest.raises(TermsError):
        terms(cures=1)


def test_the_sentence():
    assert terms(max_risk=Amount(percent=d(2))).sentence(SIZE) == (
        "Every position has a stop-loss within 180 s of its opening. "
        "A stop may not risk more than 2 % of the initial balance (2,000.00)."
    )
