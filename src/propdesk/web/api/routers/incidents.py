"""Incidents: whom one concerned, what is done about it, by one person or two."""

from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from propdesk.crm.api_keys.models import Scope as KeyScope
from propdesk.crm.challenges.actions.propose_enforcement import propose_enforcement
from propdesk.crm.challenges.actions.release_held import release_held
from propdesk.crm.incidents.actions.change_incident import change_incident
from propdesk.crm.incidents.actions.close_incident import close_incident
from propdesk.crm.incidents.actions.count_accounts import count_accounts
from propdesk.crm.incidents.actions.decide_incident import decide_incident
from propdesk.crm.incidents.actions.open_incident import open_incident
from propdesk.crm.incidents.actions.propose_measure import propose_measure
from propdesk.crm.incidents.actions.publish_report import publish_report
from propdesk.crm.incidents.actions.take_measure import take_measure
from propdesk.crm.incidents.actions.undo_measure import undo_measure
from propdesk.crm.incidents.actions.withdraw_report import withdraw_report
from propdesk.crm.incidents.finding import WHY, Found, Scope, Window
from propdesk.crm.incidents.measures import BY_TWO, MeasureWanted
from propdesk.crm.incidents.models import Affected, Effect, Incident, Measure
from propdesk.crm.incidents.wanted import Wanted, scope_of, window_of
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import Repeated, doing, reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound
from propdesk.web.api.routers.approvals import ApprovalOut, approval_out
from propdesk.web.api.routers.incidents_said import (
    ChangeSaid,
    ConcernedOut,
    DecidedSaid,
    FoundOut,
    IncidentOut,
    IncidentSaid,
    MeasureOut,
    MeasureSaid,
    ReportSaid,
    ScopeSaid,
)
from propdesk.web.api.words import Done, Why
from propdesk.web.received import received_at
from propdesk.web.trading_in_window import found_in

router = Router()
READ, WRITE = KeyScope.DESK_READ, KeyScope.DESK_WRITE
ONE = "/incidents/{uuid:id}"


# --- looking ---------------------------------------------------------------------------------
@reading(router, "/incidents", "incidents_list", allowed(READ, "incidents.read"), Page[IncidentOut])
def list_incidents(request: HttpRequest, asked: PageAsked) -> Page[IncidentOut]:
    """Incidents, the newest first."""
    del request
    rows, following = page(Incident.objects.all(), ("opened_at", "id"), asked)
    return Page[IncidentOut](items=[_out(each) for each in rows], next=following)


@reading(router, ONE, "incidents_read", allowed(READ, "incidents.read"), IncidentOut)
def read(request: HttpRequest, id: UUID) -> IncidentOut:  # noqa: A002
    """One incident."""
    del request
    return _out(_found(id))


@reading(
    router, f"{ONE}/accounts", "incidents_accounts", allowed(READ, "incidents.read"),
    Page[ConcernedOut],
)  # fmt: skip
def accounts(request: HttpRequest, id: UUID, asked: PageAsked) -> Page[ConcernedOut]:  # noqa: A002
    """Whom it concerned, and what came of it for each."""
    del request
    rows, following = page(_found(id).affected.all(), ("id",), asked)
    return Page[ConcernedOut](items=[_concerned(each) for each in rows], next=following)


@reading(
    router, f"{ONE}/measures", "incidents_measures", allowed(READ, "incidents.read"),
    Page[MeasureOut],
)  # fmt: skip
def measures(request: HttpRequest, id: UUID, asked: PageAsked) -> Page[MeasureOut]:  # noqa: A002
    """What was done about it, or proposed, the newest first."""
    del request
    found = _found(id).measures.select_related("approval")
    rows, following = page(found, ("made_at", "id"), asked)
    return Page[MeasureOut](items=[_measure(each) for each in rows], next=following)


# --- the incident ----------------------------------------------------------------------------
@doing(
    router, "/incidents/preview", "incidents_preview", allowed(READ, "incidents.open"), FoundOut,
    repeated=Repeated.NEVER,
)  # fmt: skip
def preview(request: HttpRequest, said: ScopeSaid) -> FoundOut:
    """Whom an incident of this scope would concern now; nothing is written."""
    del request
    found = found_in(_scope(said), _window(said), received_at())
    reasons = {why: found.count(why) for why in WHY if found.count(why)}
    return FoundOut(accounts=len(found.accounts), reasons=reasons, lacks=found.lacks)


@doing(
    router, "/incidents", "incidents_open", allowed(WRITE, "incidents.open"), IncidentOut,
    repeated=Repeated.BY_ITSELF,
)  # fmt: skip
def open_one(request: HttpRequest, said: IncidentSaid) -> IncidentOut:
    """Open an incident; nothing is done to any account."""
    by, now = caller_of(request).acting("incidents.open"), received_at()
    wanted = _wanted(said)
    return _out(open_incident(wanted, _looked(wanted), by=by, at=now))


@doing(
    router, ONE, "incidents_change", allowed(WRITE, "incidents.change"), IncidentOut,
    method="PUT", repeated=Repeated.BY_ITSELF,
)  # fmt: skip
def change(request: HttpRequest, id: UUID, said: ChangeSaid) -> IncidentOut:  # noqa: A002
    """Change what it says; its accounts are counted anew."""
    by, wanted = caller_of(request).acting("incidents.change"), _wanted(said)
    found = _looked(wanted)
    return _out(change_incident(id, wanted, found, by=by, at=received_at(), reason=said.reason))


@doing(
    router, f"{ONE}/count", "incidents_count", allowed(WRITE, "incidents.count_accounts"),
    IncidentOut, repeated=Repeated.BY_ITSELF,
)  # fmt: skip
def count(request: HttpRequest, id: UUID) -> IncidentOut:  # noqa: A002
    """Count its accounts anew."""
    row, now = _found(id), received_at()
    by = caller_of(request).acting("incidents.count_accounts")
    return _out(count_accounts(id, found_in(scope_of(row), window_of(row), now), by=by, at=now))


@doing(router, f"{ONE}/decide", "incidents_decide", allowed(WRITE, "incidents.decide"), IncidentOut)
def decide(request: HttpRequest, id: UUID, said: DecidedSaid) -> IncidentOut:  # noqa: A002
    """Decide it in words."""
    by = caller_of(request).acting("incidents.decide")
    return _out(decide_incident(id, by=by, at=received_at(), decision=said.decision))


@doing(router, f"{ONE}/close", "incidents_close", allowed(WRITE, "incidents.close"), IncidentOut)
def close(request: HttpRequest, id: UUID, said: Why) -> IncidentOut:  # noqa: A002
    """Close it: nothing more is done about it."""
    by = caller_of(request).acting("incidents.close")
    return _out(close_incident(id, by=by, at=received_at(), reason=said.reason))


@doing(
    router, f"{ONE}/report", "incidents_publish_report",
    allowed(WRITE, "incidents.publish_report"), IncidentOut, method="PUT",
)  # fmt: skip
def publish(request: HttpRequest, id: UUID, said: ReportSaid) -> IncidentOut:  # noqa: A002
    """Publish its report: everybody may read it."""
    by = caller_of(request).acting("incidents.publish_report")
    return _out(publish_report(id, said.report, by=by, at=received_at()))


@doing(
    router, f"{ONE}/withdraw-report", "incidents_withdraw_report",
    allowed(WRITE, "incidents.withdraw_report"), IncidentOut,
)  # fmt: skip
def withdraw(request: HttpRequest, id: UUID, said: Why) -> IncidentOut:  # noqa: A002
    """Withdraw its public report."""
    by = caller_of(request).acting("incidents.withdraw_report")
    return _out(withdraw_report(id, by=by, at=received_at(), reason=said.reason))


# --- what is done about it -------------------------------------------------------------------
@doing(
    router, f"{ONE}/measures", "incidents_measure", allowed(WRITE, "incidents.propose_measure"),
    MeasureOut,
)  # fmt: skip
def measure(request: HttpRequest, id: UUID, said: MeasureSaid) -> MeasureOut:  # noqa: A002
    """Take a measure; one of rules, verdicts or money waits for a second person's approval."""
    caller, now = caller_of(request), received_at()
    wanted = MeasureWanted(
        kind=said.kind,
        accounts=said.accounts,
        rules=tuple(said.rules),
        until=said.until,
        amount=None if said.amount is None else Decimal(said.amount),
        currency=said.currency,
        text=said.text,
    )
    _found(id)
    name = "propose_measure" if said.kind in BY_TWO else "take_measure"
    act = propose_measure if said.kind in BY_TWO else take_measure
    by = caller.acting(f"incidents.{name}")
    return _measure(act(id, wanted, by=by, at=now, reason=said.reason))


@doing(
    router, "/measures/{uuid:id}/undo", "incidents_undo_measure",
    allowed(WRITE, "incidents.undo_measure"), MeasureOut,
)  # fmt: skip
def undo(request: HttpRequest, id: UUID, said: Why) -> MeasureOut:  # noqa: A002
    """Undo a measure: rules count again, paused accounts go on."""
    by = caller_of(request).acting("incidents.undo_measure")
    return _measure(undo_measure(id, by=by, at=received_at(), reason=said.reason))


@doing(
    router, "/challenges/{uuid:id}/propose-enforcement", "challenges_propose_enforcement",
    allowed(WRITE, "challenges.propose_enforcement"), ApprovalOut,
)  # fmt: skip
def enforcement(request: HttpRequest, id: UUID, said: Why) -> ApprovalOut:  # noqa: A002
    """Propose to enforce a breach that waits; a second person approves it."""
    by = caller_of(request).acting("challenges.propose_enforcement")
    return approval_out(propose_enforcement(id, by=by, at=received_at(), reason=said.reason))


@doing(
    router, "/challenges/{uuid:id}/release", "challenges_release",
    allowed(WRITE, "challenges.release_held"), Done,
)  # fmt: skip
def release(request: HttpRequest, id: UUID, said: Why) -> Done:  # noqa: A002
    """Release an account whose verdict waited, and was withdrawn by the engine."""
    by = caller_of(request).acting("challenges.release_held")
    release_held(id, by=by, at=received_at(), reason=said.reason)
    return Done()


# --- shared ----------------------------------------------------------------------------------
def _found(incident: UUID) -> Incident:
    row = Incident.objects.filter(pk=incident).first()
    if row is None:
        raise NotFound
    return row


def _scope(said: ScopeSaid) -> Scope:
    return Scope(
        server=said.server, rulebook=said.rulebook, symbol=said.symbol,
        logins=tuple(said.accounts),
    )  # fmt: skip


def _window(said: ScopeSaid) -> Window:
    return Window(began_at=said.began_at, ended_at=said.ended_at)


def _wanted(said: IncidentSaid) -> Wanted:
    return Wanted(
        kind=said.kind, title=said.title, told=said.told, window=_window(said), scope=_scope(said)
    )


def _looked(wanted: Wanted) -> Found:
    return found_in(wanted.scope, wanted.window, received_at())


def _out(row: Incident) -> IncidentOut:
    names = (
        "reference", "kind", "title", "told", "began_at", "ended_at", "server", "rulebook",
        "symbol", "state", "owner", "opened_at", "counted_at", "lacks", "decision", "decided_at",
        "closed_at", "report_at",
    )  # fmt: skip
    said = {name: getattr(row, name) for name in names}
    return IncidentOut(id=row.pk, accounts=row.affected.count(), **said)


def _concerned(row: Affected) -> ConcernedOut:
    effects = Effect.objects.filter(account=row.account_id, measure__incident=row.incident_id)
    came = [
        {
            "measure": str(each.measure_id), "kind": each.measure.kind,
            "undone": each.is_undoing, "refused": each.refused,
        }
        for each in effects.select_related("measure").order_by("id")
    ]  # fmt: skip
    return ConcernedOut(account=row.account_id, why=row.why, came=came)


def _measure(row: Measure) -> MeasureOut:
    return MeasureOut(
        id=row.pk, incident=row.incident_id, kind=row.kind, terms=row.terms, reason=row.reason,
        made_at=row.made_at, done_at=row.done_at, undone_at=row.undone_at,
        approval=None if row.approval is None else approval_out(row.approval),
    )  # fmt: skip
