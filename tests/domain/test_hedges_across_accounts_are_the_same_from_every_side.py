"""Whoever is judged, the same hedges are found at the same moments; drawn around the overlaps."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from propdesk.domain.events import GroupFormed
from propdesk.domain.peers import Stretch
from propdesk.domain.rules.hedging import Hedging, cross_account_hedges
from propdesk.domain.terms import Effect
from tests.domain.rules.histories import CATALOGUE, at, buy, close, judge, quote, start

ACCOUNTS = ("A", "B", "C")
RULE = Hedging(cross_account="banned", effects=(Effect(kind="warn"),))


@dataclass(frozen=True)
class Leg:
    """A position from one minute to another; a minute belongs to one event only."""

    account: str
    symbol: str
    side: str
    position: str
    opened: int
    closed: int


@st.composite
def legs(draw: st.DrawFn) -> list[Leg]:
    count = draw(st.integers(2, 7))
    minutes = draw(st.permutations(range(2 * count)))
    found = []
    for number in range(count):
        first, last = sorted(minutes[2 * number : 2 * number + 2])
        account = draw(st.sampled_from(ACCOUNTS))
        symbol = draw(st.sampled_from(("ONE", "BIG", "SMALL")))
        side = draw(st.sampled_from(("buy", "sell")))
        found.append(Leg(account, symbol, side, f"p{number}", first, last))
    return found


def clock(minute: int) -> str:
    return f"09:{minute:02}"


def log_of(drawn: list[Leg]) -> list[Any]:
    """The accounts' deals in the order of their minutes."""
    events: list[Any] = []
    for leg in drawn:
        opening = buy(clock(leg.opened), leg.position, symbol=leg.symbol, side=leg.side)
        opening = replace(opening, account=leg.account)
        shut = replace(close(clock(leg.closed), opening, "10000"), account=leg.account)
        events += [opening, shut]
    return sorted(events, key=lambda event: event.at)


Hedge = tuple[frozenset[str], int]


@settings(max_examples=150, deadline=None)
@given(drawn=legs(), told=st.integers(-1, 13))
def test_every_side_finds_the_hedges_that_the_intervals_have(drawn: list[Leg], told: int) -> None:
    group = GroupFormed(at("08:00") if told < 0 else at(f"{clock(told)}:30"), "g", ACCOUNTS)
    opened = [replace(start(), account=account) for account in ACCOUNTS]
    quotes = [quote("00:00", "10000", symbol) for symbol in ("ONE", "BIG", "SMALL")]
    log = sorted([*opened, *quotes, *log_of(drawn), group], key=lambda event: event.at)
    stretches = [
        Stretch(each.account, each.symbol, each.side, at(clock(each.opened)),  # type: ignore[arg-type]
                at(clock(each.closed)), each.position)
        for each in drawn
    ]  # fmt: skip
    pairs = cross_account_hedges(stretches, dict.fromkeys(ACCOUNTS, ""), RULE, CATALOGUE)
    for account in ACCOUNTS:
        expected: set[Hedge] = {
            (frozenset({one.position, other.position}), max(other.opened_at, group.at))
            for one, other in pairs
            if account in {one.account, other.account}
        }
        found = [
            (frozenset(verdict.evidence["positions"].split(", ")), verdict.at)
            for verdict in judge(RULE, log, account=account).verdicts
        ]
        assert len(found) == len(set(found))
        assert set(found) == expected
