"""The table of the outbox: one row a command, until it is delivered or given up."""

from typing import ClassVar

from django.db import models


class OutboxRow(models.Model):
    """A command to the engine. Rows of one account are delivered in the order of ``id``.

    Two rows of different accounts may be delivered in another order than they were committed in;
    whoever decides about an account holds its lock, so its own rows cannot overtake one another.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    """By which the log knows a delivery that comes again."""
    created_at = models.DateTimeField()
    account = models.CharField(max_length=200)
    command = models.CharField(max_length=40)
    """What it is, for people: the name of the record or event."""
    body = models.BinaryField()
    """The record, as the log writes it."""

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
            # Read by the courier: the oldest row of each account that is not delivered.
            models.Index(
                fields=["account", "id"],
                name="outbox_undelivered",
                condition=models.Q(delivered_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.command} of {self.account}"
