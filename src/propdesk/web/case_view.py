"""What the desk's page of a case shows: what was said before, what is said now, what may be done.

It reads; it must not decide: what is offered here is asked again by the action.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from propdesk.crm.accounts.held_verdicts import outcome_and_verdict
from propdesk.crm.accounts.models import AccountVerdict, Approval, Case, CaseKind
from propdesk.crm.challenges.held import breaches_waiting, is_withdrawn, waiting_verdicts
from propdesk.crm.incidents.models import Affected
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.desk_account import subject_of
from propdesk.web.live import source
from propdesk.web.live.words import status_word
from propdesk.web.templatetags.figures import amount_of, words

CENT = Decimal("0.01")
OF_VERDICT = frozenset({"verdict", "rule", "outcome", "observed", "limit", "at", "by"})
"""What a case repeats of its verdict, and what names a measure by its id."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be done about the case as it stands."""

    release: bool = False
    enforce: bool = False
    reinstate: bool = False
    close: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.release or self.enforce or self.reinstate or self.close)


def case_of(case: UUID) -> Case:
    """Raises ``Http404``."""
    row = Case.objects.select_related("account").filter(pk=case).first()
    if row is None:
        raise Http404
    return row


def case_context(row: Case) -> dict[str, Any]:
    """Everything about a case."""
    before = verdict_of(row)
    after = replacing(row, before)
    live = _live(row.account.engine_account)
    return {
        "case": row,
        "account": row.account,
        "status_word": status_word(row.account.status) if row.account.status else "",
        "before": before,
        "after": after,
        "rows": _side_by_side(before, after),
        "is_withdrawn": before is not None and is_withdrawn(row.account, before.pk),
        "live": live,
        "title": _("A verdict that waits") if row.detail.get("held") else row.get_kind_display(),
        "detail": _known(row, before),
        "incidents": [
            each.incident
            for each in Affected.objects.filter(account=row.account).select_related("incident")
        ],
        "proposals": _proposals(row),
        "balance": _balance(row, live),
    }


def _known(row: Case, before: AccountVerdict | None) -> Sequence[tuple[str, str]]:
    """What the case was opened with, without what stands beside it as evidence."""
    seen = OF_VERDICT if before is not None else frozenset()
    return [
        (name, words(str(value)) if name == "held" else str(value))
        for name, value in row.detail.items()
        if value not in ("", None) and name not in seen
    ]


def offered(row: Case) -> Offered:
    """What stands to be decided. A breach that waits is not closed by words."""
    if row.closed_at is not None:
        return Offered()
    on = subject_of(row.account)
    is_last = on is not None and on.is_newest
    waits, breaches = waiting_verdicts(row.account), breaches_waiting(row.account)
    stands = [
        each for each in breaches if not is_withdrawn(row.account, outcome_and_verdict(each)[1])
    ]
    is_lost = on is not None and on.phase.outcome in {"failed", "expired", "ended"}
    names = {outcome_and_verdict(each)[1] for each in breaches}
    return Offered(
        release=is_last and bool(waits) and not stands,
        enforce=is_last and bool(stands),
        reinstate=is_last
        and (bool(breaches) or (is_lost and on is not None and on.enrolment.state == "customer")),
        close=row.source not in names,
    )


def verdict_of(row: Case) -> AccountVerdict | None:
    """The verdict a case is about: the one it names, or that it was opened by."""
    name = row.detail.get("verdict") or row.source
    found = row.account.verdicts.filter(pk=name).first()
    if found is None and row.kind == CaseKind.UN_BREACHED:
        found = row.account.verdicts.filter(outcome__startswith="fail").order_by("-at").first()
    return found


def replacing(row: Case, before: AccountVerdict | None) -> AccountVerdict | None:
    """What the engine says in its place; None: nothing."""
    if before is None:
        return None
    return row.account.verdicts.filter(replaces=before.pk).order_by("-offset").first()


def _side_by_side(
    before: AccountVerdict | None, after: AccountVerdict | None
) -> Sequence[tuple[str, str, str]]:
    """Name, what was said, what is said now."""
    if before is None:
        return []
    names = [
        (_("Rule"), "rule"), (_("Outcome"), "outcome"), (_("Observed"), "observed"),
        (_("Limit"), "limit"), (_("Comparison"), "comparison"), (_("Basis"), "basis"),
        (_("Tick"), "tick"),
    ]  # fmt: skip
    rows = [
        (word, str(getattr(before, name)), "" if after is None else str(getattr(after, name)))
        for word, name in names
    ]
    later = {} if after is None else after.evidence
    keys = [*before.evidence, *(each for each in later if each not in before.evidence)]
    evidence = [
        (each, str(before.evidence.get(each, "")), str(later.get(each, ""))) for each in keys
    ]
    moment = (_("At (UTC)"), f"{before.at:%Y-%m-%d %H:%M:%S.%f}",
              "" if after is None else f"{after.at:%Y-%m-%d %H:%M:%S.%f}")  # fmt: skip
    return [moment, *rows, *evidence]


def _live(name: str) -> dict[str, str] | None:
    """What the engine says of the account now; None: it does not say anything."""
    try:
        found = source.accounts().account(name)
    except EngineAway:
        return None
    if found is None:
        return None
    row = found.row
    return {
        "status": status_word(row.status), "balance": row.balance, "equity": row.equity or "",
    }  # fmt: skip


def _balance(row: Case, live: dict[str, str] | None) -> Decimal:
    """With what a reinstated account would go on, before somebody says otherwise: what the engine
    has as its balance where the breach does not hold, else what it began with."""
    told = amount_of(live["balance"]) if live and row.kind == CaseKind.UN_BREACHED else None
    return (told or row.account.opening_balance).quantize(CENT)


def _proposals(row: Case) -> Sequence[Approval]:
    on = subject_of(row.account)
    if on is None:
        return []
    return list(Approval.objects.filter(subject=on.enrolment.pk, decision=""))
