"""Where the order of events inside one time stamp would decide, nothing is decided.

Platforms print whole seconds: two deals of one second have no known order. A limit that is broken
only between them, and holds after both, is *unknown* with that reason.
"""

from collections.abc import Sequence

from propdesk.domain.consequences import AnyJudge
from propdesk.domain.events import BalanceAdjusted, Deal, Event
from propdesk.domain.judging import Violation

REASON = "the order of events inside one time stamp decides it"


def same_moment(event: Event, following: Event | None) -> bool:
    """Whether both move an account's money at the same stamp."""
    if not isinstance(event, Deal | BalanceAdjusted):
        return False
    return isinstance(following, Deal | BalanceAdjusted) and following.at == event.at


class OrderDoubt:
    """Remembers which hard limits looked broken between two events of one stamp."""

    def __init__(self) -> None:
        self._between: list[AnyJudge] = []

    def note(self, judges: Sequence[AnyJudge]) -> None:
        """Look at the limits between two events of one stamp."""
        known = {id(judge) for judge in self._between}
        self._between += [each for each in judges if id(each) not in known and _broken(each)]

    def doubts(
        self, found: Sequence[tuple[AnyJudge, Violation]]
    ) -> list[tuple[AnyJudge, Violation]]:
        """After the last event of the stamp: the limits that were broken only in between."""
        if not self._between:
            return []
        proven = {id(judge) for judge, violation in found if violation.certainty == "proven"}
        doubt = Violation(None, None, certainty="unknown", detail={"reason": REASON})
        doubts = [(judge, doubt) for judge in self._between if id(judge) not in proven]
        self._between = []
        return doubts


def _broken(judge: AnyJudge) -> bool:
    line = judge.limit()
    if line is None or line.room is None or not judge.terms.effects[0].hard:
        return False
    return line.room <= 0 if line.comparison == "touch" else line.room < 0
