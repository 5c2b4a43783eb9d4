"""A firm with a trader's account that the engine holds, seen by the desk."""

from decimal import Decimal
from typing import Any

from django.test import Client

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.people.models import Person, StaffRole
from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.received import received_at
from tests.crm.challenges.enrolled import Firm
from tests.crm.people.cast import staff
from tests.web.sessions import client_of

SECOND = 1_000_000


class DeskFirm(Firm):
    """The firm of ``enrolled``, whose first account bears the name of one the engine holds."""

    def __init__(self) -> None:
        super().__init__()
        Person.objects.filter(pk=self.person.pk).update(display_name="Ada Lark")
        self.enrolment: Enrolment = self.enrolled()
        self.say(self.enrolment, "active")
        self.account: TradingAccount = self.running(self.enrolment).account
        TradingAccount.objects.filter(pk=self.account.pk).update(engine_account="A001")
        self.account.refresh_from_db()

    def as_the_platform_names_it(self) -> None:
        """By its login again, under which verdicts of it are said."""
        TradingAccount.objects.filter(pk=self.account.pk).update(engine_account=self.account.login)


def made_up(count: int = 60) -> MadeUpAccounts:
    """What the engine says: accounts of a made-up market that is of now."""
    now = micros_of(received_at())
    accounts = MadeUpAccounts(count, at=now - 180 * SECOND)
    accounts.move(now, ticks=30)
    return accounts


def desk(role: str, name: str = "") -> Client:
    """A browser of somebody of the staff, with the second factor."""
    return client_of(staff(StaffRole(role), name or role), with_factor=True)


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def confirmed(client: Client, address: str, **said: Any) -> Any:
    """What a person sends who read the page and confirmed it."""
    page = client.get(address)
    assert page.status_code == 200
    seen = page.context["form"]["seen"].value()
    return client.post(address, {"seen": seen, **said}, follow=True)


BALANCE = Decimal("97123.45")
