"""The table of traders' own limits: each setting is a row, the newest in force counts."""

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.db import models

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.written_once import written_once


class OwnLimit(models.Model):
    """How much a trader wants to lose on one day at most."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, related_name="own_limits")
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    """In the account's currency; None: no limit of one's own."""
    set_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    """At once where it is stricter than before, else from the next reset."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="own_limit_is_positive",
                condition=models.Q(amount__isnull=True) | models.Q(amount__gt=0),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The account's page, and whoever watches.
            models.Index(fields=["account", "-set_at"], name="own_limits_of_account")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("own_limit_written_once")]

    def __str__(self) -> str:
        return f"{self.amount} from {self.counts_from}"


def limit_in_force(account: TradingAccount, at: datetime) -> OwnLimit | None:
    """What counts at a moment: of all that have begun, the one that was set last."""
    begun = OwnLimit.objects.filter(account=account, counts_from__lte=at)
    return begun.order_by("-set_at", "-id").first()


def limit_to_come(account: TradingAccount, at: datetime) -> OwnLimit | None:
    """What was set last, where it begins later than ``at``."""
    newest = OwnLimit.objects.filter(account=account).order_by("-set_at", "-id").first()
    return newest if newest is not None and newest.counts_from > at else None
