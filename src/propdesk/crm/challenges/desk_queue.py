"""What waits for the desk, each sort with its count and the oldest first.

It reads; it must not write.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from propdesk.crm.accounts.models import (
    Acknowledgement,
    Approval,
    Case,
    DueWork,
    TradingAccount,
)
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.outbox.models import OutboxRow

SHOWN_MAX = 25
GATES = ("passed", "awaiting_kyc", "awaiting_contract")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that waits. ``subject`` names it for whoever acknowledges it."""

    subject: str
    what: str
    since: datetime
    account: UUID | None = None
    name: str = ""
    detail: str = ""
    acknowledged: Acknowledgement | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sort of work: all there is, and the oldest of it."""

    kind: str
    count: int
    entries: Sequence[Entry]

    @property
    def oldest(self) -> datetime | None:
        return self.entries[0].since if self.entries else None


_COUNTS = """
SELECT
    (SELECT count(*) FROM accounts_case WHERE closed_at IS NULL),
    (SELECT count(*) FROM outbox_outboxrow
     WHERE delivered_at IS NULL AND given_up_at IS NOT NULL),
    (SELECT count(*) FROM accounts_tradingaccount WHERE NOT (rights = rights_wanted)),
    (SELECT count(*) FROM accounts_tradingaccount WHERE blocked_by = 'unknown'),
    (SELECT count(*) FROM challenges_enrolment WHERE state = ANY(%(gates)s)),
    (SELECT count(*) FROM accounts_duework
     WHERE attempts > 0 AND done_at IS NULL AND due_at <= %(at)s),
    (SELECT count(*) FROM accounts_approval WHERE decision = '' AND expires_at > %(at)s)
"""
"""In the order of ``counts``. One question for all: most sorts are empty on most days, and each
that is asked for alone costs the page as much as ten rows of it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits of each sort."""

    cases: int
    commands: int
    unconfirmed: int
    unknown: int
    gates: int
    due_work: int
    proposals: int


def counts(at: datetime) -> Counts:
    """All sorts at once, as of ``at``."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"gates": list(GATES), "at": at})
        return Counts(*cursor.fetchone())


def desk_queue(at: datetime, known: Counts | None = None) -> Sequence[Waiting]:
    """Everything that waits as of ``at``, the gravest sort first; ``known`` is what ``counts``
    said of the same moment."""
    found = counts(at) if known is None else known
    sorts: tuple[tuple[str, int, Callable[[], list[Entry]]], ...] = (
        ("case", found.cases, _cases),
        ("command", found.commands, _commands),
        ("unconfirmed", found.unconfirmed, _unconfirmed),
        ("unknown", found.unknown, _unknown),
        ("gate", found.gates, _gates),
        ("due_work", found.due_work, lambda: _due_work(at)),
    )
    return [
        _with_acknowledgements(Waiting(kind, count, entries())) if count else Waiting(kind, 0, ())
        for kind, count, entries in sorts
    ]


def proposals(at: datetime) -> QuerySet[Approval]:
    """What waits for a second person, the oldest first; what has lapsed is none."""
    return Approval.objects.filter(decision="", expires_at__gt=at).order_by("proposed_at")


def _cases() -> list[Entry]:
    rows = Case.objects.filter(closed_at=None)
    return [
        Entry(
            str(each.pk), each.kind, each.opened_at, each.account_id,
            each.account.engine_account, str(each.detail.get("rule", "")),
        )
        for each in rows.select_related("account")
        .only("kind", "opened_at", "detail", "account__engine_account")
        .order_by("opened_at", "id")[:SHOWN_MAX]
    ]  # fmt: skip


def _commands() -> list[Entry]:
    """Dead letters: commands and notices that were given up, and hold up what is behind them."""
    rows = OutboxRow.objects.filter(delivered_at__isnull=True, given_up_at__isnull=False)
    found = list(rows.order_by("given_up_at")[:SHOWN_MAX])
    known = _accounts(each.account for each in found)
    return [
        Entry(
            str(each.key), each.command, each.given_up_at or each.created_at,
            known.get(each.account), each.account, each.last_error,
        )
        for each in found
    ]  # fmt: skip


def _unconfirmed() -> list[Entry]:
    rows = TradingAccount.objects.exclude(rights=F("rights_wanted"))
    return [
        _of_account(each, f"{each.rights} → {each.rights_wanted}")
        for each in rows.order_by("status_at")[:SHOWN_MAX]
    ]


def _unknown() -> list[Entry]:
    """Verdicts that are not known: prices are missing, or the platform disagrees."""
    rows = TradingAccount.objects.filter(blocked_by="unknown")
    return [_of_account(each, "unknown") for each in rows.order_by("status_at")[:SHOWN_MAX]]


def _gates() -> list[Entry]:
    rows = Enrolment.objects.filter(state__in=GATES)
    found = list(rows.order_by("state_at")[:SHOWN_MAX])
    phases = EnrolmentPhase.objects.filter(enrolment__in=found).select_related("account")
    newest = {each.enrolment_id: each.account for each in phases.order_by("started_at", "id")}
    return [
        Entry(
            f"{each.pk}/{each.state}", newest[each.pk].blocked_why or each.state, each.state_at,
            newest[each.pk].pk, newest[each.pk].engine_account, each.state,
        )
        for each in found
        if each.pk in newest
    ]  # fmt: skip


def _due_work(at: datetime) -> list[Entry]:
    """What was due and failed, and is tried again."""
    rows = DueWork.objects.filter(done_at=None, attempts__gt=0, due_at__lte=at)
    return [
        Entry(str(each.pk), each.kind, each.due_at, detail=each.last_error)
        for each in rows.order_by("due_at")[:SHOWN_MAX]
    ]


def _of_account(account: TradingAccount, what: str) -> Entry:
    since = account.status_at or account.created_at
    subject = f"{account.pk}/{since.isoformat()}"
    return Entry(subject, what, since, account.pk, account.engine_account)


def _accounts(names: Iterable[str]) -> Mapping[str, UUID]:
    rows = TradingAccount.objects.filter(engine_account__in=list(names))
    return dict(rows.values_list("engine_account", "id"))


def _with_acknowledgements(waiting: Waiting) -> Waiting:
    subjects = [each.subject for each in waiting.entries]
    known = {
        each.subject: each
        for each in Acknowledgement.objects.filter(kind=waiting.kind, subject__in=subjects)
    }
    entries = [
        Entry(
            each.subject, each.what, each.since, each.account, each.name, each.detail,
            known.get(each.subject),
        )
        for each in waiting.entries
    ]  # fmt: skip
    return Waiting(waiting.kind, waiting.count, entries)
