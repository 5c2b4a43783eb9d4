"""Orders that were paid and enrolled in a firm for tests, with what the engine says of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import Purpose, SoldAs, Visibility
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.people.models import Person
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Order, Payment
from propdesk.ports.payments import NoticeKind
from tests.crm import shop_cast as shop
from tests.crm.challenges.enrolled import Firm
from tests.crm.firm_cast import NOW, SIZE, STAFF

PRICE = 54_900


class SellingFirm(Firm):
    """A firm whose programme is on sale for 549.00 USD or 499.00 EUR."""

    def __init__(self) -> None:
        super().__init__()
        made = self.programme
        set_prices(made, Purpose.PURCHASE, "USD", {SIZE: PRICE}, by=STAFF, at=NOW)
        set_prices(made, Purpose.PURCHASE, "EUR", {SIZE: PRICE - 5_000}, by=STAFF, at=NOW)
        offer = Offer(title="Two steps", visibility=Visibility.PUBLIC, sold_as=SoldAs.CHALLENGE)
        set_offer(made, offer, by=STAFF, at=NOW)
        self._orders = 0

    def ordered(
        self, *, person: Person | None = None, currency: str = "USD", at: datetime | None = None
    ) -> Order:
        self._orders += 1
        wish = shop.wish_of(self.programme, currency=currency)
        return shop.ordered(wish, person or self.person, key=str(self._orders), at=at or NOW)

    def paid(
        self,
        *,
        person: Person | None = None,
        currency: str = "USD",
        at: datetime | None = None,
        fee: int = 0,
    ) -> Payment:
        """An order whose price came in; when the firm opened unless told."""
        at = at or NOW  # looked up now: a test may have opened the firm today
        order = self.ordered(person=person, currency=currency, at=at)
        payment = shop.paying(order, at)
        told = replace(shop.begun(payment), kind=NoticeKind.SUCCEEDED, fee_minor=fee, at=at)
        told = replace(told, id=f"{payment.provider_id}-succeeded")
        take_payment_notice("test", told, at)
        return Payment.objects.get(pk=payment.pk)

    def enrolled_by(self, payment: Payment) -> Enrolment:
        self.now += timedelta(seconds=1)
        return self.enrolled(UUID(str(payment.order_id)))
