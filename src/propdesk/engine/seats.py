"""An account at the desk, and what it said when it was asked. Values; they decide nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from propdesk.domain.evaluation import Verdict
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.unattended import Arming, Unattended
from propdesk.domain.values import value
from propdesk.engine.account_shape import Watched
from propdesk.wire.log_records import AccountEnrolled


@dataclass(slots=True)
class Seat:
    """One account at the desk. After a start its evaluator is read when it is first asked."""

    name: str
    slot: int
    enrolled: AccountEnrolled
    awake: Unattended | None
    asleep: Callable[["Seat"], Unattended] | None = None
    arming: Arming = field(default_factory=Arming)
    shape: Watched | None = None
    said: int = 0  # how many of its verdicts were told
    status: str = ""
    touches: int = 0
    changed: bool = True  # since the last snapshot
    looks: bool = False  # at the accounts it is judged together with

    @property
    def unattended(self) -> Unattended:
        if self.awake is None:
            if self.asleep is None:  # pragma: no cover - a seat is one or the other
                raise RuntimeError(f"account {self.name} is nowhere")
            self.awake = self.asleep(self)
        return self.awake

    @property
    def evaluator(self) -> Evaluator:
        return self.unattended.evaluator


class Spot(NamedTuple):
    """Behind which record of the partition and which tick something was said."""

    offset: int
    tick: int


@value(frozen=True, slots=True)
class Told:
    """What an account said when it was asked: new verdicts, and its status where it changed.

    ``since``: where it should have said it, if not now.
    """

    seat: Seat
    verdicts: tuple[Verdict, ...]
    status: str | None
    since: Spot | None = None
