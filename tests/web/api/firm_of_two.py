"""A firm with somebody whose things nobody else may see, an owner, and a trader without any."""

from dataclasses import dataclass

from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.incidents.models import Incident
from propdesk.crm.people.models import Person
from propdesk.crm.purchases.models import Order
from tests.crm.challenges.enrolled import Firm
from tests.crm.firm_cast import on_sale
from tests.crm.incidents.incident_cast import opened
from tests.crm.people.cast import registered, staff
from tests.crm.shop_cast import ordered, paying, wish_of


@dataclass(frozen=True, slots=True)
class Two:
    """What there is: an order with a payment, a challenge with an account, and who looks."""

    firm: Firm
    whose: Person
    order: Order
    challenge: Enrolment
    incident: Incident
    other: Person
    owner: Person

    @property
    def hidden(self) -> tuple[str, ...]:
        """What stands in no answer to whoever is neither the owner of it nor staff."""
        account = self.firm.running(self.challenge).account
        return (
            self.order.reference,
            str(self.order.pk),
            str(self.challenge.pk),
            str(account.pk),
            self.whose.email,
            str(self.whose.pk),
        )

    @property
    def addresses(self) -> dict[str, dict[str, str]]:
        """The parts of the addresses of what there is, by their beginnings."""
        account = self.firm.running(self.challenge).account
        slug = {"slug": self.firm.programme.slug}
        return {
            "/orders": {"reference": self.order.reference},
            "/accounts": {"id": str(account.pk)},
            "/challenges": {"id": str(self.challenge.pk)},
            "/incidents": {"id": str(self.incident.pk)},
            "/people": {"id": str(self.whose.pk)},
            "/payments": {"id": str(self.order.payments.get().pk)},
            "/programmes": {"slug": "one-step"},
            "/desk/programmes": slug,
        }


def firm_of_two() -> Two:
    firm = Firm()
    challenge = firm.enrolled()
    firm.engine.status(firm.running(challenge).account.login, "active")
    firm.project()
    order = ordered(wish_of(on_sale("one-step")), firm.person)
    paying(order)
    incident = opened(firm, challenge)
    return Two(firm, firm.person, order, challenge, incident, registered("other"), staff("owner"))
