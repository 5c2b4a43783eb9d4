"""What the live pages are told: figures of this moment, whoever was asked last."""

from decimal import Decimal

import pytest

from propdesk.domain.events import AccountOpened, Deal, Event, Quote
from propdesk.domain.instants import MINUTE, SECOND, parse_instant
from propdesk.engine.live_answers import LiveAnswers
from propdesk.engine.minutes import Minutes
from propdesk.wire.log_records import Mark, Moment, SymbolDefined
from propdesk.wire.rulebook_file import load_rulebook
from tests.live.engine_drive import DIGITS, FEED, NUMBERS, Driven, batch_of

NOON = parse_instant("2026-03-02T12:00:00Z")
NAME = "EURUSD"


class Board:
    """One partition with two accounts, of which A trades."""

    def __init__(self) -> None:
        self.driven = Driven(load_rulebook("ftmo-2-step"))
        self.tick = 0
        self.minutes = Minutes(self.driven.desk.book)
        self.answers = LiveAnswers(self.driven.desk, self.driven.partition.place, self.minutes)
        for name, number in NUMBERS.items():
            self.driven.take(SymbolDefined(number, FEED, name, DIGITS[name]))
        for name in "AB":
            self.driven.enrol(name, "challenge", 100_000)
            self.happens(
                AccountOpened(name, NOON, "USD", Decimal(100_000), Decimal(100)), account=name
            )

    def happens(self, event: Event, account: str = "A") -> None:
        self.driven.take(Moment(account, (event,)))

    def quote(self, second: int, bid: str, ask: str) -> None:
        self.tick += 1
        at = NOON + second * SECOND
        self.driven.take(batch_of([Quote(at, NAME, Decimal(bid), Decimal(ask))], self.tick))
        self.driven.take(Mark(self.tick))

    def buys(self, second: int, lots: str, price: str) -> None:
        at = NOON + second * SECOND
        self.happens(Deal("A", at, "1", "1", NAME, "buy", "in", Decimal(lots), Decimal(price)))

    def restart(self) -> None:
        self.driven.restart()
        self.answers = LiveAnswers(
            self.driven.desk, self.driven.partition.place, Minutes(self.driven.desk.book)
        )


@pytest.fixture
def board() -> Board:
    begun = Board()
    begun.quote(1, "1.10000", "1.10010")
    begun.buys(2, "2", "1.10010")
    begun.quote(60, "1.09010", "1.09020")  # 2,000 lost: nothing is said, nobody is asked
    return begun


def test_a_row_is_of_the_last_tick_though_the_account_was_not_asked(board: Board) -> None:
    assert board.driven.desk.seats["A"].touches == 0
    row, other = board.answers.board().rows
    assert (row.account, row.equity, row.balance) == ("A", "98000.00", "100000.00")
    assert row.nearest is not None
    assert (row.nearest.rule, row.nearest.room) == ("daily_loss", "3000.00")
    assert (row.nearest.floor, row.nearest.room_percent) == ("95000.00", "60.00")
    assert row.at == NOON + 60 * SECOND
    assert (other.account, other.at) == ("B", NOON)


def test_looking_changes_nothing_that_is_judged(board: Board) -> None:
    for _ in range(3):
        board.answers.board()
        board.answers.account("A")
    assert not board.driven.alarms
    board.quote(61, "1.07509", "1.07519")
    said = [type(each).__name__ for each in board.driven.said]
    assert said.count("VerdictSaid") == 1
    assert board.answers.board().rows[-1].status == "breached"


def test_a_restart_shows_the_same_board(board: Board) -> None:
    before = board.answers.board()
    board.restart()
    assert board.answers.board() == before


@pytest.mark.parametrize(
    ("search", "found"),
    [("a", "AB"), ("ftmo-2", "AB"), ("FTMO-style", "AB"), ("challenge", "AB"), ("topstep", "")],
)
def test_accounts_are_searched_by_name_and_programme(board: Board, search: str, found: str) -> None:
    assert "".join(row.account for row in board.answers.board(search=search).rows) == found


def test_a_programme_has_its_title(board: Board) -> None:
    assert {row.programme for row in board.answers.board().rows} == {"FTMO-style 2-step"}


def test_margin_is_what_the_leverage_asks_for(board: Board) -> None:
    found, idle = board.answers.account("A"), board.answers.account("B")
    assert found is not None
    assert idle is not None
    # 200,000 EUR / 100 at the ask of a buy: 2,000 EUR are 2,180.40 USD.
    assert (found.margin_used, found.margin_free) == ("2180.40", "95819.60")
    assert found.margin_level == "4494.59"
    assert (idle.margin_used, idle.margin_free, idle.margin_level) == ("0.00", "100000.00", None)


def test_the_running_minute_is_the_last_of_the_curve(board: Board) -> None:
    board.minutes.pass_to(NOON + MINUTE)
    board.quote(61, "1.09110", "1.09120")
    board.quote(62, "1.08910", "1.08920")
    curve = board.answers.curve("A")
    assert curve is not None
    last = curve.points[-1]
    assert (last.at, last.equity_low, last.equity_high) == (NOON + MINUTE, "97800.00", "98200.00")
    assert (last.daily_floor, last.overall_floor) == ("95000.00", "90000.00")
    board.minutes.pass_to(NOON + 2 * MINUTE)
    later = board.answers.curve("A")
    assert later is not None
    assert later.points[0] == last


def test_an_answer_looks_at_the_nearest_accounts_only(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B has all its room; it is not looked at, and found by its name."""
    monkeypatch.setattr("propdesk.engine.live_answers.LOOKED_AT_MAX", 1)
    assert [row.account for row in board.answers.board().rows] == ["A"]
    assert [row.account for row in board.answers.board(search="b").rows] == ["B"]
    assert board.answers.board().accounts == 2
