"""The rows of the work queue as they are shown, and what this visitor may do with each.

It must not do anything: what is offered here is asked again by the action.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy

from propdesk.crm.challenges.desk_queue import Entry, Waiting
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.row_form import RowForm
from propdesk.web.templatetags.figures import duration, words

WORDS = {
    "case": gettext_lazy("Cases"),
    "command": gettext_lazy("Failed commands"),
    "unconfirmed": gettext_lazy("Rights nobody confirmed"),
    "unknown": gettext_lazy("Unknown verdicts, feed gaps"),
    "gate": gettext_lazy("Waiting at a gate"),
    "due_work": gettext_lazy("Due work that failed"),
}


@dataclass(frozen=True, slots=True)
class May:
    """What a visitor may do with what waits."""

    acknowledge: bool
    close: bool
    repeat: bool

    @classmethod
    def of(cls, roles: frozenset[str]) -> "May":
        names = ("acknowledge", "close_case", "deliver_again")
        return cls(*(permitting_role(f"accounts.{name}", roles) is not None for name in names))


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits, every figure a text."""

    kind: str
    subject: str
    """What names it; of a case and of a command its id."""
    what: str
    account: UUID | None
    name: str
    waits: str
    detail: str
    by: str
    """Who looks at it; empty: nobody yet."""
    token: str
    """That of the page's forms."""
    may: May

    @property
    def subject_id(self) -> str:
        return self.subject

    @property
    def may_acknowledge(self) -> bool:
        return self.may.acknowledge

    @property
    def may_close(self) -> bool:
        return self.kind == "case" and self.may.close

    @property
    def may_repeat(self) -> bool:
        return self.kind == "command" and self.may.repeat

    @property
    def may_settle(self) -> bool:
        return self.kind == "gate" and self.account is not None


DRAWN = RowForm(
    "web/desk/queue_row.html",
    values=("kind", "subject", "what", "name", "waits", "detail", "by", "token"),
    ids=("account", "subject_id"),
    switches=("account", "by", "may_acknowledge", "may_close", "may_repeat", "may_settle"),
)


def rows_of(
    waiting: Waiting, names: Mapping[UUID, str], may: May, token: str, at: datetime
) -> list[Row]:
    """What waits of one sort; ``names`` are of those who look at things."""
    return [_row(waiting.kind, each, names, may, token, at) for each in waiting.entries]


def _row(
    kind: str, entry: Entry, names: Mapping[UUID, str], may: May, token: str, at: datetime
) -> Row:
    seen = entry.acknowledged
    return Row(
        kind=kind,
        subject=entry.subject,
        what=words(entry.what),
        account=entry.account,
        name=entry.name or "–",
        waits=age(entry.since, at),
        detail=entry.detail or "–",
        by="" if seen is None else names.get(seen.by, str(seen.by)),
        token=token,
        may=may,
    )


def age(since: datetime, at: datetime) -> str:
    return duration(max(0, int((at - since).total_seconds())))


def names_of(sorts: Iterable[Waiting], roles: frozenset[str]) -> dict[UUID, str]:
    """Who looks at what waits, as somebody in ``roles`` sees him."""
    ids = {entry.acknowledged.by for each in sorts for entry in each.entries if entry.acknowledged}
    if not ids:
        return {}
    people = Person.objects.filter(pk__in=ids).values_list("id", "display_name")
    return {found: shown(Field.NAME, name, roles) or str(found) for found, name in people}
