"""The desk's side: alerts, the texts as staff keep them, where staff have notices sent."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.written_once import written_once


class Severity(models.TextChoices):
    """How soon somebody must look."""

    CRITICAL = "critical", _("critical")
    WARNING = "warning", _("warning")


class Alert(models.Model):
    """Something the desk must see. The same while one is open adds to its count."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=300)
    """What it is about: two open ones cannot have the same."""
    kind = models.CharField(max_length=40)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    account = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField()
    """When its first cause was put into the outbox."""
    raised_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)
    note = models.CharField(max_length=500, default="", blank=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also read by whoever raises one.
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(acknowledged_at__isnull=True),
                name="alert_open_is_one",
            ),
            models.CheckConstraint(
                name="alert_acknowledged_says_by_whom",
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The desk's page: what is open, newest first.
            models.Index(
                fields=["-id"],
                name="alerts_open",
                condition=models.Q(acknowledged_at__isnull=True),
            ),
            # Whoever escalates: the oldest open one nobody was told of twice.
            models.Index(
                fields=["raised_at"],
                name="alerts_to_escalate",
                condition=models.Q(acknowledged_at__isnull=True, escalated_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class TextVersion(models.Model):
    """A text as staff wrote it: the newest version of a kind and language is used."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    """1 is the first that staff wrote; the shipped text has none."""
    subject = models.CharField(max_length=200)
    body = models.TextField()
    is_shipped = models.BooleanField(default=False)
    """Back to the text that ships with the program, whatever it says."""
    at = models.DateTimeField()
    by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also read by whoever words a notice.
            models.UniqueConstraint(
                fields=["kind", "language", "version"], name="text_version_is_one"
            )
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("text_version_written_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} {self.version}"


class Outlet(models.Model):
    """Where staff have notices sent: a signed webhook, a Discord hook, a Telegram chat."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    address = models.BinaryField()
    """Encrypted: who has a hook's address may write there."""
    shown = models.CharField(max_length=120)
    """So much of the address that people know it again."""
    secret = models.BinaryField(null=True)
    """Encrypted: by which a webhook is signed."""
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    """Empty: all."""
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="outlet_channel_is_known",
                condition=models.Q(channel__in=["webhook", "discord", "telegram"]),
            ),
            models.CheckConstraint(
                name="outlet_webhook_is_signed",
                condition=~models.Q(channel="webhook") | models.Q(secret__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NoticeTerms(models.Model):
    """How the firm tells: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    escalate_minutes = models.PositiveSmallIntegerField(default=10)
    site = models.CharField(max_length=200, blank=True)
    """How people reach the pages; empty: as the installation was configured."""
    telegram_token = models.BinaryField(null=True)
    """Encrypted: the firm's bot."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="notice_terms_are_one", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="notice_escalation_is_a_time",
                condition=models.Q(escalate_minutes__range=(1, 1440)),
            ),
        ]

    def __str__(self) -> str:
        return f"escalated after {self.escalate_minutes} min"
