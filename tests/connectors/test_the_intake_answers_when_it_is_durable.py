"""The intake in memory, in the process and over its socket: one behaviour; and what fails."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from propdesk.connectors.feeds.deliveries import EventsCame, QuotesCame
from propdesk.connectors.feeds.group_commit import GroupCommit
from propdesk.connectors.intake.client import IntakeClient
from propdesk.connectors.intake.server import CONNECTIONS_MAX, IntakeServer
from propdesk.domain import events as domain
from propdesk.domain.events import AccountOpened, Deal, GapClosed, GapOpened, TimePassed
from propdesk.domain.instants import SECOND
from propdesk.ports.event_log import Entry, Fenced, LogUnavailable, Uncertain, Writer
from propdesk.ports.intake import Accepted, FeedQuote, Intake, IntakeAway
from propdesk.ports.intake_in_memory import MemoryIntake
from propdesk.wire.intake_frames import FRAME_BYTES_MAX, FrameError, QuotesSent, framed
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    BackFilled,
    Delivered,
    Mark,
    Moment,
    RulebookPublished,
)
from tests.connectors.sequenced import NOW, Desk, quote

ENROLLED = AccountEnrolled("A", "ftmo-2-step", "1", "00" * 32, "challenge", "100000", ("swing",))
PUBLISHED = RulebookPublished("00" * 32, '{"name":"é"}', NOW)
OPENED = AccountOpened("A", NOW, "USD", Decimal("100000.00"), tags=("x",))
DEAL = Deal("A", NOW, "D1", "P1", "EURUSD", "buy", "in", Decimal("1.00"), Decimal("1.08000"))
PAID = domain.PayoutMoved("A", NOW + 1, "paid", "Y1", Decimal("10.00"))
QUOTES = [quote(1, "1.08", "1.09"), quote(2, "1.081", "1.09")]


@dataclass
class Stubborn(Writer):
    """A writer that fails as it is told before it writes, and may be held."""

    writer: Writer
    failures: list[Exception] = field(default_factory=list)
    written_before: bool = False
    gate: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    appends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def epoch(self) -> int:
        return self.writer.epoch

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        self.reached.set()
        assert self.gate.wait(10)
        if self.failures:
            if self.written_before:
                self.writer.append(entries[: len(entries) // 2])
            raise self.failures.pop(0)
        self.appends.append(len(entries))
        return self.writer.append(entries)

    def close(self) -> None:
        self.writer.close()


@contextmanager
def committing(
    desk: Desk, clock: Callable[[], int] = lambda: NOW, waiting_max: int = 1000
) -> Iterator[tuple[GroupCommit, Stubborn]]:
    writer = Stubborn(desk.writer)
    commit = GroupCommit(desk.sequencer, writer, clock=clock, waiting_max=waiting_max)
    commit.start()
    try:
        yield commit, writer
    finally:
        writer.gate.set()
        commit.stop()


@contextmanager
def serving(
    commit: GroupCommit,
    path: Path,
    clock: Callable[[], int] = lambda: NOW,
    connections_max: int = CONNECTIONS_MAX,
) -> Iterator[None]:
    """The server in a thread of its own."""
    up, loop, ended = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with IntakeServer(path, commit, clock=clock, connections_max=connections_max):
            up.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert up.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        assert not thread.is_alive()
        loop.close()


@contextmanager
def linked(desk: Desk, path: Path) -> Iterator[IntakeClient]:
    """A client of a server of a sequencer."""
    with committing(desk) as (commit, _), serving(commit, path), IntakeClient(path) as client:
        yield client


@pytest.fixture(params=["memory", "process", "socket"])
def intake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Intake]:
    if request.param == "memory":
        yield MemoryIntake()
        return
    with committing(Desk()) as (commit, _):
        if request.param == "process":
            yield commit
            return
        with serving(commit, tmp_path / "s"), IntakeClient(tmp_path / "s") as client:
            yield client


# --- the port --------------------------------------------------------------------------------
def test_a_delivery_is_accepted_and_again_when_it_is_sent_again(intake: Intake) -> None:
    events: list[Delivered] = [PUBLISHED, ENROLLED, OPENED, DEAL, PAID, TimePassed(NOW)]
    for _ in range(2):
        assert intake.quotes("lp", QUOTES) == Accepted(quotes=2)
        assert intake.events(events, source="mt5", key="1") == Accepted(events=6)
        assert intake.feed_lost("lp") == Accepted()


def test_what_was_missing_is_accepted_and_again_when_it_is_sent_again(intake: Intake) -> None:
    intake.quotes("lp", [quote(1, "1.08", "1.09")])
    intake.feed_lost("lp")
    missing = [quote(2, "1.07", "1.08", at=NOW + 1), quote(3, "1.06", "1.07", at=NOW + 1)]
    for _ in range(2):
        assert intake.back_fill("lp", missing) == Accepted(quotes=2)
        assert intake.back_fill("lp", [], whole=[("EURUSD", NOW + 2)]) == Accepted()


def test_a_key_used_for_other_events_is_refused(intake: Intake) -> None:
    intake.events([OPENED], source="mt5", key="1")
    accepted = intake.events([DEAL], source="mt5", key="1")
    assert accepted.events == 0
    assert "was used for" in accepted.refused[0]
    assert intake.events([DEAL], source="mt5", key="2") == Accepted(events=1)


def test_the_memory_keeps_everything_once_and_can_be_away() -> None:
    memory = MemoryIntake()
    for _ in range(2):
        memory.quotes("lp", QUOTES)
        memory.events([OPENED], source="mt5", key="1")
    memory.feed_lost("lp")
    memory.back_fill("lp", QUOTES, whole=[("EURUSD", NOW)])
    assert memory.kept_back_fills == [("lp", tuple(QUOTES), (("EURUSD", NOW),))]
    assert memory.kept_quotes == [("lp", each) for each in QUOTES]
    assert memory.kept_events == [OPENED]
    assert memory.lost_feeds == ["lp"]
    memory.away = True
    with pytest.raises(IntakeAway):
        memory.quotes("lp", [])


# --- group commit ----------------------------------------------------------------------------
def test_what_arrives_while_an_append_is_in_flight_goes_into_the_next_one() -> None:
    desk = Desk()
    with committing(desk) as (commit, writer):
        writer.gate.clear()
        first = commit.submit(QuotesCame("lp", QUOTES[:1], NOW))
        assert writer.reached.wait(5)
        rest = [
            commit.submit(EventsCame("mt5", str(n), [replace(DEAL, id=str(n))], NOW))
            for n in range(20)
        ]
        assert not first.done()
        writer.gate.set()
        assert first.result(5) == Accepted(quotes=1)
        assert {each.result(5) for each in rest} == {Accepted(events=1)}
    assert writer.appends[1:] == [20]
    moments = [r for r in desk.events() if isinstance(r, Moment)]
    assert [moment.events[0] for moment in moments] == [replace(DEAL, id=str(n)) for n in range(20)]


def test_a_full_queue_makes_the_sender_wait_and_loses_nothing() -> None:
    desk = Desk()
    with committing(desk, waiting_max=10) as (commit, writer):
        writer.gate.clear()
        commit.submit(QuotesCame("lp", QUOTES[:1], NOW))
        assert writer.reached.wait(5)
        filling = commit.submit(
            QuotesCame("lp", [quote(n, "1.08", "1.09") for n in range(2, 9)], NOW)
        )
        one_more = QuotesCame("lp", [quote(9, "1.08", "1.09"), quote(10, "1.08", "1.09")], NOW)
        assert commit.try_submit(one_more) is None
        with ThreadPoolExecutor(1) as pool:
            waiting: Future[Future[Accepted]] = pool.submit(commit.submit, one_more)
            time.sleep(0.05)
            assert not waiting.done()
            writer.gate.set()
            assert waiting.result(5).result(5) == Accepted(quotes=2)
        assert filling.result(5) == Accepted(quotes=7)
    assert [row[0] for row in desk.ticks()] == list(range(1, 11))


def test_what_was_appended_takes_no_room() -> None:
    desk = Desk()
    with committing(desk, waiting_max=10) as (commit, writer):
        for _ in range(20):
            commit.feed_lost("lp")
        writer.gate.clear()
        writer.reached.clear()
        commit.submit(QuotesCame("lp", QUOTES[:1], NOW))
        assert writer.reached.wait(5)
        small = QuotesCame("other", QUOTES[:1], NOW)
        assert commit.try_submit(small) is not None
        assert commit.try_submit(small) is not None


def test_a_delivery_larger_than_the_queue_goes_in_alone() -> None:
    desk = Desk()
    many = [quote(n, "1.08", "1.09") for n in range(100)]
    with committing(desk, waiting_max=10) as (commit, _):
        assert commit.quotes("lp", many) == Accepted(quotes=100)


@pytest.mark.parametrize("failure", [Uncertain("?"), LogUnavailable("down")], ids=["?", "down"])
def test_a_log_that_fails_is_written_again_in_the_same_order(failure: Exception) -> None:
    desk = Desk()
    with committing(desk) as (commit, writer):
        writer.failures += [failure, failure]
        writer.written_before = isinstance(failure, Uncertain)
        assert commit.quotes("lp", QUOTES) == Accepted(quotes=2)
        assert commit.events([OPENED], source="mt5", key="1") == Accepted(events=1)
    assert desk.events() == [Mark(2), Moment("A", (OPENED,))]
    assert [row[0] for row in desk.ticks()] == [1, 2]


def test_a_sequencer_whose_streams_were_taken_over_writes_nothing_more() -> None:
    desk = Desk()
    with committing(desk) as (commit, _):
        commit.quotes("lp", QUOTES)
        before = desk.events()
        desk.restart(NOW)
        with pytest.raises(IntakeAway, match="Fenced"):
            commit.events([OPENED], source="mt5", key="1")
        with pytest.raises(IntakeAway):
            commit.events([OPENED], source="mt5", key="1")
        assert commit.join(5)
        assert isinstance(commit.failure, Fenced)
    assert desk.events() == before


def test_a_stop_while_the_log_is_down_answers_every_sender() -> None:
    desk = Desk()
    with committing(desk) as (commit, writer):
        writer.failures += [LogUnavailable("down")] * 1000
        answer = commit.submit(QuotesCame("lp", QUOTES, NOW))
        assert writer.reached.wait(5)
        commit.stop()
        with pytest.raises(IntakeAway, match="stopped while the log"):
            answer.result(5)
        with pytest.raises(IntakeAway):
            commit.quotes("lp", QUOTES)


def test_what_waits_at_a_stop_is_written_and_answered() -> None:
    desk = Desk()
    with committing(desk) as (commit, _):
        answers = [commit.submit(QuotesCame("lp", [each], NOW)) for each in QUOTES]
        commit.stop()
    assert [each.result(0) for each in answers] == [Accepted(quotes=1)] * 2


def test_a_fault_of_the_programme_stops_it_and_is_kept() -> None:
    desk = Desk()
    with committing(desk) as (commit, writer):
        writer.failures.append(ZeroDivisionError("a fault"))
        with pytest.raises(IntakeAway, match="ZeroDivisionError: a fault"):
            commit.quotes("lp", QUOTES)
        assert commit.join(5)
        assert isinstance(commit.failure, ZeroDivisionError)


def test_one_senders_used_key_does_not_stop_the_others() -> None:
    desk = Desk(partitions=4)
    with committing(desk) as (commit, writer):
        commit.events([OPENED], source="mt5", key="1")
        writer.gate.clear()
        writer.reached.clear()
        holding = commit.submit(QuotesCame("lp", QUOTES[:1], NOW))
        assert writer.reached.wait(5)
        answers = [
            commit.submit(QuotesCame("lp", QUOTES[1:], NOW)),
            commit.submit(EventsCame("mt5", "1", [DEAL, replace(DEAL, account="B")], NOW)),
            commit.submit(EventsCame("mt5", "1/0", [replace(DEAL, account="C")], NOW)),
        ]
        writer.gate.set()
        assert [each.result(5).quotes + each.result(5).events for each in answers] == [1, 0, 1]
        assert "was used for" in answers[1].result().refused[0]
        assert holding.result(5).quotes == 1
    moments = [r for n in range(4) for r in desk.events(n) if isinstance(r, Moment)]
    assert sorted(r.account for r in moments) == ["A", "C"]


def test_time_passes_with_nothing_arriving() -> None:
    desk = Desk()
    moments = iter(range(NOW, NOW + 3600 * SECOND, SECOND))
    with committing(desk, clock=lambda: next(moments)):
        deadline = time.monotonic() + 10
        while len(desk.events()) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert [type(r) for r in desk.events()[:3]] == [TimePassed] * 3


def test_a_large_append_is_divided_and_stays_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("propdesk.connectors.feeds.group_commit.CHUNK_BYTES_MAX", 400)
    desk = Desk()
    with committing(desk) as (commit, writer):
        deals = [replace(DEAL, id=str(n), at=NOW + n) for n in range(9)]
        assert commit.events(deals, source="mt5", key="1") == Accepted(events=9)
        assert len(writer.appends) > 2
    assert desk.events() == [Moment("A", (each,)) for each in deals]


# --- the socket ------------------------------------------------------------------------------
def test_prices_of_every_kind_come_over_as_they_were_printed(tmp_path: Path) -> None:
    desk = Desk()
    odd = [
        FeedQuote(1, "EURUSD", NOW, Decimal("1.0800"), Decimal("1.08010")),
        FeedQuote(2, "EURUSD", NOW, Decimal("NaN"), Decimal(1)),
        FeedQuote(3, "EURUSD", NOW, Decimal("sNaN"), Decimal(1)),
        FeedQuote(4, "EURUSD", NOW, Decimal("-Infinity"), Decimal(1)),
        FeedQuote(5, "EURUSD", NOW, Decimal("1e-400"), Decimal("1e400")),
    ]
    with linked(desk, tmp_path / "s") as client:
        accepted = client.quotes("lp", odd)
        bad = replace(DEAL, lots=Decimal(0))
        mixed = client.events([OPENED, bad], source="mt5", key="1")
    assert [each.rpartition(": ")[2] for each in accepted.refused] == [
        "no_number", "no_number", "no_number", "huge",
    ]  # fmt: skip
    assert desk.ticks() == [(1, "EURUSD", 0, "1.08000", "1.08010")]
    assert mixed.events == 1
    assert mixed.refused == ("event 1: lots: '0' must be more than zero",)


def test_more_quotes_than_a_message_holds_are_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("propdesk.connectors.intake.client.QUOTES_OF_ONE_MESSAGE_MAX", 7)
    desk = Desk()
    with linked(desk, tmp_path / "s") as client:
        many = [quote(n, "0" if n == 3 else "1.08", "1.09") for n in range(20)]
        accepted = client.quotes("lp", many)
    assert accepted == Accepted(19, 0, ("quote 3 of EURUSD: not_positive",))


def test_a_gap_is_whole_with_the_last_message_of_what_was_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("propdesk.connectors.intake.client.QUOTES_OF_ONE_MESSAGE_MAX", 7)
    desk = Desk()
    with linked(desk, tmp_path / "s") as client:
        client.quotes("lp", [quote(1, "1.08", "1.09")])
        client.feed_lost("lp")
        many = [quote(n, "0" if n == 4 else "1.08", "1.09", at=NOW + n) for n in range(2, 22)]
        accepted = client.back_fill("lp", many, whole=[("EURUSD", NOW + 30)])
    assert accepted == Accepted(19, 0, ("quote 4 of EURUSD: not_positive",))
    *_, mark, closed = desk.events()
    assert (mark, closed) == (Mark(20), GapClosed(NOW + 30, "EURUSD", back_filled=True))
    late = [each.ticks for each in desk.records(MARKET) if isinstance(each, BackFilled)]
    assert [(each.first, each.sequence, len(each.at)) for each in late] == [
        (2, 2, 2), (4, 5, 4), (8, 9, 7), (15, 16, 6),
    ]  # fmt: skip


def test_nobody_listening_is_away_and_the_next_try_may_succeed(tmp_path: Path) -> None:
    desk, client = Desk(), IntakeClient(tmp_path / "s")
    with pytest.raises(IntakeAway):
        client.quotes("lp", QUOTES)
    for _ in range(2):  # the server ends and begins; the client connects again
        with committing(desk) as (commit, _), serving(commit, tmp_path / "s"):
            assert client.quotes("lp", QUOTES) == Accepted(quotes=2)
        with pytest.raises(IntakeAway):
            client.quotes("lp", QUOTES)
        desk.restart(NOW)
    client.close()
    assert [row[0] for row in desk.ticks()] == [1, 2]


def test_an_answer_that_does_not_come_is_away_and_sending_again_is_safe(tmp_path: Path) -> None:
    desk = Desk()
    with committing(desk) as (commit, writer), serving(commit, tmp_path / "s"):
        writer.gate.clear()
        client = IntakeClient(tmp_path / "s", timeout_s=0.1)
        with pytest.raises(IntakeAway, match="timed out"):
            client.quotes("lp", QUOTES)
        writer.gate.set()
        assert client.quotes("lp", QUOTES) == Accepted(quotes=2)
        client.close()
    assert [row[0] for row in desk.ticks()] == [1, 2]


def test_a_sequencer_that_ended_is_away_for_its_clients(tmp_path: Path) -> None:
    desk = Desk()
    with linked(desk, tmp_path / "s") as client:
        desk.restart(NOW)
        with pytest.raises(IntakeAway, match="Fenced"):
            client.events([OPENED], source="mt5", key="1")
        with pytest.raises(IntakeAway, match="held by"):
            client.events([OPENED], source="mt5", key="1")


def _eventually(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_so()


@pytest.mark.parametrize("says_bye", [True, False])
def test_the_feeds_of_a_connection_that_breaks_are_lost(tmp_path: Path, says_bye: bool) -> None:
    desk = Desk()
    with committing(desk) as (commit, _), serving(commit, tmp_path / "s"):
        client = IntakeClient(tmp_path / "s")
        client.quotes("lp", QUOTES)
        if says_bye:
            client.close()
            time.sleep(0.1)
        else:
            client._drop()
            assert _eventually(lambda: len(desk.events()) > 1)
    gap = GapOpened(NOW, "EURUSD", "disconnected")
    assert desk.events() == ([Mark(2)] if says_bye else [Mark(2), gap])


def test_a_server_that_ends_loses_no_feed(tmp_path: Path) -> None:
    desk = Desk()
    with committing(desk) as (commit, _):
        client = IntakeClient(tmp_path / "s")
        with serving(commit, tmp_path / "s"):
            client.quotes("lp", QUOTES)
        client.close()
    assert desk.events() == [Mark(2)]


def test_messages_are_answered_in_order_without_waiting_for_the_first(tmp_path: Path) -> None:
    desk = Desk()
    with committing(desk, waiting_max=3) as (commit, writer), serving(commit, tmp_path / "s"):
        writer.gate.clear()
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(5)
            raw.connect(str(tmp_path / "s"))
            rows = [framed(QuotesSent("lp", [each])) for each in _rows(200)]
            sending = threading.Thread(target=raw.sendall, args=(b"".join(rows),))
            sending.start()
            time.sleep(0.1)
            writer.gate.set()
            answers = raw.makefile("rb")
            for _ in range(200):
                length = int.from_bytes(answers.read(4), "little")
                assert msgspec.msgpack.decode(answers.read(length))["quotes"] == 1
            sending.join()
    assert [row[0] for row in desk.ticks()] == list(range(1, 201))


def _rows(count: int) -> list[FeedQuote]:
    return [quote(n, "1.08", "1.09") for n in range(count)]


NO_MESSAGES = [
    ("too long", (FRAME_BYTES_MAX + 1).to_bytes(4, "little"), "more than the"),
    ("no MessagePack", b"\x01\0\0\0\xc1", "no message"),
    ("another message", b"\x07\0\0\0" + msgspec.msgpack.encode({"type": "x"})[:7], "no message"),
    ("deeply nested", (20_000).to_bytes(4, "little") + b"\x91" * 20_000, "no message"),
]


@pytest.mark.parametrize(
    ("sent", "says"), [row[1:] for row in NO_MESSAGES], ids=[row[0] for row in NO_MESSAGES]
)
def test_what_is_no_message_is_answered_and_the_connection_closed(
    tmp_path: Path, sent: bytes, says: str
) -> None:
    with committing(Desk()) as (commit, _), serving(commit, tmp_path / "s"):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(5)
            raw.connect(str(tmp_path / "s"))
            raw.sendall(sent)
            said = raw.makefile("rb").read()
        answer = msgspec.msgpack.decode(said[4:])
        assert says in answer["refused"][0]
        with IntakeClient(tmp_path / "s") as client:  # the others go on
            assert client.quotes("lp", QUOTES).quotes == 2


def test_what_no_message_can_hold_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    client = IntakeClient(tmp_path / "s")
    huge = replace(DEAL, comment="x" * FRAME_BYTES_MAX)
    with pytest.raises(FrameError, match="more than the"):
        client.events([huge], source="mt5", key="1")
    with pytest.raises(FrameError, match="cannot be written"):
        client.events([replace(DEAL, comment="\ud800")], source="mt5", key="1")


def test_only_this_user_may_open_the_socket_and_it_goes_with_the_server(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with committing(Desk()) as (commit, _):
        with serving(commit, path):
            assert path.stat().st_mode & 0o777 == 0o600
        assert not path.exists()


# --- its place --------------------------------------------------------------------------------
def test_who_stops_leaves_a_successors_socket_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with committing(Desk()) as (commit, _), contextlib.ExitStack() as later:
        with serving(commit, path):
            later.enter_context(serving(commit, path))
        with IntakeClient(path) as client:
            assert client.events([OPENED], source="mt5", key="1") == Accepted(events=1)
    assert not path.exists()


def test_a_place_whose_name_is_too_long_for_a_socket_is_reached(tmp_path: Path) -> None:
    path = tmp_path / ("a long way down" * 5) / ("and further" * 5) / "intake.sock"
    path.parent.mkdir(parents=True)
    assert len(str(path)) > 108
    with committing(Desk()) as (commit, _), serving(commit, path), IntakeClient(path) as client:
        assert client.events([OPENED], source="mt5", key="1") == Accepted(events=1)
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()
    with pytest.raises(IntakeAway), IntakeClient(path) as client:
        client.events([OPENED], source="mt5", key="1")
