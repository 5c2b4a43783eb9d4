"""What ending or holding an enrolment does to its account, stated once for every action.

Rows of the caller's transaction, which holds the locks.
"""

from datetime import datetime
from typing import Literal, TypeAlias

from propdesk.crm.accounts.holding import command_steps, put_hold
from propdesk.crm.challenges.locks import Standing
from propdesk.crm.challenges.models import Outcome
from propdesk.crm.outbox.actions.enqueue import enqueue
from propdesk.domain.events import Paused, Resumed
from propdesk.domain.instants import micros_of
from propdesk.ports.platform import Rights

Positions: TypeAlias = Literal["close", "leave"]
"""What becomes of open positions; whoever ends or suspends must say it."""


def end_phase(
    standing: Standing, reason: str, positions: Positions, outcome: Outcome, at: datetime
) -> None:
    """End the phase that runs by the firm's will. The engine says no more of the account, and the
    trader may only look; a phase that is over already stays what it is."""
    phase, account = standing.phase, standing.account
    if not standing.runs:
        return
    phase.outcome, phase.ended_at = outcome, at
    phase.save(update_fields=["outcome", "ended_at"])
    cause = f"{reason}/{phase.pk}"
    command_steps(account, _steps(positions), cause, at)
    put_hold(account, reason, str(phase.pk), Rights.READ_ONLY, at)
    stop_clock(standing, reason, at)


def hold_phase(standing: Standing, reason: str, positions: Positions, at: datetime) -> None:
    """Stop the phase for a while: nothing is passed, and the trader may only look."""
    account = standing.account
    if not standing.runs:
        return
    command_steps(account, _steps(positions), f"{reason}/{at.isoformat()}", at)
    put_hold(account, reason, str(standing.phase.pk), Rights.READ_ONLY, at)
    stop_clock(standing, reason, at)


def stop_clock(standing: Standing, reason: str, at: datetime) -> None:
    """Tell the engine that the account is stopped, once it knows the account."""
    if standing.account.opened_at is not None:
        enqueue(Paused(standing.account.engine_account, micros_of(at), reason), at)


def start_clock(standing: Standing, reason: str, at: datetime) -> None:
    """Tell the engine that the account goes on."""
    if standing.account.opened_at is not None:
        enqueue(Resumed(standing.account.engine_account, micros_of(at), reason), at)


def _steps(positions: Positions) -> tuple[str, ...]:
    return ("cancel_all", "close_all") if positions == "close" else ("cancel_all",)
