"""What the live pages are told: figures of this moment, whoever was asked last."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.events import AccountOpened, Deal, Event, Quote
from propdesk.domain.instants import MINUTE, SECOND, parse_instant
from propdesk.engine.book import Book
from propdesk.engine.live_answers import LiveAnswers
from propdesk.engine.minutes import Minutes
from propdesk.wire.live_state import CurvePoint
from propdesk.wire.log_records import Mark, Moment, SymbolDefined
from propdesk.wire.rulebook_file import load_rulebook
from tests.live.engine_drive import DIGITS, FEED, NUMBERS, Driven, batch_of

NOON = parse_instant("2026-03-02T12:00:00Z")
NAME = "EURUSD"
LEVERAGE = Decimal(100)


class Board:
    """One partition with two accounts, of which A trades."""

    def __init__(self, leverage: Decimal | None = LEVERAGE) -> None:
        self.driven = Driven(load_rulebook("ftmo-2-step"))
        self.tick = 0
        self.minutes = self.driven.desk.minutes
        self.answers = LiveAnswers(self.driven.desk, self.driven.partition.place, self.minutes)
        for name, number in NUMBERS.items():
            self.driven.take(SymbolDefined(number, FEED, name, DIGITS[name]))
        for name in "AB":
            self.driven.enrol(name, "challenge", 100_000)
            self.happens(AccountOpened(name, NOON, "USD", Decimal(100_000), leverage), account=name)

    def happens(self, event: Event, account: str = "A") -> None:
        self.driven.take(Moment(account, (event,)))

    def quote(self, second: int, bid: str, ask: str, name: str = NAME) -> None:
        self.batch(second, [(bid, ask)], name=name)

    def batch(
        self, second: int, quotes: Sequence[tuple[str, str]], *, marked: int = 0, name: str = NAME
    ) -> None:
        """Quotes of one moment; of the last of them, ``marked`` say how many are not judged yet."""
        at = NOON + second * SECOND
        every = [Quote(at, name, Decimal(bid), Decimal(ask)) for bid, ask in quotes]
        self.driven.take(batch_of(every, self.tick + 1))
        self.tick += len(quotes)
        self.driven.take(Mark(self.tick - marked))

    def mark(self) -> None:
        self.driven.take(Mark(self.tick))

    def buys(self, second: int, lots: str, price: str) -> None:
        self.deals(second, "1", "buy", "in", lots, price, NAME)

    def deals(
        self, second: int, position: str, side: Any, entry: Any, lots: str, price: str, name: str,
        *, account: str = "A", profit: str = "0",
    ) -> None:  # fmt: skip
        at, number = NOON + second * SECOND, f"{position}/{second}"
        deal = Deal(account, at, number, position, name, side, entry, Decimal(lots),
                    Decimal(price), profit=Decimal(profit))  # fmt: skip
        self.happens(deal, account)

    def restart(self) -> None:
        self.driven.restart()
        self.minutes = self.driven.desk.minutes
        self.answers = LiveAnswers(
            self.driven.desk,
            self.driven.partition.place,
            self.driven.desk.minutes,
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


def test_before_the_first_minute_there_is_no_curve(board: Board) -> None:
    curve, found = board.answers.curve("A"), board.answers.account("A")
    assert curve is not None
    assert found is not None
    assert (curve.points, curve.since, found.minute) == ((), 0, None)


def test_an_answer_looks_at_the_nearest_accounts_only(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B has all its room; it is not looked at, and found by its name."""
    monkeypatch.setattr("propdesk.engine.live_answers.LOOKED_AT_MAX", 1)
    assert [row.account for row in board.answers.board().rows] == ["A"]
    assert [row.account for row in board.answers.board(search="b").rows] == ["B"]
    assert board.answers.board().accounts == 2


# -- margin and exposure -------------------------------------------------------------------------
def point(board: Board, minute: int, account: str = "A") -> CurvePoint:
    """A minute of an account's curve."""
    curve = board.answers.curve(account)
    assert curve is not None
    return next(each for each in curve.points if each.at == NOON + minute * MINUTE)


def begun_with(*symbols: tuple[str, str, str]) -> Board:
    board = Board()
    board.minutes.pass_to(NOON)
    for number, (name, bid, ask) in enumerate(symbols):
        board.quote(number, bid, ask, name)
    return board


def test_margin_without_a_price_in_it_is_exact_within_the_minute() -> None:
    """USDJPY for an account in USD: 100,000 / 100 a lot, whatever the price."""
    board = begun_with(("USDJPY", "150.000", "150.010"))
    board.deals(1, "1", "buy", "in", "3", "150.010", "USDJPY")
    board.deals(2, "2", "buy", "in", "5", "150.010", "USDJPY")
    board.deals(3, "1", "sell", "out", "3", "150.000", "USDJPY")
    board.quote(4, "149.000", "149.010", "USDJPY")
    first = point(board, 0)
    assert (first.margin_low, first.margin_high) == ("0.00", "8000.00")
    board.minutes.pass_to(NOON + MINUTE)
    second = point(board, 1)
    assert (second.margin_low, second.margin_high) == ("5000.00", "5000.00")
    board.minutes.pass_to(NOON + 2 * MINUTE)
    board.deals(121, "2", "sell", "out", "5", "149.000", "USDJPY")
    assert point(board, 0) == first, "what is over does not change"
    assert (point(board, 2).margin_low, point(board, 2).margin_high) == ("0.00", "5000.00")


def test_exposure_and_margin_lie_within_what_the_minutes_prices_allow() -> None:
    """EURUSD for an account in USD: margin at the ask of a buy, value at the bid."""
    board = begun_with((NAME, "1.10000", "1.10010"))
    board.buys(1, "2", "1.10010")
    board.quote(30, "1.09500", "1.09520")
    board.quote(31, "1.10200", "1.10220")
    board.quote(40, "1.10100", "1.10110")
    first = point(board, 0)
    assert (first.margin_low, first.margin_high) == ("0.00", "2204.40")
    assert (first.exposure_low, first.exposure_high) == ("0.00", "220400.00")
    board.minutes.pass_to(NOON + MINUTE)
    quiet = point(board, 1)
    assert (quiet.margin_low, quiet.margin_high) == ("2202.20", "2202.20")
    assert (quiet.exposure_low, quiet.exposure_high) == ("220200.00", "220200.00")
    board.quote(70, "1.10500", "1.10510")
    moved = point(board, 1)
    assert (moved.margin_low, moved.margin_high) == ("2202.20", "2210.20"), "from where it began"
    assert (moved.exposure_low, moved.exposure_high) == ("220200.00", "221000.00")
    found = board.answers.account("A")
    assert found is not None
    assert found.minute == moved
    assert (found.margin_used, found.exposure) == ("2210.20", "221000.00")


def test_a_short_is_worth_what_it_closes_at_in_account_money() -> None:
    """EURGBP in USD by GBPUSD: the ask of the pair, the bid of the rate of a sell; each at its
    worst in the minute, though they were not at one time."""
    board = begun_with(("EURGBP", "0.86000", "0.86010"), ("GBPUSD", "1.25000", "1.25020"),
                       (NAME, "1.07500", "1.07520"))  # fmt: skip
    board.deals(5, "1", "sell", "in", "1", "0.86000", "EURGBP")
    board.minutes.pass_to(NOON + MINUTE)
    board.quote(61, "0.86990", "0.87000", "EURGBP")
    board.quote(62, "0.85990", "0.86000", "EURGBP")
    board.quote(63, "1.26000", "1.26020", "GBPUSD")
    found = point(board, 1)
    assert (found.exposure_low, found.exposure_high) == ("107500.00", "109620.00")
    assert (found.margin_low, found.margin_high) == ("1075.00", "1075.00")  # EUR at EURUSD's bid


def test_of_a_batch_that_is_judged_in_two_minutes_each_tick_is_in_its_own() -> None:
    board = begun_with((NAME, "1.10000", "1.10010"))
    board.buys(1, "2", "1.10010")
    quotes = [("1.09000", "1.09010"), ("1.10000", "1.10010"), ("1.12000", "1.12010")]
    board.batch(50, quotes, marked=1)
    board.minutes.pass_to(NOON + MINUTE)
    board.mark()
    assert (point(board, 0).exposure_low, point(board, 0).exposure_high) == ("0.00", "220000.00")
    assert (point(board, 1).exposure_low, point(board, 1).exposure_high) == (
        "220000.00", "224000.00",
    )  # fmt: skip


def test_what_is_not_known_is_not_told() -> None:
    untold = Board(leverage=None)
    untold.minutes.pass_to(NOON)
    untold.quote(1, "1.10000", "1.10010")
    untold.buys(2, "2", "1.10010")
    found = point(untold, 0)
    assert (found.margin_low, found.margin_high) == (None, None)
    assert found.exposure_high == "220000.00"
    account = untold.answers.account("A")
    assert account is not None
    assert (account.margin_used, account.positions[0].margin) == (None, None)
    assert account.positions[0].peak_margin is None
    rough = begun_with(("EURGBP", "0.86000", "0.86010"))  # nothing says what a pound is worth
    rough.deals(5, "1", "sell", "in", "1", "0.86000", "EURGBP")
    shown = rough.answers.account("A")
    assert shown is not None
    assert (shown.exposure, shown.margin_used) == (None, None)


def test_holdings_older_than_what_is_kept_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("propdesk.engine.exposures.CHANGES_MAX", 2)
    board = begun_with((NAME, "1.10000", "1.10010"))
    for number in range(4):
        board.minutes.pass_to(NOON + number * MINUTE)
        at = number * 60 + 1
        board.deals(at, f"{number}", "buy", "in", "1", "1.10010", NAME)
    lots = [each.exposure_high for each in (point(board, n) for n in range(4))]
    assert lots == [None, None, "330000.00", "440000.00"]


def test_only_the_newest_minutes_have_their_margin_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("propdesk.engine.live_answers.MINUTES_TOLD", 2)
    board = begun_with((NAME, "1.10000", "1.10010"))
    board.buys(1, "2", "1.10010")
    for number in range(1, 4):
        board.minutes.pass_to(NOON + number * MINUTE)
    curve = board.answers.curve("A")
    assert curve is not None
    assert [each.margin_high is None for each in curve.points] == [True, True, False, False]


def test_a_trade_bears_the_most_margin_its_position_used_after_a_fill() -> None:
    board = begun_with((NAME, "1.10000", "1.10010"))
    board.buys(1, "2", "1.10010")
    board.quote(2, "1.10990", "1.11000")
    board.deals(3, "1", "buy", "in", "1", "1.11000", NAME)  # the same position, larger
    board.quote(4, "1.19990", "1.20000")  # rates between fills are not followed
    board.deals(5, "1", "sell", "out", "1", "1.19990", NAME, profit="9990")
    found = board.answers.account("A")
    assert found is not None
    (position,) = found.positions
    assert (position.margin, position.peak_margin) == ("2400.00", "3330.00")
    board.restart()
    board.deals(6, "1", "sell", "out", "2", "1.19990", NAME, profit="19980")
    board.deals(7, "1", "buy", "in", "1", "1.20000", NAME)  # the name again, another position
    found = board.answers.account("A")
    assert found is not None
    assert [(each.lots, each.peak_margin) for each in found.trades] == [
        ("2", "3330.00"), ("1", "3330.00"),
    ]  # fmt: skip
    assert found.positions[0].peak_margin == "1200.00"


# -- after a start -------------------------------------------------------------------------------
def equities(board: Board) -> list[tuple[int, str | None, str | None]]:
    curve = board.answers.curve("A")
    assert curve is not None
    return [(each.at, each.equity_low, each.equity_high) for each in curve.points]


def test_a_start_shows_the_curve_of_before_and_goes_on_with_it() -> None:
    board = begun_with((NAME, "1.10000", "1.10010"))
    board.buys(1, "2", "1.10010")
    for number in range(1, 4):
        board.minutes.pass_to(NOON + number * MINUTE)
        board.quote(60 * number + 5, f"1.09{number}00", f"1.09{number}10")
    before, curve = equities(board), board.answers.curve("A")
    assert len(before) == 4
    board.restart()
    again = board.answers.curve("A")
    assert equities(board) == before
    assert again is not None
    assert curve is not None
    assert again.since == curve.since == NOON
    assert [each.margin_high for each in again.points[:-1]] == [None] * 3, "prices are not kept"
    board.minutes.pass_to(NOON + 4 * MINUTE)
    assert equities(board)[:4] == before
    board.minutes.pass_to(NOON + 5 * MINUTE)
    assert point(board, 4).margin_high == "2186.20"  # 200,000 at 1.09310, by a hundred


def test_a_snapshot_holds_the_newest_changes_only() -> None:
    """Of what was held before, not of the prices: unknown is what an older change was in."""
    board = begun_with((NAME, "1.10000", "1.10010"))
    for number in range(6):
        board.minutes.pass_to(NOON + number * MINUTE)
        board.deals(60 * number + 1, f"{number}", "buy", "in", "1", "1.10010", NAME)
    slot = board.driven.desk.seats["A"].slot
    before = list(board.minutes.of(slot, 0))
    part = board.minutes.to_part(bytes_max=500)
    again = minutes_of(board, part)
    found = list(again.of(slot, 0))
    assert again.since == board.minutes.since == NOON
    lost = [each.at for each in found if each.low is None]
    assert lost == [NOON + number * MINUTE for number in range(3)]
    assert found[3:] == before[3:]
    with pytest.raises(ValueError, match="truncated"):
        minutes_of(board, part[:-3])


def minutes_of(board: Board, part: bytes) -> Minutes:
    book = Book.from_parts(board.driven.desk.book.to_parts())
    again = Minutes(book)
    again.recall(part)
    return again
