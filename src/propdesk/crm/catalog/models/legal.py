"""Legal texts, and who accepted which. Both are written once."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.written_once import written_once


class LegalKind(models.TextChoices):
    """What a text is about. The latest of each kind is accepted with a purchase."""

    TERMS = "terms", _("Terms of business")
    RISK = "risk", _("Risk disclosure")
    REFUNDS = "refunds", _("Refund policy")
    PRIVACY = "privacy", _("Privacy notice")


class LegalText(models.Model):
    """One version of a text in one language."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=8, choices=LegalKind.choices)
    language = models.CharField(max_length=16, default="en")
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    """Of the body, as UTF-8."""
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "language", "version"], name="legal_text_version_is_one"
            ),
            models.CheckConstraint(
                name="legal_text_kind_is_known", condition=models.Q(kind__in=LegalKind.values)
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("legal_text_written_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class Acceptance(models.Model):
    """That a person accepted a text: which words, when, and from where."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="acceptances"
    )
    text = models.ForeignKey(LegalText, on_delete=models.PROTECT, related_name="acceptances")
    sha256 = models.CharField(max_length=64)
    """Of the words that were shown."""
    at = models.DateTimeField()
    address = models.CharField(max_length=64)
    about = models.CharField(max_length=40)
    """The order it came with."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["about", "text"], name="acceptance_is_one"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("acceptance_written_once")]

    def __str__(self) -> str:
        return f"{self.about}: {self.text_id}"
