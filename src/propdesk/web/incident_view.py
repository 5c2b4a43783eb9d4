"""What the desk's page of an incident shows: its accounts with what came of each, its measures, its
time line.

It reads; it must not decide.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.incidents.measures import UNDONE_BY_ONE
from propdesk.crm.incidents.models import Affected, Effect, Incident, Measure
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.web.templatetags.figures import words

ACCOUNTS_SHOWN: Final = 100
LINES_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account concerned, why, and what came of each measure for it."""

    affected: Affected
    came: Sequence[str]

    @property
    def account(self) -> TradingAccount:
        return self.affected.account


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure and where it stands."""

    measure: Measure
    terms: Sequence[tuple[str, str]]
    state: str
    done: int
    refused: int
    waits: bool
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the incident's time line."""

    at: datetime
    word: str
    actor: str
    reason: str
    detail: Sequence[tuple[str, str]]


def incident_of(incident: UUID) -> Incident:
    """Raises ``Http404``."""
    row = Incident.objects.filter(pk=incident).first()
    if row is None:
        raise Http404
    return row


def incident_context(
    row: Incident, roles: frozenset[str], after: int, at: datetime
) -> dict[str, Any]:
    """Everything the page shows; accounts from the ``after``-th row on."""
    rows = row.affected.select_related("account").filter(pk__gt=after).order_by("id")
    page = list(rows[: ACCOUNTS_SHOWN + 1])
    came = _came([each.account_id for each in page], row)
    people = Person.objects.in_bulk([row.owner])
    owner = people.get(row.owner)
    return {
        "incident": row,
        "owner": "" if owner is None else shown(Field.NAME, owner.display_name, roles),
        "scope": _scope(row),
        "count": row.affected.count(),
        "reasons": _reasons(row),
        "accounts": [AccountRow(each, came[each.account_id]) for each in page[:ACCOUNTS_SHOWN]],
        "more": page[ACCOUNTS_SHOWN - 1].pk if len(page) > ACCOUNTS_SHOWN else None,
        "measures": [_measure(each, at) for each in _measures(row)],
        "lines": _lines(row, roles),
    }


def _measures(row: Incident) -> Sequence[Measure]:
    return list(row.measures.select_related("approval").order_by("-made_at"))


def _measure(row: Measure, at: datetime) -> MeasureRow:
    refusals = row.effects.filter(is_undoing=False).values_list("refused", flat=True)
    lost = sum(bool(each) for each in refusals)
    return MeasureRow(
        measure=row,
        terms=_terms(row.terms),
        state=_state(row, at),
        waits=_waits(row, at),
        done=len(refusals) - lost,
        refused=lost,
        can_be_undone=bool(row.done_at and row.undone_at is None and row.kind in UNDONE_BY_ONE),
    )


def _state(row: Measure, at: datetime) -> str:
    if row.undone_at is not None:
        return _("undone")
    if row.done_at is not None:
        return _("done")
    if _waits(row, at):
        return _("waits for a second person")
    approval = row.approval
    return _("refused") if approval is not None and approval.decision == "refused" else _("lapsed")


def _waits(row: Measure, at: datetime) -> bool:
    approval = row.approval
    return approval is not None and not approval.decision and approval.expires_at > at


def _terms(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    said = {name: terms.get(name) for name in ("rules", "until", "amount", "currency", "text")}
    return [(name, _said(name, value)) for name, value in said.items() if value]


def _said(name: str, value: Any) -> str:
    """One thing a measure or a line says, as a person reads it."""
    if isinstance(value, list):
        return ", ".join(words(str(each)) for each in value)
    return words(str(value)) if name in {"kind", "measure"} else str(value)


def _scope(row: Incident) -> list[tuple[str, str]]:
    parts = [
        (_("Symbol"), row.symbol), (_("Server"), row.server), (_("Rulebook"), row.rulebook),
        (_("Accounts"), ", ".join(row.logins)),
    ]  # fmt: skip
    return [(name, value) for name, value in parts if value] or [(_("Scope"), _("the firm"))]


def _reasons(row: Incident) -> list[tuple[str, int]]:
    counts: dict[str, int] = defaultdict(int)
    for why in row.affected.values_list("why", flat=True):
        for each in why:
            counts[each] += 1
    return sorted(counts.items())


def _came(accounts: Sequence[UUID], row: Incident) -> Mapping[UUID, Sequence[str]]:
    effects = Effect.objects.filter(account__in=accounts, measure__incident=row)
    found: dict[UUID, list[str]] = defaultdict(list)
    for each in effects.select_related("measure").order_by("id"):
        found[each.account_id].append(effect_words(each))
    return found


def effect_words(effect: Effect) -> str:
    """What a measure came to for one account, in words for the desk."""
    word = effect.measure.get_kind_display()
    if effect.refused:
        return _("%(what)s: not done. %(why)s") % {"what": word, "why": effect.refused}
    if effect.is_undoing:
        return _("%(what)s: undone") % {"what": word}
    return _("%(what)s: done") % {"what": word}


def _lines(row: Incident, roles: frozenset[str]) -> list[Line]:
    rows = list(
        AuditRow.objects.filter(object_type="incident", object_id=str(row.pk)).order_by("-number")[
            :LINES_SHOWN
        ]
    )
    people = Person.objects.in_bulk([each.person for each in rows if each.person])
    found = []
    for each in rows:
        person = None if each.person is None else people.get(each.person)
        actor = each.process or each.role
        if person is not None:
            actor = shown(Field.NAME, person.display_name, roles) or str(person.pk)
        detail = [
            (name, _said(name, value))
            for name, value in (each.after or {}).items()
            if value and name not in {"approval", "incident", "reference"}
        ]
        found.append(Line(each.at, each.action.rpartition(".")[2], actor, each.reason, detail))
    return found
