"""A limit on part of what is open is broken at its quote, though another symbol is silent."""

from typing import Any

import pytest

from propdesk.domain.events import GapClosed, GapOpened
from propdesk.domain.rules.concentration import Concentration
from propdesk.domain.rules.open_risk import OpenRisk
from propdesk.domain.terms import Amount, Effect, RuleTerms
from tests.domain.rules.histories import at, buy, d, judge, quote, start
from tests.domain.rules.verdicts import rows

WARN = (Effect(kind="warn"),)
RISK: dict[str, Any] = {
    "limit": Amount(money=d(300)), "comparison": "touch", "effects": WARN,
}  # fmt: skip
HISTORY = [
    start(),
    quote("08:00", "10000"),
    quote("08:00", "10000", "TWO"),
    buy("09:00", "p"),
    buy("09:00", "q", symbol="TWO"),
    GapOpened(at("09:30"), "TWO"),
    quote("10:00", "9701"),
    quote("10:01", "9700"),
    quote("10:02", "9900"),
]


@pytest.mark.parametrize(
    "rule",
    [
        OpenRisk(scope="position", measure="floating", **RISK),
        OpenRisk(scope="symbol", measure="realised_and_floating", **RISK),
        OpenRisk(scope="symbol", measure="worst_floating", **RISK),
        Concentration(
            percent=d(100),
            daily_limit=Amount(money=d(300)),
            measured="closed_and_open",
            comparison="touch",
            effects=WARN,
        ),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_it_is_said_at_the_quote_that_breaks_it(rule: RuleTerms, fast: bool) -> None:
    assert [each[:2] for each in rows(judge(rule, HISTORY, fast=fast))] == [("1 10:01:00", "warn")]


def test_what_stands_for_everything_open_waits_for_the_silence_to_end() -> None:
    rule = OpenRisk(scope="portfolio", measure="floating", **RISK)
    assert rows(judge(rule, HISTORY)) == []


def test_a_gap_ends_with_its_own_symbols_quote_while_another_goes_on() -> None:
    rule = OpenRisk(scope="portfolio", measure="floating", **RISK)
    events = [
        *HISTORY[:6],
        GapOpened(at("09:31"), "ONE"),
        GapClosed(at("09:40"), "ONE"),
        quote("09:41", "9990"),
        quote("09:50", "9990"),
        GapClosed(at("10:00"), "TWO"),
        quote("10:01", "9990", "TWO"),
    ]
    gaps = {each.symbol: each.end for each in judge(rule, events).coverage.gaps}
    assert gaps == {"ONE": at("09:41"), "TWO": at("10:01")}
