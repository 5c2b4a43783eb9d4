"""Plan what the rulebooks of running accounts want flat before a moment: closings and warnings.

Planned again and again, each is one row. It must not judge: what is open all the same at the
deadline is the engine's to say.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from propdesk.crm.accounts.due_work import planned
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.challenges.phase_opening import rulebook_of_phase, terms_of
from propdesk.domain.instants import datetime_of, micros_of
from propdesk.domain.rulebook import Clock
from propdesk.domain.rules.flat_by import FlatBy, by_the_clock, deadlines

CLOSE, WARN = "close_before", "warn_before"
AHEAD = timedelta(days=3)
LEAD = timedelta(seconds=30)
"""So long before the deadline positions are closed: the closing takes a moment too."""
WARNING = timedelta(hours=1)
_CLOSES = frozenset({"flatten", "close_position"})


def plan_closings(at: datetime) -> int:
    """Plan the deadlines of the days ahead; how many were new."""
    new = 0
    for sha256, phase in _running():
        for terms, clock in _terms(phase):
            window = micros_of(at + LEAD), micros_of(at + AHEAD)
            for deadline in deadlines(by_the_clock(terms, clock.day_clock()), clock.zone, *window):
                moment = datetime_of(deadline.at)
                detail = {
                    "sha256": sha256, "phase": phase.name, "deadline": moment.isoformat(),
                    "orders_too": terms.orders_too,
                }  # fmt: skip
                name = f"{sha256}/{phase.name}/{moment.isoformat()}"
                new += planned(f"{CLOSE}/{name}", CLOSE, moment - LEAD, detail, at)
                if moment - WARNING > at:
                    planned(f"{WARN}/{name}", WARN, moment - WARNING, detail, at)
    return new


def _running() -> Iterator[tuple[str, EnrolmentPhase]]:
    """Every rulebook and phase that has running accounts, with one of them."""
    found = TradingAccount.objects.filter(status__in=["active", "unknown", "paused"])
    for sha256, name in found.values_list("sha256", "phase").distinct().order_by():
        phase = (
            EnrolmentPhase.objects.filter(account__sha256=sha256, name=name)
            .select_related("enrolment__version__programme", "version", "account")
            .first()
        )
        if phase is not None:
            yield sha256, phase


def _terms(phase: EnrolmentPhase) -> Iterator[tuple[FlatBy, Clock]]:
    """The rules of the phase by which the firm itself closes."""
    clock = rulebook_of_phase(phase).rulebook.clock
    for terms in terms_of(phase).rules:
        if isinstance(terms, FlatBy) and any(each.kind in _CLOSES for each in terms.effects):
            yield terms, clock
