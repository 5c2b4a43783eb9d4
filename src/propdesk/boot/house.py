"""Everything ``propdesk up`` runs, in one process and by a clock that is set: a firm that lives
through days in minutes.

The parts are those of the processes, each asked in turn until nobody has anything to do. So a past
can be lived before the processes start, and go on from the same log, journal and tables. Imported
once Django is set up. It must not run beside them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from propdesk.boot.courier import Courier
from propdesk.boot.courier_process import SIMULATED
from propdesk.boot.courier_to_platforms import CourierToPlatforms
from propdesk.boot.engine_worker import EngineWorker, Firm
from propdesk.boot.firm_clock import FirmClock
from propdesk.boot.followers import FOLLOWERS
from propdesk.boot.ingest_process import PARTITIONS, take_over
from propdesk.boot.own_intake import OwnIntake
from propdesk.boot.platform_process import DIRECTORY, REPEATS_AFTER, SOURCE, Plan, on_stage
from propdesk.boot.projector import Projector
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.connectors.simulated_platform.books import Books
from propdesk.connectors.simulated_platform.bridge import Bridge, PointFile
from propdesk.connectors.simulated_platform.journal import Journal
from propdesk.domain.instants import HOUR, datetime_of
from propdesk.ports.event_log import EventLog
from propdesk.ports.snapshot_store import SnapshotStore
from propdesk.wire.log_records import verdicts_of

STEP = HOUR
ROUNDS_MAX = 50


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a house stands on."""

    home: Path
    log: EventLog
    snapshots: SnapshotStore
    firm: Firm
    plan: Plan
    alarm: Callable[[str], None]


class House:
    """A firm from ``begins`` (microseconds) on. Enter it; one at a time, in one thread."""

    def __init__(self, on: Foundation, begins: int, *, syncs: bool = True) -> None:
        self.at = begins
        self._on, self._syncs = on, syncs
        self._open = ExitStack()

    def __enter__(self) -> Self:
        on, home = self._on, self._on.home / DIRECTORY
        with ExitStack() as opening:
            self.journal = opening.enter_context(Journal(home / "journal", syncs=self._syncs))
            self.platform, self.simulation = on_stage(home, on.plan, self.journal, lambda: self.at)
            writer, standing = take_over(on.log)
            opening.callback(writer.close)
            self.intake = OwnIntake(standing, writer, lambda: self.at)
            self.bridge = Bridge(self.platform, self.intake, PointFile(home / "forwarded"), SOURCE)
            self.engine = self._engine(opening)
            reader = on.log.reader()
            opening.callback(reader.close)
            streams = [verdicts_of(number) for number in range(PARTITIONS)]
            self.projector = Projector(reader, streams, on.alarm, self.now, FOLLOWERS)
            executor = opening.enter_context(ThreadPoolExecutor(1))
            self.to_platform = CourierToPlatforms(
                "house", {SIMULATED: self.platform}, executor, on.alarm, self.now
            )
            self.to_engine = Courier("house", self.intake, on.alarm, self.now)
            self.clock = FirmClock(on.alarm, self.now, self.engine.answers)
            self._open = opening.pop_all()
        self.platform.run(lambda _: self.simulation.skip_to(self.at))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.engine.save()
        self._open.close()

    def _engine(self, opening: ExitStack) -> EngineWorker:
        on = self._on
        writer, reader = on.log.writer([verdicts_of(0)], "house"), on.log.reader()
        opening.callback(writer.close)
        opening.callback(reader.close)
        return EngineWorker(
            0, on.firm, reader=reader, writer=writer, snapshots=on.snapshots,
            questions=HandOver(), alarm=on.alarm,
        )  # fmt: skip

    def now(self) -> datetime:
        """The moment it is."""
        return datetime_of(self.at)

    def live(self, until: int, *, step: int = STEP) -> None:
        """Let everything up to ``until`` happen."""
        while self.at < until:
            self.at = min(until, self.at // step * step + step)
            self.platform.run(self._advance)
            self._forward()  # first of all: a feed is silent that is not heard of for so long
            self.settle()

    def settle(self) -> None:
        """Whatever is under way arrives. Raises ``RuntimeError`` where it never ends."""
        for _ in range(ROUNDS_MAX):
            if not self._round():
                return
        raise RuntimeError("the firm does not come to rest")

    def _advance(self, _: Books) -> None:
        self.simulation.advance(self.at)
        self.simulation.repeat_quotes(self.at, REPEATS_AFTER)

    def _forward(self) -> bool:
        """Whether the platform told of something."""
        before = self.bridge.quotes + self.bridge.events
        while not self.bridge.forward():
            pass
        return self.bridge.quotes + self.bridge.events != before

    def _round(self) -> bool:
        """One turn of everybody; whether somebody had something to do."""
        busy = False
        while self.to_engine.deliver_next():
            busy = True
        while self.to_platform.deliver():
            busy = True
        busy |= self._forward()
        self.intake.pass_time()
        while self.engine.behind:
            self.engine.step(0)
        while self.engine.owes:
            self.engine.step(0)
        self.engine.saying.finish()
        while self.projector.step():
            busy = True
        while self.clock.step():
            busy = True
        return busy
