"""The engine's answers beside live state: the whole result, floors to come, an order's check."""

from decimal import Decimal

import msgspec
import pytest

from propdesk.domain.events import AccountOpened, NewsScheduled
from propdesk.domain.instants import HOUR, MINUTE, SECOND
from propdesk.wire.account_figures import AccountFigures, OrderAsked
from tests.live.test_the_engine_answers_what_is_true_now import NOON, Board

ORDER = OrderAsked(
    symbol="EURUSD", side="buy", lots="1.00", kind="market", stop="1.08010", commission_per_lot="3"
)


@pytest.fixture
def board() -> Board:
    begun = Board()
    begun.quote(1, "1.10000", "1.10010")
    begun.buys(2, "2", "1.10010")
    begun.quote(60, "1.09010", "1.09020")
    return begun


def figures(board: Board, account: str = "A") -> AccountFigures:
    found = board.answers.figures(account)
    assert found is not None
    return msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=AccountFigures)


def test_the_result_is_the_accounts_own(board: Board) -> None:
    told = figures(board)
    result = told.result
    assert (result["account"], result["equity"], result["balance"]) == (
        "A",
        "98000.00",
        "100000.00",
    )
    assert {each["rule"] for each in result["limits"]} == {"daily_loss", "overall_loss"}
    assert [each["position"] for each in result["positions"]] == ["1"]
    assert result["rulebook"]["name"] == "ftmo-2-step"
    assert "series" not in result
    assert told.prices["EURUSD"] == ("1.09010", "1.09020")


def test_the_floors_after_the_reset_are_those_of_what_it_is_worth_then(board: Board) -> None:
    """The firm takes the balance at midnight in Prague: the open loss is not in tomorrow's base."""
    told = figures(board)
    assert told.resets_at == NOON + 11 * HOUR
    daily = next(each for each in told.coming if each.rule == "daily_loss")
    assert (daily.floor, daily.room) == ("95000.00", "3000.00")
    board.deals(61, "1", "sell", "out", "2", "1.09010", "EURUSD", profit="-2000")
    daily = next(each for each in figures(board).coming if each.rule == "daily_loss")
    assert (daily.floor, daily.room) == ("93000.00", "5000.00")


def test_trying_changes_nothing_that_is_judged(board: Board) -> None:
    before = board.answers.account("A")
    figures(board)
    for _ in range(2):
        check = board.answers.check_order("A", ORDER)
        assert check is not None
        assert check.outlook == "breaks"
    assert board.answers.account("A") == before
    assert board.driven.desk.instruments.prices["EURUSD"][0] == Decimal("1.09010")
    assert not board.driven.alarms


def test_a_check_counts_what_is_open_in_the_same_symbol(board: Board) -> None:
    check = board.answers.check_order("A", ORDER)
    assert check is not None
    # Two lots fall a hundred steps with the new one, which also pays its spread and 6.00.
    assert (check.fill, check.loss) == ("1.09020", "3016.00")
    daily = next(each for each in check.limits if each.rule == "daily_loss")
    assert (daily.room, daily.worst, daily.over) == ("3000.00", "-16.00", "16.00")


def test_what_cannot_be_checked_says_why(board: Board) -> None:
    check = board.answers.check_order("A", msgspec.structs.replace(ORDER, lots="many"))
    assert check is not None
    assert (check.outlook, "lots" in check.why) == ("unknown", True)
    assert board.answers.check_order("nobody", ORDER) is None
    assert board.answers.figures("nobody") is None


def test_news_ahead_names_the_positions_it_concerns(board: Board) -> None:
    """Only the funded phase of this programme has a rule about news."""
    board.driven.enrol("C", "funded", 100_000)
    opened = AccountOpened("C", NOON, "USD", Decimal(100_000), Decimal(100))
    board.happens(opened, account="C")
    board.deals(61, "9", "buy", "in", "1", "1.09020", "EURUSD", account="C")
    at = NOON + 62 * SECOND
    board.driven.take(NewsScheduled(at, "n1", at + HOUR, "Payrolls", ("USD",)))
    board.driven.take(NewsScheduled(at, "n2", at + 2 * HOUR, "Tankan", ("JPY",)))
    first, second = figures(board, "C").news
    assert (first.title, first.symbols, second.symbols) == ("Payrolls", ("EURUSD",), ())
    assert (first.begins, first.ends) == (at + HOUR - 2 * MINUTE, at + HOUR + 2 * MINUTE)
    assert figures(board, "A").news == ()
