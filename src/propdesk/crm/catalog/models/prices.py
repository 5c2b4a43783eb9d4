"""What things cost. A price that was replaced stays, with the time until which it held."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.catalog.models.programmes import Programme


class Purpose(models.TextChoices):
    """For what a price is asked."""

    PURCHASE = "purchase", _("purchase")
    ON_PASS = "on_pass", _("rest, once passed")
    RESET = "reset", _("reset of the account")
    RETRY = "retry", _("another attempt")


class Price(models.Model):
    """What one size costs in one currency."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="prices")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    size = models.DecimalField(max_digits=20, decimal_places=2)
    """The account's initial balance, in the rulebook's currency."""
    currency = models.CharField(max_length=5)
    """In which it is paid."""
    amount_minor = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["programme", "purpose", "size", "currency"],
                condition=models.Q(until__isnull=True),
                name="price_in_force_is_one",
            ),
            models.CheckConstraint(
                name="price_is_not_negative",
                condition=models.Q(amount_minor__gte=0, size__gt=0),
            ),
            models.CheckConstraint(
                name="price_purpose_is_known", condition=models.Q(purpose__in=Purpose.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.size} {self.currency}"


class AddOnPrice(models.Model):
    """What an add-on of the rulebook costs: a share of the price, or an amount."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="add_ons")
    add_on = models.CharField(max_length=60)
    """Its name in the rulebook."""
    currency = models.CharField(max_length=5)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    amount_minor = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["programme", "add_on", "currency"],
                condition=models.Q(until__isnull=True),
                name="add_on_price_in_force_is_one",
            ),
            models.CheckConstraint(
                name="add_on_costs_a_share_or_an_amount",
                condition=(
                    models.Q(percent__isnull=False, percent__gte=0, amount_minor__isnull=True)
                    | models.Q(
                        amount_minor__isnull=False, amount_minor__gte=0, percent__isnull=True
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.add_on} {self.currency}"
