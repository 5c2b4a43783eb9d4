"""Exposure from the engine: the parts together are what a walk over every account adds up to."""

from collections import defaultdict
from decimal import Decimal

import pytest

from propdesk.engine import exposure_told
from propdesk.web.exposure import Whole, whole_exposure
from tests.live.test_the_engine_answers_what_is_true_now import Board


@pytest.fixture
def board() -> Board:
    """A is long 2 and short 0.5 EURUSD, B short 3 of it and long 1 USDJPY."""
    begun = Board()
    begun.quote(1, "1.10000", "1.10020")
    begun.quote(1, "150.000", "150.020", name="USDJPY")
    begun.deals(2, "1", "buy", "in", "2", "1.10020", "EURUSD")
    begun.deals(3, "2", "sell", "in", "0.5", "1.10000", "EURUSD")
    begun.deals(4, "3", "sell", "in", "3", "1.10000", "EURUSD", account="B")
    begun.deals(5, "4", "buy", "in", "1", "150.020", "USDJPY", account="B")
    return begun


def walked(board: Board) -> dict[str, tuple[Decimal, Decimal]]:
    """Long and short lots of every symbol, position by position."""
    found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for seat in board.driven.desk.seats.values():
        account = seat.evaluator.account
        assert account is not None
        for position in account.situation.positions.values():
            found[position.symbol][position.side == "sell"] += position.lots
    return {symbol: (long, short) for symbol, (long, short) in found.items()}


def added(whole: Whole) -> dict[str, tuple[Decimal, Decimal]]:
    return {each.symbol: (each.long, each.short) for each in whole.symbols}


def test_sums_worths_and_the_largest(board: Board) -> None:
    whole = whole_exposure(board.answers)
    assert added(whole) == walked(board)
    euro, yen = whole.symbols
    assert (euro.net, euro.gross, euro.accounts) == (Decimal("-1.5"), Decimal("5.5"), 2)
    assert (euro.largest, euro.largest_lots) == ("B", Decimal(-3))
    assert euro.net_worth == Decimal("-1.5") * 100_000 * Decimal("1.1001")
    # 100,000 dollars, by way of yen and back.
    assert yen.net_worth is not None
    assert abs(yen.net_worth - 100_000) < 1
    assert whole.net_worth == euro.net_worth + yen.net_worth


def test_a_currency_is_what_its_pairs_would_bring_and_take(board: Board) -> None:
    of = {each.currency: each for each in whole_exposure(board.answers).currencies}
    assert of["EUR"].net == -150_000
    assert of["JPY"].net == -Decimal(15001000)
    assert of["USD"].net == 150_000 * Decimal("1.1001") + 100_000
    total = sum((each.net_worth or Decimal(0) for each in of.values()), Decimal(0))
    assert abs(total) < 1, "what is bought is paid for"


def test_parts_add_up_whatever_their_size(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = whole_exposure(board.answers)
    monkeypatch.setattr(exposure_told, "SEATS_OF_A_PART", 1)
    first = board.answers.exposure()
    assert (first.next, first.accounts, len(first.rows)) == (1, 2, 1)
    assert whole_exposure(board.answers) == whole


def test_what_has_no_price_or_no_rate_is_in_no_sum() -> None:
    begun = Board()
    begun.quote(1, "1.10000", "1.10020")
    begun.deals(2, "1", "buy", "in", "1", "1.10020", "EURUSD")
    begun.deals(3, "2", "buy", "in", "1", "150.000", "USDJPY")
    whole = whole_exposure(begun.answers)
    assert whole.not_valued == 1
    assert whole.gross_worth == 100_000 * Decimal("1.1001")
    dollar = next(each for each in whole.currencies if each.currency == "JPY")
    assert not dollar.is_whole


def test_a_closed_position_is_held_no_more(board: Board) -> None:
    board.deals(9, "1", "sell", "out", "2", "1.10000", "EURUSD")
    assert added(whole_exposure(board.answers))["EURUSD"] == (Decimal(0), Decimal("3.5"))
