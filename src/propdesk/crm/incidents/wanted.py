"""An incident as somebody wants it, checked where it is made; and the accounts it is about."""

from dataclasses import dataclass
from datetime import datetime

from propdesk.crm.incidents.finding import Found, Scope, Window
from propdesk.crm.incidents.models import Affected, Incident, IncidentKind
from propdesk.crm.refusal import ActionRefused

TITLE_MAX, TOLD_MAX = 120, 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What happened, when, to whom, and what the traders read of it."""

    kind: IncidentKind
    title: str
    told: str
    window: Window
    scope: Scope


def refuse_unless_whole(wanted: Wanted, at: datetime) -> None:
    """Raise ``ActionRefused`` for one that says too little, or ends before it begins."""
    if not 0 < len(wanted.title.strip()) <= TITLE_MAX:
        raise ActionRefused("no_title", "Give it a short title.")
    if not 0 < len(wanted.told.strip()) <= TOLD_MAX:
        raise ActionRefused("no_text", "Say what the traders concerned read.")
    if wanted.window.began_at > at:
        raise ActionRefused("not_begun", "It cannot begin in the future.")
    ended = wanted.window.ended_at
    if ended is not None and ended <= wanted.window.began_at:
        raise ActionRefused("no_window", "It ends after it began.")


def write(row: Incident, wanted: Wanted) -> None:
    """Put what is wanted into the row's fields; the caller saves it."""
    row.kind, row.title, row.told = wanted.kind, wanted.title.strip(), wanted.told.strip()
    row.began_at, row.ended_at = wanted.window.began_at, wanted.window.ended_at
    row.server, row.rulebook = wanted.scope.server, wanted.scope.rulebook
    row.symbol, row.logins = wanted.scope.symbol, list(wanted.scope.logins)


def scope_of(row: Incident) -> Scope:
    """The scope an incident has."""
    return Scope(
        server=row.server, rulebook=row.rulebook, symbol=row.symbol, logins=tuple(row.logins)
    )


def window_of(row: Incident) -> Window:
    """The window an incident has."""
    return Window(began_at=row.began_at, ended_at=row.ended_at)


def put_accounts(row: Incident, found: Found, at: datetime) -> tuple[int, int]:
    """Make the list what was found, in the caller's transaction; how many came and went. One that
    a measure was taken for stays."""
    known = {each.account_id: each for each in row.affected.all()}
    now = dict(found.accounts)
    touched = set(row.measures.values_list("effects__account", flat=True))
    gone = [each.pk for key, each in known.items() if key not in now and key not in touched]
    Affected.objects.filter(pk__in=gone).delete()
    for key, each in known.items():
        if key in now and tuple(each.why) != now[key]:
            each.why = list(now[key])
            each.save(update_fields=["why"])
    fresh = [
        Affected(incident=row, account_id=key, why=list(why), added_at=at)
        for key, why in found.accounts
        if key not in known
    ]
    Affected.objects.bulk_create(fresh)
    row.counted_at, row.lacks = at, found.lacks
    return len(fresh), len(gone)
