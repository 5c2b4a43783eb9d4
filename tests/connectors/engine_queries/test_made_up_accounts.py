"""The made-up market moves, is the same for the same seed, and breaks an account at its price."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from propdesk.ports.live_accounts import EngineAway
from propdesk.ports.made_up_accounts import MadeUpAccounts


def told(accounts: MadeUpAccounts, name: str) -> Any:
    return accounts.account(name)


def test_the_same_seed_makes_the_same_market():
    one, other = MadeUpAccounts(5, seed=3), MadeUpAccounts(5, seed=3)
    start = one.board()
    one.move(1_000_000, ticks=20)
    other.move(1_000_000, ticks=20)
    assert one.board() == other.board() != start


def test_the_board_is_ordered_by_distance_to_breach():
    board = MadeUpAccounts(30).board()
    shares = [Decimal(row.nearest.room_percent) for row in board.rows if row.nearest]
    assert shares == sorted(shares)
    assert len(set(shares)) > 10


@pytest.mark.parametrize("name", ["A001", "A004", "A006"])
@pytest.mark.parametrize(("steps", "status"), [(0, "breached"), (1, "active")])
def test_an_account_ends_at_its_failing_price_and_not_a_step_before(name, steps, status):
    accounts = MadeUpAccounts(8)
    held = told(accounts, name).positions[0]
    step = Decimal(1).scaleb(int(Decimal(held.open_price).as_tuple().exponent))
    away = step * steps * (1 if held.side == "buy" else -1)
    accounts.quote(held.symbol, Decimal(held.failing_price) + away, 60_000_000)
    found = told(accounts, name)
    assert found.row.status == status
    ended = {each.account for each in accounts.board().latest}
    assert (name in ended) == (status == "breached")
    last = [row.account for row in accounts.board().rows][len(accounts.board().rows) - len(ended) :]
    assert set(last) == ended, "those whose phase is over come last"


def test_a_minute_keeps_its_extremes():
    accounts = MadeUpAccounts(2)
    held = told(accounts, "A001").positions[0]
    price = Decimal(held.price)
    for place, moved in enumerate(("0.00010", "-0.00010", "0")):
        accounts.quote(held.symbol, price + Decimal(moved), 61_000_000 + place)
    every: Any = accounts.curve("A001")
    since: Any = accounts.curve("A001", since=60_000_000)
    (minute,) = since.points
    assert minute.at == 60_000_000
    assert Decimal(minute.equity_low) < Decimal(told(accounts, "A001").row.equity)
    assert Decimal(minute.equity_high) > Decimal(told(accounts, "A001").row.equity)
    assert len(every.points) == 2


def test_while_it_is_away_it_says_why():
    accounts = MadeUpAccounts(1)
    accounts.away = "it is read anew"
    asking: list[Callable[[], object]] = [
        accounts.board,
        lambda: accounts.account("A001"),
        lambda: accounts.curve("A001"),
    ]
    for ask in asking:
        with pytest.raises(EngineAway, match="it is read anew"):
            ask()
