"""From a notice to what leaves: inbox messages, deliveries, an alert. It writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import msgspec

from propdesk.crm.notices.alert_keys import alert_key
from propdesk.crm.notices.kinds import Kind, kind_of
from propdesk.crm.notices.known import Known
from propdesk.crm.notices.links import ALERTS, INBOX, path_to
from propdesk.crm.notices.models import Alert, Channel, Delivery, InboxMessage, Notice, Outlet
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.notices.told import Told
from propdesk.crm.notices.values import Reader, values_of
from propdesk.crm.notices.wording import filled_in, one_line
from propdesk.crm.outbox.actions.enqueue_notice import RISK, RULING, TRADER
from propdesk.crm.people.models import Person
from propdesk.crm.uuid7 import uuid7

SUBJECT_MAX, PATH_MAX = 200, 300
CODE = "connect_code"
"""The only kind that goes to a chat that is not confirmed yet, and nowhere else."""
_JSON = msgspec.json.Encoder(enc_hook=str, order="deterministic")


@dataclass(slots=True)
class Made:
    """What a batch amounts to."""

    notices: list[Notice] = field(default_factory=list)
    inbox: list[InboxMessage] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it leaves."""

    subject: str
    text: str
    path: str
    link: str


class Composer:
    """Makes what a batch of notices amounts to, with everything that must be known."""

    def __init__(self, known: Known, now: datetime) -> None:
        self._known, self._now = known, now
        self._ids = ids_in_order(now)
        self.made = Made()

    def notice(self, told: Told) -> Notice:
        """The row of what happened; everything else hangs on it."""
        row = Notice(
            id=told.key, kind=told.notice[:40], at=told.at, taken_at=self._now,
            account=told.engine_account, person=told.person, detail=dict(told.detail),
        )  # fmt: skip
        self.made.notices.append(row)
        return row

    def to_person(self, told: Told, notice: Notice) -> None:
        """Tell the person a notice names, where it is for him."""
        person = self._known.persons.get(told.person) if told.person is not None else None
        if person is None or TRADER not in told.to:
            return
        kind = kind_of(told.notice, KINDS)
        words = self.words(told, kind, person)
        if told.notice == CODE:
            self._deliver(notice, kind, Channel(told.word("channel")), words, person)
            return
        self.made.inbox.append(
            InboxMessage(
                id=next(self._ids), notice=notice, person=person.id, kind=kind.name,
                at=told.happened(), subject=words.subject, text=words.text, link=words.path,
            )
        )  # fmt: skip
        for channel in self._known.channels(person, kind):
            self._deliver(notice, kind, channel, words, person)

    def to_outlets(self, told: Told, notice: Notice) -> None:
        """Send it where staff want it sent. A code is nobody's but whose it is."""
        if told.notice == CODE:
            return
        for outlet in self._known.outlets:
            only = told.word("outlet")
            if only and only != str(outlet.pk):
                continue
            if told.notice == "delivery" and told.word("channel") == outlet.channel:
                continue  # what does not arrive is not told by the same way
            if only or not outlet.kinds or told.notice in outlet.kinds:
                self._to_outlet(told, notice, outlet)

    def alert(self, told: Told) -> Alert | None:
        """What the desk must see of it; None: nothing."""
        if RISK not in told.to:
            return None
        kind = kind_of(told.notice, KINDS, alert=True)
        words = self.words(told, kind, None)
        return Alert(
            id=next(self._ids), key=alert_key(told), kind=kind.name, severity=kind.severity,
            account=told.engine_account, subject=words.subject, text=words.text, link=words.path,
            told_at=told.at, raised_at=self._now, last_at=self._now,
        )  # fmt: skip

    def to_staff(self, told: Told, notice: Notice, to: str) -> None:
        """Tell whoever holds the role risk, the owners and admins, or who may do an action."""
        kind = kind_of(told.notice, KINDS, alert=True)
        groups = {RULING: self._known.ruling, RISK: self._known.risk, **self._known.permitted}
        for person in groups[to]:
            words = self.words(told, kind, person)
            for channel in self._known.channels(person, kind):
                self._deliver(notice, kind, channel, words, person)

    # -- one message
    def words(self, told: Told, kind: Kind, person: Person | None) -> Words:
        """A kind's text, filled in for somebody; None: for the desk."""
        account = self._known.accounts.get(told.account) if told.account is not None else None
        text = self._known.texts.of(kind, "" if person is None else person.language)
        path = path_to(
            kind.to, account="" if account is None else str(account.pk),
            engine_account=told.engine_account, order=told.word("order"),
        )  # fmt: skip
        if len(path) > PATH_MAX:
            path = ALERTS if kind.is_alert else INBOX
        link = self._known.terms.site + path
        reader = Reader(
            name=_name_of(person), firm=self._known.look(person).name,
            zone="UTC" if person is None else person.time_zone,
        )  # fmt: skip
        values = values_of(told, account, reader, link)
        subject = one_line(filled_in(text.subject, values), SUBJECT_MAX)
        return Words(subject, filled_in(text.body, values), path, link)

    def _deliver(
        self, notice: Notice, kind: Kind, channel: Channel, words: Words, person: Person
    ) -> None:
        self.made.deliveries.append(
            Delivery(
                id=next(self._ids), notice=notice, kind=kind.name, channel=channel,
                person=person.id, address=person.email if channel == Channel.MAIL else "",
                subject=words.subject, text=words.text, link=words.link,
                created_at=self._now, next_try_at=self._now,
            )
        )  # fmt: skip

    def _to_outlet(self, told: Told, notice: Notice, outlet: Outlet) -> None:
        kind = kind_of(told.notice, KINDS, alert=RISK in told.to)
        words = self.words(told, kind, None)
        is_hook = outlet.channel == Channel.WEBHOOK
        self.made.deliveries.append(
            Delivery(
                id=next(self._ids), notice=notice, kind=kind.name, channel=outlet.channel,
                outlet=outlet, subject="" if is_hook else words.subject,
                text=event_json(told, self._known) if is_hook else words.text,
                link=words.link, created_at=self._now, next_try_at=self._now,
            )
        )  # fmt: skip


def ids_in_order(at: datetime) -> Iterator[UUID]:
    """Identifiers made at one moment that sort in the order in which they were given out."""
    first = uuid7(at).int & ~0xFFFFFFFF
    return (UUID(int=first + number) for number in count())


def _name_of(person: Person | None) -> str:
    if person is None:
        return "desk"
    return person.display_name or person.email.partition("@")[0]


def event_json(told: Told, known: Known) -> str:
    """A webhook's body: what happened, to which account and whose, and no name of a person."""
    account = known.accounts.get(told.account) if told.account is not None else None
    data: dict[str, Any] = dict(told.detail)
    data.pop("outlet", None)
    if account is not None:
        data["account"] = {
            "id": str(account.pk), "login": account.login, "server": account.server,
            "programme": account.rulebook, "phase": account.phase,
        }  # fmt: skip
    elif told.engine_account:
        data["account"] = {"login": told.engine_account}
    if told.person is not None:
        data["person"] = str(told.person)
    whole = {"type": told.notice, "timestamp": told.happened().isoformat(), "data": data}
    return _JSON.encode(whole).decode()
