"""A courier of notices with channels that keep what they are given, and a clock set by hand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from propdesk.boot.courier_of_notices import NoticeCourier
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.notices.models import Delivery
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.people.models import Person
from propdesk.ports.messengers import Messenger, Outgoing
from tests.crm.accounts.house_of_accounts import NOW, account

BREACH: dict[str, Any] = {
    "verdict": "V1", "phase": "challenge", "rule": "max_loss", "at": NOW.isoformat(),
    "observed": "89999.99", "limit": "90000.00", "basis": "equity",
}  # fmt: skip


class Killed(BaseException):
    """The process ended here."""


class FakeMessenger(Messenger):
    """Keeps what came; raises what it is told to, before or after it has taken it."""

    def __init__(self, knows_keys: bool = False) -> None:
        self.knows_keys = knows_keys
        self.taken: list[Outgoing] = []
        self.before: BaseException | None = None
        self.after: BaseException | None = None

    def send(self, message: Outgoing) -> str:
        if self.before is not None:
            raise self.before
        self.taken.append(message)
        if self.after is not None:
            raise self.after
        return "taken"


class PostOffice:
    """Everything between the outbox and the channels."""

    def __init__(self) -> None:
        self.now = NOW
        self.alarms: list[str] = []
        self.channels = {
            "mail": FakeMessenger(), "telegram": FakeMessenger(), "discord": FakeMessenger(),
            "webhook": FakeMessenger(knows_keys=True),
        }  # fmt: skip

    def courier(self, executor: ThreadPoolExecutor, name: str = "c1") -> NoticeCourier:
        return NoticeCourier(name, self.channels, executor, self.alarms.append, lambda: self.now)

    def deliver(self) -> None:
        """Until nothing is left to do now."""
        with ThreadPoolExecutor(1) as executor:
            courier = self.courier(executor)
            for _ in range(2):  # what is put aside is told of in the next round
                while courier.step() or courier.is_sending:
                    courier.finish()

    def dies_delivering(self) -> None:
        """A courier that is killed while it sends."""
        with ThreadPoolExecutor(1) as executor:
            courier = self.courier(executor, "dead")
            try:
                while courier.step() or courier.is_sending:
                    courier.finish()
            except Killed:
                return
        raise AssertionError("it lives")

    def later(self, **how: float) -> None:
        self.now += timedelta(**how)

    def mails(self, to: str) -> list[str]:
        """The subjects of the mails somebody got."""
        return [each.subject for each in self.channels["mail"].taken if each.to == to]


def account_of(person: Person, login: str = "1001") -> TradingAccount:
    made = account(login)
    made.person = person.id
    made.save(update_fields=["person"])
    return made


def put(
    notice: str, whose: TradingAccount, at: datetime = NOW, source: str = "s", **detail: object
) -> None:
    """A notice about an account, as the firm puts it into the outbox."""
    key = key_of(whose.engine_account, "notice", notice, source)
    with transaction.atomic():
        enqueue_messages([notice_message(whose, notice, detail, key)], at)


def states() -> list[str]:
    """Of every delivery, oldest first: its channel and how it stands."""
    return [f"{each.channel} {each.state}" for each in Delivery.objects.order_by("id")]
