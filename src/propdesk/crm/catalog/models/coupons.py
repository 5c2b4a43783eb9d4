"""Coupons: what is taken off, for whom, until when. An order bears one; none adds to another."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Upper

from propdesk.crm.catalog.models.programmes import Programme


class Coupon(models.Model):
    """A code that takes a share or an amount off the price."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=5, default="", blank=True)
    """Of the amount; empty beside a percentage."""
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    """From this moment on it is no longer taken."""
    limit_total = models.IntegerField(null=True)
    limit_per_person = models.IntegerField(null=True)
    first_purchase_only = models.BooleanField(default=False)
    programmes = models.ManyToManyField(Programme, blank=True, related_name="coupons")
    """None: every one."""
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Upper("code"), name="coupon_code_is_one"),
            models.CheckConstraint(
                name="coupon_takes_a_share_or_an_amount",
                condition=(
                    models.Q(
                        percent__isnull=False,
                        percent__gt=0,
                        percent__lte=100,
                        amount_minor__isnull=True,
                        currency="",
                    )
                    | (
                        models.Q(
                            amount_minor__isnull=False, amount_minor__gt=0, percent__isnull=True
                        )
                        & ~models.Q(currency="")
                    )
                ),
            ),
            models.CheckConstraint(
                name="coupon_limits_are_counts",
                condition=(
                    (models.Q(limit_total__isnull=True) | models.Q(limit_total__gte=1))
                    & (models.Q(limit_per_person__isnull=True) | models.Q(limit_per_person__gte=1))
                ),
            ),
            models.CheckConstraint(
                name="coupon_ends_after_it_starts",
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gte=models.F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.code
