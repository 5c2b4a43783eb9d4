"""Whose an account is, and what an overview says of it: what blocks it, its room, the next step.

It must not show anybody another's: what is not the visitor's is not found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from propdesk.crm.accounts.models import Blocked, TradingAccount
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.people.models import Person
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.web.live.account_picture import account_picture
from propdesk.web.live.picture import Picture
from propdesk.web.templatetags.figures import money, words
from propdesk.web.visitor import visitor
from propdesk.wire.live_state import LiveAccount

ASKED_MAX = 20
"""So many running accounts are asked for on one overview; the rest say so on their own pages."""


def person_of(request: HttpRequest) -> Person:
    """Who has signed in. Raises ``Http404`` where nobody has."""
    person = visitor(request).person
    if person is None:
        raise Http404
    return person


def own_account(request: HttpRequest, id: UUID) -> TradingAccount:  # noqa: A002
    """The visitor's own account. Raises ``Http404`` for anybody else's, and for none."""
    found = TradingAccount.objects.filter(pk=id, person=person_of(request).id).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """One account on the overview."""

    account: TradingAccount
    programme: str
    picture: Picture | None
    """None: nothing live is known of it."""
    step: str
    successor: UUID | None

    @property
    def has_ended(self) -> bool:
        return self.account.ended_at is not None

    @property
    def cells(self) -> Mapping[str, str]:
        return {} if self.picture is None else self.picture.cells


@dataclass(frozen=True, slots=True)
class Overview:
    """What one person has: accounts, those that run first, and enrolments that wait for one."""

    accounts: Sequence[Shown]
    waiting: Sequence[tuple[Enrolment, str]]
    away: str


def overview_of(person: Person, live: LiveAccounts) -> Overview:
    """Everything of a person. Where no engine answers, the firm's own records are shown."""
    rows = list(TradingAccount.objects.filter(person=person.id).order_by("-created_at", "-id"))
    rows.sort(key=lambda each: each.ended_at is not None)
    phases = {
        each.account_id: each
        for each in EnrolmentPhase.objects.filter(account__in=rows).select_related(
            "enrolment__version__programme"
        )
    }
    successors = dict(
        TradingAccount.objects.filter(replaces__in=rows).values_list("replaces_id", "id")
    )
    shown, away, asked = [], "", 0
    for row in rows:
        found = None
        if row.ended_at is None and not away and asked < ASKED_MAX:
            asked += 1
            try:
                found = live.account(row.engine_account)
            except EngineAway as gone:
                away = str(gone)
        phase = phases.get(row.pk)
        shown.append(
            Shown(
                account=row,
                programme=_programme(row, phase),
                picture=None if found is None else account_picture(found),
                step=next_step(row, phase, found),
                successor=successors.get(row.pk),
            )
        )
    return Overview(shown, _waiting(person), away)


def _programme(row: TradingAccount, phase: EnrolmentPhase | None) -> str:
    return row.rulebook if phase is None else str(phase.enrolment.version.programme.title)


def _waiting(person: Person) -> list[tuple[Enrolment, str]]:
    """Enrolments of which no account runs, with what they wait for."""
    found = Enrolment.objects.filter(
        # Nothing of it runs: either nothing was opened yet, or its last account has ended.
        Q(state="customer", phases__isnull=True)
        | Q(state__in=["passed", "awaiting_kyc", "awaiting_contract"]),
        person=person,
    ).select_related("version__programme")
    return [(each, enrolment_words(each.state)) for each in found.order_by("-state_at")]


def enrolment_words(state: str) -> str:
    """What an enrolment without a running account waits for."""
    return {
        "customer": _("Bought. The account is being opened."),
        "passed": _("Passed. The account of the next phase is being opened."),
        "awaiting_kyc": _("Passed. We check your identity next."),
        "awaiting_contract": _("Passed. Your contract comes next."),
    }.get(state, words(state))


def blocking_words(row: TradingAccount) -> str:
    """Why an account stands where it does; empty: nothing blocks it."""
    if row.blocked_by == Blocked.NOTHING:
        return _locked(row)
    return {
        Blocked.OPENING.value: _("The platform is opening it."),
        Blocked.PAUSED.value: _("It is locked for now; see when it goes on."),
        Blocked.UNKNOWN.value: _("Prices are missing: nothing is decided until they are known."),
        Blocked.CASE.value: _("A person is looking into it."),
        Blocked.BREACHED.value: _("A limit was broken."),
        Blocked.EXPIRED.value: _("Its time ran out."),
        Blocked.PROMOTION.value: _("Every objective is met."),
        Blocked.SUSPENDED.value: _("It is suspended while something is looked into."),
        Blocked.TERMINATED.value: _("The firm ended it."),
        Blocked.SUCCEEDED.value: _("Another account goes on in its place."),
    }.get(row.blocked_by, words(row.blocked_by))


def _locked(row: TradingAccount) -> str:
    standing = row.holds.filter(lifted_at=None).exclude(rights="trade")
    reasons = set(standing.values_list("reason", flat=True))
    if "own_limit" in reasons:
        return _("Locked until the next reset: your own daily limit is reached.")
    if reasons:
        return _("Nothing may be opened for now: the firm has stopped new orders.")
    return ""


def next_step(row: TradingAccount, phase: EnrolmentPhase | None, live: LiveAccount | None) -> str:
    """What the trader does or waits for next."""
    if row.blocked_by == Blocked.PROMOTION and phase is not None:
        return enrolment_words(phase.enrolment.state)
    if row.blocked_by in {Blocked.BREACHED, Blocked.EXPIRED}:
        return _("See exactly what happened.")
    if row.blocked_by != Blocked.NOTHING or live is None:
        return ""
    for goal in live.objectives:
        if goal.met is not True:
            figures = {
                "goal": words(goal.rule),
                "current": money(goal.current),
                "required": money(goal.required),
            }
            return _("%(goal)s: %(current)s of %(required)s") % figures
    if live.objectives and live.row.open_positions:
        return _("Every objective is met: close what is open.")
    if live.objectives:
        return _("Every objective is met and nothing is open: what follows comes by itself.")
    return _("Keep your limits.")
