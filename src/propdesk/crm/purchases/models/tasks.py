"""What an order waits for, to be done after the transaction that decided it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.purchases.models.orders import Order
from propdesk.crm.purchases.models.payments import Refund


class TaskKind(models.TextChoices):
    """What an order waits for."""

    PROVISION = "provision", _("open what was bought")
    SEND_REFUND = "send_refund", _("ask the provider to give money back")


class OrderTask(models.Model):
    """What is to be done outside the transaction that decided it. Done once, by its key."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=TaskKind.choices)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tasks")
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="tasks")
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="task_is_about_what_it_does",
                condition=models.Q(kind="provision", refund__isnull=True)
                | models.Q(kind="send_refund", refund__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Read by whoever does the work: what is not done, the longest waiting first.
            models.Index(
                fields=["kind", "next_try_at"],
                name="task_not_done",
                condition=models.Q(done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key
