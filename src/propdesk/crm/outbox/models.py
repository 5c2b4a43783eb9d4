"""The table of the outbox: one row a message, until it is delivered or given up."""

from typing import ClassVar

import pgtrigger
from django.db import models


class Destination(models.TextChoices):
    """Who a message is for. Each has couriers of its own; none waits for another's."""

    ENGINE = "engine"
    PLATFORM = "platform"
    NOTICE = "notice"


BELL = "outbox"
"""The channel on which the database says that rows were added, and for which destination."""

_RING = """
PERFORM pg_notify('outbox', destination) FROM (SELECT DISTINCT destination FROM fresh) AS added;
RETURN NULL;
"""


class OutboxRow(models.Model):
    """A message on its way out. Those of one account to one destination go in the order of ``id``.

    Two rows of different accounts may be delivered in another order than they were committed in;
    whoever decides about an account holds its lock, so its own rows cannot overtake one another.
    """

    id = models.BigAutoField(primary_key=True)
    destination = models.CharField(
        max_length=10, choices=Destination.choices, default=Destination.ENGINE
    )
    key = models.UUIDField(unique=True)
    """By which the receiver knows a delivery that comes again."""
    created_at = models.DateTimeField()
    account = models.CharField(max_length=200)
    """Whose command it is; empty: everybody's, a rulebook that is published."""
    command = models.CharField(max_length=40)
    """What it is, for people: the name of the record or event."""
    body = models.BinaryField()
    """The record as the log writes it; JSON for the platform and for notices."""

    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0)
    """How many of the attempts were answered with a refusal; the others were not answered."""
    next_try_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=100, default="")
    claimed_until = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    """A dead letter: it, and what follows of its account, waits for a person."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="outbox_row_ends_once",
                condition=models.Q(delivered_at__isnull=True) | models.Q(given_up_at__isnull=True),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Read by couriers: the rows of an account that are not delivered, oldest first.
            models.Index(
                fields=["destination", "account", "id"],
                name="outbox_of_account",
                condition=models.Q(delivered_at__isnull=True),
            ),
            # Read by couriers: what waits, oldest first, among millions that are delivered.
            models.Index(
                fields=["destination", "id"],
                name="outbox_waiting",
                condition=models.Q(delivered_at__isnull=True, given_up_at__isnull=True),
            ),
            # Read when a breach is said: whether its account was paid since.
            models.Index(
                fields=["account"],
                name="outbox_payouts",
                condition=models.Q(command="PayoutMoved"),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="ring",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="fresh"),  # type: ignore[no-untyped-call]
                func=_RING,
            )
        ]

    def __str__(self) -> str:
        return f"{self.command} of {self.account or 'everybody'}"
