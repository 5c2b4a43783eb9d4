"""Releases for tests: a desk that writes the calendar, and what of it went on its way."""

from datetime import UTC, datetime, timedelta

from propdesk.crm.audit.actor import Actor
from propdesk.crm.calendar.actions.add_release import add_release
from propdesk.crm.calendar.models import ReleaseVersion
from propdesk.crm.calendar.writing import Said
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import NewsScheduled
from propdesk.wire.log_codec import decode

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RISK = Actor(uuid7(NOW), "risk", "192.0.2.7")
SUPPORT = Actor(uuid7(NOW), "support", "192.0.2.8")


def said(
    release_at: datetime = NOW + 5 * HOUR,
    title: str = "Payrolls",
    currencies: tuple[str, ...] = ("USD",),
    impact: str = "high",
    symbols: tuple[str, ...] = (),
) -> Said:
    return Said(
        release_at=release_at, title=title, currencies=currencies, impact=impact, symbols=symbols
    )


def added(what: Said | None = None, at: datetime = NOW, *, sudden: bool = True) -> ReleaseVersion:
    return add_release(what or said(), sudden=sudden, by=RISK, at=at)


def sent() -> list[NewsScheduled]:
    """What was put on its way to the engine, in its order."""
    rows = OutboxRow.objects.filter(destination="engine", command="NewsScheduled").order_by("id")
    found = [decode(bytes(each.body)) for each in rows]
    assert all(isinstance(each, NewsScheduled) for each in found)
    return [each for each in found if isinstance(each, NewsScheduled)]
