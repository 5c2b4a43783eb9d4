"""A firm with one trader enrolled, an engine that says what it is told, and a fake platform."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from propdesk.boot.courier import Courier
from propdesk.crm.audit.actor import Actor, system
from propdesk.crm.catalog.models import Programme
from propdesk.crm.catalog.versions import version_on_sale
from propdesk.crm.challenges.actions.follow_statuses import follow_statuses
from propdesk.crm.challenges.actions.provision import Bought, provision
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, PhasePlace
from propdesk.crm.people.models import Person
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.evaluation import Status
from propdesk.ports.intake import Intake
from propdesk.ports.intake_in_memory import MemoryIntake
from tests.crm.accounts.house_of_accounts import NOW, SERVER, House
from tests.crm.firm_cast import SIZE, STAFF, published, trader

SYSTEM = system("test")
SECOND_STAFF = Actor(uuid7(NOW), "risk", "192.0.2.2")
SUPPORT = Actor(uuid7(NOW), "support", "192.0.2.3")
PRESET = "ftmo-2-step"
PHASES = ["challenge", "verification", "funded"]


class Firm(House):
    """A house whose trader can buy ``ftmo-2-step``; what is provisioned is opened at once."""

    def __init__(self) -> None:
        super().__init__(followers=(follow_statuses,))
        self.programme: Programme = published(preset=PRESET)
        for phase in PHASES:
            PhasePlace.objects.create(
                programme=self.programme, phase=phase, server=SERVER, group="main"
            )
        self.person: Person = trader()
        self.intake: Intake = MemoryIntake()

    def deliver(self) -> None:
        """What waits for the engine, then what waits for the platform."""
        courier = Courier("c1", self.intake, self.alarms.append, lambda: self.now)
        while courier.deliver_next():
            pass
        super().deliver()

    def bought(self, order: UUID | None = None) -> Bought:
        version = version_on_sale(self.programme, NOW.date())
        assert version is not None
        return Bought(
            order=order or uuid7(NOW), person=self.person.pk, version=version.pk,
            size=Decimal(SIZE), currency="USD",
        )  # fmt: skip

    def enrolled(self, order: UUID | None = None) -> Enrolment:
        made = provision(self.bought(order), by=SYSTEM, at=self.now)
        self.deliver()
        return made

    def running(self, enrolment: Enrolment) -> EnrolmentPhase:
        """Its newest phase."""
        return (
            EnrolmentPhase.objects.filter(enrolment=enrolment)
            .select_related("account")
            .order_by("-started_at", "-id")[0]
        )

    def say(self, enrolment: Enrolment, status: Status) -> None:
        """The engine says it of the newest phase's account, and it is read and commanded."""
        self.now += timedelta(minutes=1)
        login = self.running(enrolment).account.login
        if status == "passed":
            self.engine.verdict(login, "pass", rule="phase")
        if status == "breached":
            self.engine.verdict(login, "fail")
        self.engine.status(login, status)
        self.project()
        self.deliver()

    def state(self, enrolment: Enrolment) -> str:
        return Enrolment.objects.get(pk=enrolment.pk).state


__all__ = ["NOW", "PHASES", "SECOND_STAFF", "STAFF", "SUPPORT", "SYSTEM", "Firm"]
