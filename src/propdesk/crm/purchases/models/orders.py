"""Orders: what was bought at which price, and each change of state."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from propdesk.crm.catalog.models import Coupon, ProgrammeVersion, Purpose
from propdesk.crm.purchases.order_states import TRANSITIONS, OrderState
from propdesk.crm.written_once import written_once


class Order(models.Model):
    """What a person bought, at the price it had then."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=20, unique=True)
    """By which people name it: ``O-2026-000123``. Numbers may have gaps."""
    key = models.CharField(max_length=80)
    """The person's own: a form that is sent twice is one order."""
    asked_sha256 = models.CharField(max_length=64)
    """Of what was asked: the same key with another wish is refused."""
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders"
    )
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="orders")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    enrolment = models.UUIDField(null=True)
    """Whose reset, retry or rest it is; None for a purchase."""
    brand = models.CharField(max_length=40)
    size = models.DecimalField(max_digits=20, decimal_places=2)
    add_ons = ArrayField(models.CharField(max_length=60), default=list)
    """In the order in which they are applied."""
    coupon = models.ForeignKey(Coupon, null=True, on_delete=models.PROTECT, related_name="orders")
    country = models.CharField(max_length=2)
    minimum_age = models.SmallIntegerField()
    """Which the buyer's date of birth was held against; the date is not kept here."""
    address = models.CharField(max_length=64)

    currency = models.CharField(max_length=5)
    list_minor = models.BigIntegerField()
    add_ons_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()

    state = models.CharField(max_length=16, choices=OrderState.choices)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    provisioned_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "key"], name="order_key_is_one"),
            models.CheckConstraint(
                name="order_state_is_known", condition=models.Q(state__in=OrderState.values)
            ),
            models.CheckConstraint(
                name="order_adds_up",
                condition=models.Q(
                    total_minor=models.F("list_minor")
                    + models.F("add_ons_minor")
                    - models.F("discount_minor")
                    + models.F("tax_minor"),
                    list_minor__gte=0,
                    add_ons_minor__gte=0,
                    discount_minor__gte=0,
                    tax_minor__gte=0,
                    total_minor__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="order_purpose_says_whose",
                condition=models.Q(purpose="purchase", enrolment__isnull=True)
                | models.Q(purpose__in=["on_pass", "reset", "retry"], enrolment__isnull=False),
            ),
            models.CheckConstraint(
                name="order_provisioned_says_when",
                condition=~models.Q(state="provisioned") | models.Q(provisioned_at__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Read by the list of orders, the newest first, and by a person's own.
            models.Index(fields=["-created_at", "-id"], name="order_newest"),
            models.Index(fields=["person", "-created_at"], name="order_of_person"),
            # Read by the round that lets unpaid orders expire.
            models.Index(
                fields=["expires_at"],
                name="order_unpaid",
                condition=models.Q(state__in=["created", "awaiting_payment", "failed"]),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(name="order_states", field="state", transitions=list(TRANSITIONS)),
            pgtrigger.Trigger(
                name="order_terms_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an order stays' USING ERRCODE = '23514';
END IF;
IF to_jsonb(OLD) - '{state,provisioned_at}'::text[] <>
   to_jsonb(NEW) - '{state,provisioned_at}'::text[] THEN
    RAISE EXCEPTION 'the terms of an order stay' USING ERRCODE = '23514';
END IF;
RETURN NEW;
""",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class OrderLine(models.Model):
    """One line of the price, as it was quoted."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=60, blank=True)
    amount_minor = models.BigIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["order", "place"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "place"], name="order_line_place_is_one"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("order_line_written_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.amount_minor}"


class OrderChange(models.Model):
    """A change of an order's state: from what, to what, why, by whom, when."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="changes")
    old = models.CharField(max_length=16, blank=True)
    """Empty for the first."""
    new = models.CharField(max_length=16, choices=OrderState.choices)
    reason = models.CharField(max_length=200)
    actor = models.UUIDField(null=True)
    """None: no person, but what a provider told or a time that was reached."""
    at = models.DateTimeField()

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("order_change_written_once")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
