"""Warnings at 50, 70 and 90 per cent, from what the engine says of an account."""

import threading
from datetime import timedelta

import pytest

from propdesk.boot.room_watch import LOOK_S, SHARE, Boards, RoomWatch
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.save_draft import save_draft
from propdesk.crm.catalog.versions import draft_of, loaded
from propdesk.crm.notices.models import InboxMessage
from propdesk.crm.outbox.models import OutboxRow
from propdesk.domain.instants import micros_of
from propdesk.ports.live_accounts import EngineAway
from propdesk.wire.live_state import Board, BoardRow, NearestLimit
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.firm_cast import STAFF, programme
from tests.crm.notices.post_office import PostOffice, account_of
from tests.crm.people.cast import registered

pytestmark = pytest.mark.django_db


class Engine(Boards):
    """Says of each account how much of a limit is left."""

    def __init__(self) -> None:
        self.rows: list[BoardRow] = []
        self.is_away = False

    def says(
        self, account: str, left_percent: str, *, rule: str = "daily_loss", day: int = 0,
        status: str = "active",
    ) -> None:  # fmt: skip
        limit = NearestLimit(rule=rule, floor="95000.00", room="1500.00", room_percent=left_percent)
        self.rows = [each for each in self.rows if each.account != account]
        self.rows.append(
            BoardRow(
                account=account, programme="ftmo-2-step", phase="challenge", size="100000.00",
                currency="USD", status=status, balance="100000.00", equity="96500.00",
                nearest=limit, open_positions=1, at=micros_of(NOW + timedelta(days=day)),
            )
        )  # fmt: skip
        self.rows.sort(key=lambda row: float(row.nearest.room_percent) if row.nearest else 1e9)

    def board(self, *, limit: int = 50, after: str | None = None) -> Board:
        if self.is_away:
            raise EngineAway("no socket")
        begin = int(after or 0)
        rows = tuple(self.rows[begin : begin + limit])
        more = str(begin + limit) if begin + limit < len(self.rows) else None
        return Board(rows=rows, accounts=len(self.rows), next=more, at=0, tick=0)


@pytest.fixture
def engine() -> Engine:
    return Engine()


class Clock:
    """Seconds that pass where the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Ends(threading.Event):
    """Set after some rests, which it remembers."""

    def __init__(self, rests: int) -> None:
        super().__init__()
        self._left = rests
        self.rested: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rested.append(timeout)
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize(
    ("answered_in_s", "is_away", "rests_s"),
    [(0.01, False, LOOK_S), (0.4, False, SHARE * 0.4), (0.4, True, LOOK_S)],
)
def test_an_engine_that_answers_slowly_is_asked_rarely(
    answered_in_s: float, is_away: bool, rests_s: float
) -> None:
    clock, over = Clock(), Ends(2)

    class Slow(Engine):
        def board(self, *, limit: int = 50, after: str | None = None) -> Board:
            clock.now += answered_in_s
            return super().board(limit=limit, after=after)

    slow = Slow()
    slow.is_away = is_away
    RoomWatch(slow, lambda: NOW).run(over, timer_s=clock)
    assert over.rested == pytest.approx([LOOK_S, rests_s, rests_s])


def told() -> list[str]:
    """The levels of the warnings that were told, oldest first."""
    office = PostOffice()
    office.later(days=9, seconds=InboxMessage.objects.count())
    office.deliver()
    subjects = InboxMessage.objects.order_by("id").values_list("subject", flat=True)
    return [each.split(" ")[0] for each in subjects]


@pytest.mark.parametrize(
    ("left", "level"),
    [
        ("50.01", []), ("50.00", ["50"]), ("30.01", ["50"]), ("30.00", ["70"]),
        ("10.01", ["70"]), ("10.00", ["90"]), ("0.00", ["90"]),
    ],
)  # fmt: skip
def test_a_level_is_told_when_it_is_reached(engine: Engine, left: str, level: list[str]) -> None:
    account_of(registered())
    engine.says("1001", left)
    RoomWatch(engine, lambda: NOW).look()
    assert told() == level


def test_each_level_is_told_once_a_day_whoever_watches(engine: Engine) -> None:
    account_of(registered())
    watch = RoomWatch(engine, lambda: NOW)
    for left in ("45", "55", "40", "25", "45"):
        engine.says("1001", left)
        watch.look()
        RoomWatch(engine, lambda: NOW).look()  # one that was just begun
    assert told() == ["50", "70"]
    engine.says("1001", "45", day=1)
    watch.look()
    assert told() == ["50", "70", "50"]
    engine.says("1001", "45", day=1, rule="max_loss")
    watch.look()
    assert told() == ["50", "70", "50", "50"]


def test_what_jumps_to_ninety_is_told_once_and_no_lower_level_after_it(engine: Engine) -> None:
    account_of(registered())
    for left in ("5", "45", "25"):
        engine.says("1001", left)
        RoomWatch(engine, lambda: NOW).look()
    assert told() == ["90"]


def test_a_warning_has_the_engines_figures(engine: Engine) -> None:
    account_of(registered())
    engine.says("1001", "30")
    RoomWatch(engine, lambda: NOW).look()
    told()
    text = InboxMessage.objects.get().text
    for figure in ("lose 1500.00 USD", "Equity: 96500.00 USD", "fail at: 95000.00 USD"):
        assert figure in text


def test_only_the_firms_running_accounts_are_warned(engine: Engine) -> None:
    account_of(registered("one"), "1001")
    ended = account_of(registered("two"), "1002")
    ended.status, ended.status_at, ended.ended_at = "breached", NOW, NOW
    ended.blocked_by = "breached"
    ended.save()
    account_of(registered("three"), "1003")
    engine.says("replayed", "1")
    engine.says("1002", "2")
    engine.says("1003", "3", status="paused")
    engine.says("1001", "4")
    assert RoomWatch(engine, lambda: NOW).look() == 1
    assert OutboxRow.objects.get().account == "1001"


def test_every_page_of_the_board_is_looked_at_until_nobody_is_near(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("propdesk.boot.room_watch.ROWS", 2)
    trader = registered()
    for number in range(5):
        account_of(trader, f"100{number}")
        engine.says(f"100{number}", str(40 + number))
    engine.says("far", "80")
    assert RoomWatch(engine, lambda: NOW).look() == 5


def test_a_rule_that_warns_by_itself_is_not_added_to(engine: Engine) -> None:
    made = programme()
    shipped = draft_of(made)
    assert shipped is not None
    rule = "rule: daily_loss\n"
    warning = shipped.rulebook.replace(rule, f"{rule}        warn_at: [50, 70]\n", 1)
    draft = save_draft(made, warning, by=STAFF, at=NOW)
    publish_version(made, sha256=draft.sha256, by=STAFF, at=NOW)
    first = loaded(draft).rulebook.phases[0]
    account = account_of(registered())
    TradingAccount.objects.filter(pk=account.pk).update(sha256=draft.sha256, phase=first.name)
    engine.says("1001", "20")
    assert RoomWatch(engine, lambda: NOW).look() == 0
    engine.says("1001", "20", rule="overall_loss")
    assert RoomWatch(engine, lambda: NOW).look() == 1


def test_without_an_engine_nobody_is_warned(engine: Engine) -> None:
    engine.is_away = True
    with pytest.raises(EngineAway):
        RoomWatch(engine, lambda: NOW).look()
