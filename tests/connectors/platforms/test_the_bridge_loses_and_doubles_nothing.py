"""Ticks and deals reach the intake once each and in order, whoever is cut or killed meanwhile."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.connectors.feeds.deliveries import BackFillCame, EventsCame, FeedLost, QuotesCame
from propdesk.connectors.simulated_platform.bridge import Bridge, PointFile
from propdesk.domain.events import AccountOpened, AccountReported, Deal, GapClosed, GapOpened
from propdesk.ports.intake import Accepted, FeedQuote, IntakeAway
from propdesk.ports.intake_in_memory import MemoryIntake
from propdesk.ports.platform import MarginCalled, ResumeLost, Rights, SetRights
from propdesk.wire.log_records import MARKET, Delivered, Moment, Ticks, events_of
from tests.connectors.platforms.conformance import account_on, deltas_of, done, read
from tests.connectors.platforms.simulated_stage import SocketStage
from tests.connectors.sequenced import NOW, Desk


class Unreliable(MemoryIntake):
    """Takes what it is handed, and now and then is gone before it can say so."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.fails_at: set[int] = set()

    def _called(self) -> None:
        self.calls += 1
        if self.calls in self.fails_at:
            raise IntakeAway("gone after it was taken")

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        accepted = super().quotes(feed, quotes)
        self._called()
        return accepted

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        accepted = super().events(events, source=source, key=key)
        self._called()
        return accepted


class ToDesk(MemoryIntake):
    """Into a real sequencer."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        now = quotes[-1].at
        return self.desk.take(QuotesCame(feed, list(quotes), now), now=now)[0]

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        now = max(until for _, until in whole)
        return self.desk.take(BackFillCame(feed, quotes, whole, now), now=now)[0]

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        now = max(getattr(each, "at", 0) for each in events)
        return self.desk.take(EventsCame(source, key, list(events), now), now=now)[0]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[SocketStage]:
    stage = SocketStage(tmp_path)
    yield stage
    stage.end()


def bridge_of(stage: SocketStage, intake: MemoryIntake) -> Bridge:
    return Bridge(stage.platform, intake, PointFile(stage.home / "forwarded"), "sim")


def some_life(stage: SocketStage, name: str) -> str:
    account = account_on(stage, name)
    position = stage.buy(account, "1.00")
    assert position
    for bid in ("1.08100", "1.08050"):
        stage.price(bid, str(Decimal(bid) + Decimal("0.00010")))
    stage.close(account, position)
    return account


def test_everything_arrives_once_and_in_order(stage: SocketStage) -> None:
    intake = MemoryIntake()
    account = some_life(stage, "A")
    bridge = bridge_of(stage, intake)
    assert bridge.forward()
    some_life(stage, "B")
    assert bridge.forward()
    assert bridge.forward()
    sequences = [quote.sequence for _, quote in intake.kept_quotes]
    assert sequences == list(range(1, 6))
    own = [each for each in intake.kept_events if getattr(each, "account", "") == account]
    assert own == deltas_of(read(stage.platform), account)
    assert {feed for feed, _ in intake.kept_quotes} == {"sim"}


def test_rights_and_margin_calls_stay_the_platforms_business(stage: SocketStage) -> None:
    intake = MemoryIntake()
    account = account_on(stage)
    done(stage.platform, SetRights("r", account, Rights.READ_ONLY))
    bridge_of(stage, intake).forward()
    assert [type(each) for each in intake.kept_events] == [AccountOpened]
    assert not any(isinstance(each, MarginCalled) for each in intake.kept_events)


@pytest.mark.parametrize("lost", range(1, 12))
def test_an_intake_that_is_gone_before_it_answers_gets_it_again(
    stage: SocketStage, lost: int
) -> None:
    """Whichever answer is lost, and the bridge killed with it: a new one begins at its point."""
    intake = Unreliable()
    intake.fails_at = {lost}
    for name in "AB":
        some_life(stage, name)
        try:
            bridge_of(stage, intake).forward()
        except IntakeAway:
            stage.cut()
    bridge_of(stage, intake).forward()
    whole = read(stage.platform)
    deals = [each.id for each in intake.kept_events if isinstance(each, Deal)]
    told = [each.id for b in whole for each in b.deltas if isinstance(each, Deal)]
    assert deals == told
    reports = [each for each in intake.kept_events if isinstance(each, AccountReported)]
    assert len(reports) == len(told)
    sequences = [quote.sequence for _, quote in intake.kept_quotes]
    assert sequences == list(range(1, 6))


def test_a_platform_that_was_killed_is_followed_on(stage: SocketStage) -> None:
    intake = MemoryIntake()
    some_life(stage, "A")
    bridge_of(stage, intake).forward()
    stage.restart()
    some_life(stage, "B")
    bridge_of(stage, intake).forward()
    deals = [each.id for each in intake.kept_events if isinstance(each, Deal)]
    assert len(deals) == len(set(deals)) == 4


def test_a_point_that_is_lost_sends_all_again_and_the_intake_keeps_it_once(
    stage: SocketStage,
) -> None:
    intake = MemoryIntake()
    some_life(stage, "A")
    bridge_of(stage, intake).forward()
    before = list(intake.kept_events)
    (stage.home / "forwarded").unlink()
    bridge = bridge_of(stage, intake)
    bridge.forward()
    assert intake.kept_events == before
    assert bridge.refused == []


def test_a_point_of_another_journal_is_not_gone_on_from(stage: SocketStage) -> None:
    PointFile(stage.home / "forwarded").write("000000009999")
    with pytest.raises(ResumeLost):
        bridge_of(stage, MemoryIntake()).forward()


def test_after_each_absence_it_says_that_nothing_is_missing(stage: SocketStage) -> None:
    """Once everything is delivered, and only then; in steady running it says nothing."""
    intake = MemoryIntake()
    some_life(stage, "A")
    bridge = bridge_of(stage, intake)
    bridge.forward()
    some_life(stage, "B")
    bridge.forward()
    last = intake.kept_quotes[-3][1].at
    whole = {symbol: until for _, _, each in intake.kept_back_fills for symbol, until in each}
    assert len(intake.kept_back_fills) == 1
    assert whole["EURUSD"] == last
    intake.away = True
    stage.price("1.08200", "1.08210")
    with pytest.raises(IntakeAway):
        bridge.forward()
    intake.away = False
    bridge.forward()
    assert len(intake.kept_back_fills) == 2
    assert ("EURUSD", intake.kept_quotes[-1][1].at) in intake.kept_back_fills[-1][2]


def test_a_gap_of_the_log_is_whole_again_when_the_platform_is_back(stage: SocketStage) -> None:
    desk = Desk()
    intake = ToDesk(desk)
    some_life(stage, "A")
    bridge_of(stage, intake).forward()
    desk.take(FeedLost("sim", NOW), now=NOW)
    stage.restart()
    stage.price("1.08200", "1.08210")
    bridge_of(stage, intake).forward()
    gaps = [each for each in desk.records(events_of(0)) if isinstance(each, GapOpened | GapClosed)]
    assert [type(each) for each in gaps] == [GapOpened, GapClosed, GapClosed]
    assert getattr(gaps[-1], "back_filled", False)


def test_the_sequencer_takes_all_of_it(stage: SocketStage) -> None:
    """The real order of the log: every tick has a number, each event follows its ticks."""
    desk = Desk()
    account = some_life(stage, "A")
    bridge = bridge_of(stage, ToDesk(desk))
    bridge.forward()
    assert bridge.refused == []
    assert sum(len(each.at) for each in desk.records(MARKET) if isinstance(each, Ticks)) == 3
    moments = [each for each in desk.records(events_of(0)) if isinstance(each, Moment)]
    assert {each.account for each in moments} == {account}
    # An order, its deal and the report of it are one moment.
    assert [len(each.events) for each in moments] == [1, 3, 3]
