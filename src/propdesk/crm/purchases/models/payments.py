"""Payments, refunds, disputes, and what providers told of them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.purchases.models.orders import Order
from propdesk.ports.payments import NoticeKind


class PaymentState(models.TextChoices):
    """How far a payment is."""

    ASKED = "asked", _("begun")
    PENDING = "pending", _("not confirmed yet")
    SUCCEEDED = "succeeded", _("received")
    FAILED = "failed", _("failed")


class Payment(models.Model):
    """One attempt to pay an order. Its id is the key the provider knows it by."""

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=80, null=True)  # noqa: DJ001 - two unknowns differ
    currency = models.CharField(max_length=5)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=PaymentState.choices)
    received_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=80, blank=True)
    """Of the card or account, as the provider tells it; never its number."""
    counts = models.BooleanField(default=False)
    """Whether the order was paid by it; otherwise what it brought is owed to the customer."""
    address = models.CharField(max_length=300, blank=True)
    """Where the customer pays."""
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["provider", "provider_id"], name="payment_provider_id_is_one"
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(state__in=["asked", "pending"]),
                name="payment_under_way_is_one",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(counts=True), name="payment_counts_once"
            ),
            models.CheckConstraint(
                name="payment_state_is_known", condition=models.Q(state__in=PaymentState.values)
            ),
            models.CheckConstraint(
                name="payment_received_says_when",
                condition=(
                    models.Q(state="succeeded", settled_at__isnull=False, received_minor__gt=0)
                    | (
                        ~models.Q(state="succeeded")
                        & models.Q(received_minor=0, fee_minor=0, counts=False)
                    )
                ),
            ),
            models.CheckConstraint(
                name="payment_asks_for_money", condition=models.Q(amount_minor__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_id or self.id}"


class NoticeState(models.TextChoices):
    """What became of what a provider told."""

    WAITING = "waiting", _("waits for what comes before it")
    APPLIED = "applied", _("applied")
    REFUSED = "refused", _("cannot be true")


class ProviderNotice(models.Model):
    """One thing a provider told, kept once however often it is told."""

    id = models.UUIDField(primary_key=True)
    provider = models.CharField(max_length=20)
    notice_id = models.CharField(max_length=120)
    content_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    payment_id_there = models.CharField(max_length=80)
    payment_key = models.CharField(max_length=40)
    of = models.CharField(max_length=80, blank=True)
    of_key = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=5)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    fingerprint = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=NoticeState.choices)
    note = models.CharField(max_length=200, blank=True)
    """Why it cannot be true."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "notice_id"], name="notice_is_one"),
            models.CheckConstraint(
                name="notice_kind_is_known",
                condition=models.Q(kind__in=[each.value for each in NoticeKind]),
            ),
            models.CheckConstraint(
                name="notice_refused_says_why",
                condition=models.Q(state__in=["waiting", "applied"], note="")
                | (models.Q(state="refused") & ~models.Q(note="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Read whenever one more is told of the payment.
            models.Index(
                fields=["provider", "payment_id_there"],
                name="notice_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.notice_id}"


class RefundState(models.TextChoices):
    """How far a refund is."""

    ASKED = "asked", _("asked of the provider")
    DONE = "done", _("given back")
    FAILED = "failed", _("refused by the provider")


class Refund(models.Model):
    """Money given back of a payment, in whole or in part."""

    id = models.UUIDField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=80, unique=True)
    provider_id = models.CharField(max_length=80, null=True)  # noqa: DJ001 - two unknowns differ
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=6, choices=RefundState.choices)
    reason = models.CharField(max_length=200)
    asked_by = models.UUIDField(null=True)
    """None: it was made at the provider's own desk."""
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "provider_id"], name="refund_provider_id_is_one"
            ),
            models.CheckConstraint(
                name="refund_gives_money", condition=models.Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="refund_done_says_when",
                condition=models.Q(state="done", done_at__isnull=False)
                | models.Q(state__in=["asked", "failed"], done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of {self.payment_id}"


class DisputeState(models.TextChoices):
    """How far a dispute is."""

    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class Dispute(models.Model):
    """A payment the customer contests at the bank; the provider holds its money back."""

    id = models.UUIDField(primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_id = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=4, choices=DisputeState.choices)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "provider_id"], name="dispute_provider_id_is_one"
            ),
            models.CheckConstraint(
                name="dispute_is_about_money",
                condition=models.Q(amount_minor__gt=0, fee_minor__gte=0),
            ),
            models.CheckConstraint(
                name="dispute_closed_says_when",
                condition=models.Q(state="open", closed_at__isnull=True)
                | models.Q(state__in=["won", "lost"], closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.state}"
