"""A person's side: which notices come by which way, and where to."""

from typing import ClassVar

from django.db import models


class Preference(models.Model):
    """What a person answered for one kind and channel; without a row, the kind's own default."""

    id = models.BigAutoField(primary_key=True)
    person = models.UUIDField()
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)
    is_on = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also read by whoever delivers.
            models.UniqueConstraint(fields=["person", "kind", "channel"], name="preference_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}: {self.is_on}"


class Contact(models.Model):
    """A person's own Telegram chat or Discord hook. Only a confirmed one is written to."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    channel = models.CharField(max_length=10)
    address = models.BinaryField()
    """Encrypted."""
    shown = models.CharField(max_length=120)
    code_hash = models.CharField(max_length=64)
    """Of the code that was sent there."""
    code_tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also read by whoever delivers.
            models.UniqueConstraint(
                fields=["person", "channel"],
                condition=models.Q(ended_at__isnull=True),
                name="contact_is_one",
            ),
            models.CheckConstraint(
                name="contact_channel_is_known",
                condition=models.Q(channel__in=["discord", "telegram"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.person}"
