"""What the platform's process does beside its market: forwards, skips, and quotes again."""

import threading
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from propdesk.boot.platform_process import REPEATS_AFTER, forward_all
from propdesk.connectors.simulated_platform.generated_market import GeneratedMarket
from propdesk.connectors.simulated_platform.journal import Journal
from propdesk.connectors.simulated_platform.platform import SimulatedPlatform
from propdesk.connectors.simulated_platform.simulation import Simulation
from propdesk.domain.instants import DAY, HOUR, SECOND
from propdesk.ports.intake_in_memory import MemoryIntake
from propdesk.wire.intake_frames import FeedQuote
from tests.connectors.platforms.simulated_stage import (
    CATALOGUE,
    MONDAY,
    SYMBOLS,
    SimulatedStage,
    setup_of,
)

WAIT_S_MAX = 60


def forwarded(
    stage: SimulatedStage, intake: MemoryIntake
) -> tuple[threading.Thread, threading.Event]:
    over = threading.Event()
    point = stage.home / "forwarded"
    thread = threading.Thread(target=forward_all, args=(stage.core, intake, point, over))
    thread.start()
    return thread, over


def test_it_waits_for_an_intake_that_is_away(tmp_path: Path) -> None:
    stage, intake = SimulatedStage(tmp_path), MemoryIntake()
    intake.away = True
    thread, over = forwarded(stage, intake)
    stage.price("1.08100", "1.08110")
    intake.away = False
    for _ in range(WAIT_S_MAX * 10):
        if len(intake.kept_quotes) == 2:
            break
        over.wait(0.1)
    over.set()
    thread.join(WAIT_S_MAX)
    assert [quote.sequence for _, quote in intake.kept_quotes] == [1, 2]
    assert {feed for feed, _ in intake.kept_quotes} == {"simulated"}
    stage.end()


def test_a_point_of_another_journal_ends_the_run(tmp_path: Path) -> None:
    stage = SimulatedStage(tmp_path)
    (tmp_path / "forwarded").write_text("000000009999")
    thread, over = forwarded(stage, MemoryIntake())
    thread.join(WAIT_S_MAX)
    assert over.is_set()
    stage.end()


class Running:
    """A platform with a made-up market, by hand."""

    def __init__(self, home: Path) -> None:
        self.journal = Journal(home / "journal", syncs=False)
        self.platform = SimulatedPlatform(setup_of(), self.journal, clock=lambda: MONDAY)
        market = GeneratedMarket(
            "s", date(2026, 3, 1), CATALOGUE, symbols=SYMBOLS, ticks_of_a_day=900
        )
        self.simulation = Simulation(self.platform.books, market, SYMBOLS)
        self.platform.recover()

    def ticks(self) -> list[FeedQuote]:
        return [
            each
            for batch in self.platform.deltas("").batches
            for each in batch.deltas
            if isinstance(each, FeedQuote)
        ]


@pytest.fixture
def running(tmp_path: Path) -> Running:
    return Running(tmp_path)


def test_what_was_not_watched_is_not_seen_and_nobody_traded(running: Running) -> None:
    running.platform.run(lambda _: running.simulation.skip_to(MONDAY))
    running.platform.run(lambda _: running.simulation.advance(MONDAY + HOUR))
    first = running.ticks()[0]
    assert MONDAY < first.at < MONDAY + HOUR
    running.platform.run(lambda _: running.simulation.skip_to(MONDAY + DAY))
    running.platform.run(lambda _: running.simulation.advance(MONDAY + DAY + HOUR))
    times = [each.at for each in running.ticks()]
    assert not [each for each in times if MONDAY + HOUR < each <= MONDAY + DAY]
    assert [each for each in times if each > MONDAY + DAY]
    # The day's end in between was not forgotten.
    assert running.platform.books.rolled_at > MONDAY + HOUR
    running.journal.close()


def repeated(simulation: Simulation, at: int, _books: object) -> None:
    simulation.repeat_quotes(at, REPEATS_AFTER)


def test_a_price_that_stands_still_is_said_again(running: Running) -> None:
    running.platform.run(lambda _: running.simulation.skip_to(MONDAY))
    until = MONDAY + HOUR
    running.platform.run(lambda _: running.simulation.advance(until))
    before = {each.symbol: each for each in running.ticks()}
    for later in (0, REPEATS_AFTER, REPEATS_AFTER + SECOND):
        running.platform.run(partial(repeated, running.simulation, until + later))
    again = running.ticks()[-len(before) :]
    assert {each.symbol for each in again} == set(before)
    for each in again:
        assert (each.bid, each.ask) == (before[each.symbol].bid, before[each.symbol].ask)
    assert min(each.at for each in again) > until
    running.journal.close()
