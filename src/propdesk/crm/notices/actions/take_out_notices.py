"""Take notices out of the outbox: what they amount to is written in the transaction that marks
them, so that each is told once, whatever dies when.

It must not send anything; deliveries wait for whoever does.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.notices.composing import Composer
from propdesk.crm.notices.known import known_for
from propdesk.crm.notices.models import Alert, Delivery, InboxMessage, Notice
from propdesk.crm.notices.models.desk import Severity
from propdesk.crm.notices.told import Told, told_in
from propdesk.crm.outbox.actions.enqueue_notice import RISK, RULING, tell
from propdesk.crm.outbox.models import Destination, OutboxRow
from propdesk.crm.people.permissions import PERMITTED

AT_ONCE = 200
MAILED_A_MINUTE = 20
"""So many new alerts are sent to the desk's people one by one; what is more is on the page."""
FLOOD = "flood"

_RAISE = """
INSERT INTO notices_alert (id, key, kind, severity, account, subject, text, link, told_at,
    raised_at, last_at, times, note)
SELECT *, '' FROM unnest(%s::uuid[], %s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[],
    %s::varchar[], %s::text[], %s::varchar[], %s::timestamptz[], %s::timestamptz[],
    %s::timestamptz[], %s::integer[])
ON CONFLICT (key) WHERE acknowledged_at IS NULL
DO UPDATE SET times = notices_alert.times + EXCLUDED.times, last_at = EXCLUDED.last_at
RETURNING id, xmax = 0
"""
_COLUMNS = (
    "id", "key", "kind", "severity", "account", "subject", "text", "link", "told_at", "raised_at",
    "last_at", "times",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Raising:
    """A notice the desk must see."""

    told: Told
    notice: Notice
    alert: Alert


def take_out_notices(now: datetime, alarm: Callable[[str], None]) -> int:
    """Take out what is there, ``AT_ONCE`` at most; how many that was. One that cannot be read is
    given up and told, and stops no other."""
    with transaction.atomic():
        rows = list(
            OutboxRow.objects.filter(
                destination=Destination.NOTICE, delivered_at__isnull=True,
                given_up_at__isnull=True, next_try_at__lte=now,
            )
            .order_by("id")
            .select_for_update(skip_locked=True)[:AT_ONCE]
        )  # fmt: skip
        if rows:
            read = list(_read(rows, now, alarm))
            _write(read, now, alarm)
        return len(rows)


def _read(
    rows: Iterable[OutboxRow], now: datetime, alarm: Callable[[str], None]
) -> Iterable[tuple[OutboxRow, Told]]:
    for row in rows:
        try:
            yield row, told_in(row)
        except ValueError as error:
            _give_up(row, f"not readable: {error}", now, alarm)


def _write(read: list[tuple[OutboxRow, Told]], now: datetime, alarm: Callable[[str], None]) -> None:
    composer = Composer(known_for(told for _, told in read), now)
    done: list[int] = []
    raising: list[_Raising] = []
    for row, told in read:
        try:
            alert = composer.alert(told)
            notice = _take(composer, told)
        except Exception as error:  # noqa: BLE001 - one notice must not stop the others
            _give_up(row, f"not worded: {type(error).__name__}: {error}", now, alarm)
            continue
        done.append(row.pk)
        if alert is not None:
            raising.append(_Raising(told, notice, alert))
    _tell_staff(composer, raising, now)
    made = composer.made
    Notice.objects.bulk_create(made.notices)
    InboxMessage.objects.bulk_create(made.inbox)
    # Somebody who is told as two roles by one kind is told once.
    Delivery.objects.bulk_create(made.deliveries, ignore_conflicts=True)
    OutboxRow.objects.filter(pk__in=done).update(delivered_at=now, last_error="")


def _take(composer: Composer, told: Told) -> Notice:
    """Make what one notice amounts to, but for the desk's own people."""
    notice = composer.notice(told)
    composer.to_person(told, notice)
    composer.to_outlets(told, notice)
    for to in told.to:
        if to == RULING or to in PERMITTED:
            composer.to_staff(told, notice, to)
    return notice


def _tell_staff(composer: Composer, raising: list[_Raising], now: datetime) -> None:
    """Raise the alerts, and tell of the new ones, as many as a minute bears."""
    raised = _raised_lately(now)
    fresh = _raise([each.alert for each in raising])
    for each in raising:
        if each.alert.pk not in fresh:
            continue
        if raised < MAILED_A_MINUTE or each.told.notice == FLOOD:
            composer.to_staff(each.told, each.notice, RISK)
        elif raised == MAILED_A_MINUTE:
            detail = {"count": MAILED_A_MINUTE}
            tell(FLOOD, key_of(FLOOD, str(each.told.key)), now, to=(RISK,), detail=detail)
        raised += 1


def _raised_lately(now: datetime) -> int:
    """New alerts of the last minute."""
    return Alert.objects.filter(raised_at__gt=now - timedelta(minutes=1)).count()


def _raise(alerts: Sequence[Alert]) -> set[UUID]:
    """The ids of those that are new; of the others, the open one of the key counts more."""
    first: dict[str, Alert] = {}
    for alert in alerts:
        if alert.key in first:
            first[alert.key].times += 1
        else:
            first[alert.key] = alert
    if not first:
        return set()
    columns = [[_plain(getattr(each, name)) for each in first.values()] for name in _COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, columns)
        return {key for key, is_new in cursor.fetchall() if is_new}


def _plain(value: object) -> object:
    """A choice as its word."""
    return value.value if isinstance(value, Severity) else value


def _give_up(row: OutboxRow, why: str, now: datetime, alarm: Callable[[str], None]) -> None:
    OutboxRow.objects.filter(pk=row.pk).update(given_up_at=now, last_error=why)
    alarm(f"notices: {row} is given up: {why}")
