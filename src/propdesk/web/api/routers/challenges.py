"""Challenges: what was bought with its phases, and what the desk does to them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.challenges.actions.expire import expire
from propdesk.crm.challenges.actions.fail import fail
from propdesk.crm.challenges.actions.lift_suspension import lift_suspension
from propdesk.crm.challenges.actions.pause import pause
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.actions.reset import reset
from propdesk.crm.challenges.actions.resume import resume
from propdesk.crm.challenges.actions.retry import retry
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.actions.suspend import suspend
from propdesk.crm.challenges.actions.terminate import terminate
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Gate
from propdesk.web.api.caller import Caller, caller_of
from propdesk.web.api.declaring import doing, reading
from propdesk.web.api.entry import allowed, own
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound
from propdesk.web.api.routers.approvals import ApprovalOut, approval_out
from propdesk.web.api.words import (
    EXAMPLE_ID,
    Amount,
    Id,
    Instant,
    MoneyOut,
    Reason,
    Why,
    sum_out,
)
from propdesk.web.received import received_at

router = Router()
READ, WRITE = Scope.CHALLENGES_READ, Scope.CHALLENGES_WRITE
ONE = "/challenges/{uuid:id}"


class PhaseOut(Schema):
    """One attempt at one phase."""

    number: int = Field(examples=[1])
    attempt: int = Field(examples=[1])
    name: str = Field(examples=["challenge"])
    stage: str = Field(examples=["evaluation"])
    account: Id
    outcome: str = Field(examples=["passed"], description="Empty while it runs.")
    started_at: Instant
    ended_at: Instant | None


class GateOut(Schema):
    """A gate that was settled."""

    gate: str = Field(examples=["kyc"])
    at: Instant


class ChallengeOut(Schema):
    """What one person bought, from the first phase to the last."""

    id: Id
    person: Id
    order: Id
    programme: str = Field(examples=["two-step"])
    version: str
    size: MoneyOut
    state: str = Field(examples=["evaluating"])
    state_at: Instant
    created_at: Instant
    retries_used: int
    phases: list[PhaseOut]
    gates_settled: list[GateOut]


class WhyAndPositions(Why):
    """Why, and what becomes of open positions."""

    positions: Literal["close", "leave"] = Field(examples=["close"])


class GateSaid(Why):
    """Which gate is settled."""

    gate: Gate = Field(examples=["kyc"])


class ResetSaid(Schema):
    """The paid order by which a phase begins anew."""

    order: UUID = Field(examples=[EXAMPLE_ID])


class ReinstatementSaid(Schema):
    """With how much a failed phase would go on."""

    balance: Amount = Field(examples=["100000.00"])
    reason: Reason


@reading(router, "/challenges", "challenges_list", own(READ), Page[ChallengeOut])
def list_challenges(
    request: HttpRequest, asked: PageAsked, person: UUID | None = None
) -> Page[ChallengeOut]:
    """One's challenges; everybody's, or one person's, to staff. Newest first."""
    found = _seen(caller_of(request))
    if person is not None:
        found = found.filter(person=person)
    rows, following = page(found, ("id",), asked)
    return Page[ChallengeOut](items=[challenge_out(each) for each in rows], next=following)


@reading(router, ONE, "challenges_read", own(READ), ChallengeOut)
def read_challenge(request: HttpRequest, id: UUID) -> ChallengeOut:  # noqa: A002
    """One challenge with its phases and gates."""
    return _read(request, id)


@doing(router, f"{ONE}/pause", "challenges_pause", allowed(WRITE, "challenges.pause"), ChallengeOut)
def pause_challenge(request: HttpRequest, id: UUID, said: Why) -> ChallengeOut:  # noqa: A002
    """Pause the running phase: its clocks stand still."""
    return _done(request, id, pause, "challenges.pause", reason=said.reason)


@doing(
    router, f"{ONE}/resume", "challenges_resume", allowed(WRITE, "challenges.resume"), ChallengeOut
)
def resume_challenge(request: HttpRequest, id: UUID, said: Why) -> ChallengeOut:  # noqa: A002
    """Let a paused phase go on."""
    return _done(request, id, resume, "challenges.resume", reason=said.reason)


@doing(
    router, f"{ONE}/suspend", "challenges_suspend", allowed(WRITE, "challenges.suspend"),
    ChallengeOut,
)  # fmt: skip
def suspend_challenge(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    said: WhyAndPositions,
) -> ChallengeOut:
    """Suspend a challenge while something is looked into."""
    return _done(
        request, id, suspend, "challenges.suspend", reason=said.reason, positions=said.positions
    )


@doing(
    router, f"{ONE}/lift-suspension", "challenges_lift_suspension",
    allowed(WRITE, "challenges.lift_suspension"), ChallengeOut,
)  # fmt: skip
def lift(request: HttpRequest, id: UUID, said: Why) -> ChallengeOut:  # noqa: A002
    """Lift a suspension."""
    return _done(request, id, lift_suspension, "challenges.lift_suspension", reason=said.reason)


@doing(
    router, f"{ONE}/terminate", "challenges_terminate", allowed(WRITE, "challenges.terminate"),
    ChallengeOut,
)  # fmt: skip
def terminate_challenge(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    said: WhyAndPositions,
) -> ChallengeOut:
    """Terminate a challenge for good."""
    return _done(
        request, id, terminate, "challenges.terminate", reason=said.reason,
        positions=said.positions,
    )  # fmt: skip


@doing(router, f"{ONE}/fail", "challenges_fail", allowed(WRITE, "challenges.fail"), ChallengeOut)
def fail_challenge(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    said: WhyAndPositions,
) -> ChallengeOut:
    """Fail the running phase by decision of the firm."""
    return _done(request, id, fail, "challenges.fail", reason=said.reason, positions=said.positions)


@doing(
    router, f"{ONE}/expire", "challenges_expire", allowed(WRITE, "challenges.expire"), ChallengeOut
)
def expire_challenge(request: HttpRequest, id: UUID, said: Why) -> ChallengeOut:  # noqa: A002
    """Let a challenge lapse that waits for its trader."""
    return _done(request, id, expire, "challenges.expire", reason=said.reason)


@doing(
    router, f"{ONE}/settle-gate", "challenges_settle_gate",
    allowed(WRITE, "challenges.settle_gate"), ChallengeOut,
)  # fmt: skip
def settle(request: HttpRequest, id: UUID, said: GateSaid) -> ChallengeOut:  # noqa: A002
    """Settle a gate; where no other is shut the next account is opened."""
    row = _found(request, id)
    by = caller_of(request).acting("challenges.settle_gate")
    settle_gate(row.pk, said.gate, by=by, at=received_at(), reason=said.reason)
    return _read(request, id)


@doing(router, f"{ONE}/reset", "challenges_reset", allowed(WRITE, "challenges.reset"), ChallengeOut)
def reset_challenge(request: HttpRequest, id: UUID, said: ResetSaid) -> ChallengeOut:  # noqa: A002
    """Begin the last phase anew, once for one paid order."""
    by = caller_of(request).acting("challenges.reset")
    reset(_found(request, id).pk, said.order, by=by, at=received_at())
    return _read(request, id)


@doing(router, f"{ONE}/retry", "challenges_retry", own(WRITE), ChallengeOut)
def retry_challenge(request: HttpRequest, id: UUID) -> ChallengeOut:  # noqa: A002
    """Begin a failed phase anew without paying, where the programme allows it."""
    row = _found(request, id)
    by = caller_of(request).acting("challenges.retry", of=row.person_id)
    retry(row.pk, by=by, at=received_at())
    return _read(request, id)


@doing(
    router, f"{ONE}/propose-reinstatement", "challenges_propose_reinstatement",
    allowed(WRITE, "challenges.propose_reinstatement"), ApprovalOut,
)  # fmt: skip
def propose(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    said: ReinstatementSaid,
) -> ApprovalOut:
    """Propose to reinstate a failed challenge; another person approves it."""
    by = caller_of(request).acting("challenges.propose_reinstatement")
    made = propose_reinstatement(
        _found(request, id).pk, Decimal(said.balance), by=by, at=received_at(), reason=said.reason
    )
    return approval_out(made)


def _done(
    request: HttpRequest,
    challenge: UUID,
    act: Callable[..., Enrolment],
    action: str,
    **said: Any,
) -> ChallengeOut:
    row = _found(request, challenge)
    act(row.pk, **said, by=caller_of(request).acting(action), at=received_at())
    return _read(request, challenge)


def _seen(caller: Caller) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.select_related("version__programme").prefetch_related(
        "phases", "gates_passed"
    )
    return rows if caller.may("live.read") else rows.filter(person=caller.known)


def _found(request: HttpRequest, challenge: UUID) -> Enrolment:
    """Raises ``NotFound`` for somebody else's, too."""
    found = _seen(caller_of(request)).filter(pk=challenge).first()
    if found is None:
        raise NotFound
    return found


def _read(request: HttpRequest, challenge: UUID) -> ChallengeOut:
    return challenge_out(_found(request, challenge))


def challenge_out(row: Enrolment) -> ChallengeOut:
    phases = sorted(row.phases.all(), key=lambda each: (each.number, each.attempt))
    return ChallengeOut(
        id=row.pk,
        person=row.person_id,
        order=row.order,
        programme=row.version.programme.slug,
        version=row.version.name,
        size=sum_out(row.size, row.currency),
        state=row.state,
        state_at=row.state_at,
        created_at=row.created_at,
        retries_used=row.retries_used,
        phases=[_phase(each) for each in phases],
        gates_settled=[GateOut(gate=each.gate, at=each.at) for each in row.gates_passed.all()],
    )


def _phase(row: EnrolmentPhase) -> PhaseOut:
    return PhaseOut(
        number=row.number,
        attempt=row.attempt,
        name=row.name,
        stage=row.stage,
        account=row.account_id,
        outcome=row.outcome,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
