"""The table of certificates. What one certifies never changes; who is named and whether it holds
may."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.models import TradingAccount


class CertificateKind(models.TextChoices):
    """What is certified. Public: a kind is added, and none is renamed."""

    PASSED = "passed", _("Phase passed")
    FUNDED = "funded", _("Funded account")


class NameShown(models.TextChoices):
    """Which of the person's names a certificate bears, by his own choice."""

    NONE = "", _("No name")
    DISPLAY = "display", _("The name shown on this site")
    LEGAL = "legal", _("The legal name")


class Certificate(models.Model):
    """That somebody achieved something, with the brand and the words of that day."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=22, unique=True)
    """128 bits of chance: whoever has it may verify, and nobody guesses it."""
    reference = models.CharField(max_length=20, unique=True)
    achievement = models.CharField(max_length=80, unique=True)
    """The name of what is certified: however often it is told, one certificate."""
    kind = models.CharField(max_length=8, choices=CertificateKind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates"
    )
    account = models.ForeignKey(
        TradingAccount, on_delete=models.PROTECT, related_name="certificates"
    )
    enrolment = models.UUIDField()
    phase_number = models.SmallIntegerField()
    """From 1, in the rulebook's order. What comes later stands on what came before."""
    phase = models.CharField(max_length=60)
    programme = models.CharField(max_length=120)
    size = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=5)
    brand = models.CharField(max_length=40)
    brand_name = models.CharField(max_length=80)
    accent = models.CharField(max_length=7)
    language = models.CharField(max_length=16)
    """Of the drawn document: the person's when it was issued."""
    achieved_at = models.DateTimeField()
    issued_at = models.DateTimeField()
    name_shown = models.CharField(
        max_length=8, choices=NameShown.choices, default=NameShown.NONE, blank=True
    )
    holder = models.CharField(max_length=160, default="", blank=True)
    """The name it bears; empty without the person's consent."""
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    """None: the program, because of a correction."""
    revoked_why = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="certificate_kind_is_known",
                condition=models.Q(kind__in=CertificateKind.values),
            ),
            models.CheckConstraint(
                name="certificate_is_revoked_with_a_reason",
                condition=models.Q(revoked_at__isnull=True, revoked_why="")
                | (models.Q(revoked_at__isnull=False) & ~models.Q(revoked_why="")),
            ),
            models.CheckConstraint(
                name="certificate_names_by_choice_alone",
                condition=models.Q(name_shown="", holder="")
                | (~models.Q(name_shown="") & ~models.Q(holder="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # A person's own documents.
            models.Index(fields=["person", "-issued_at"], name="certificates_of_person"),
            # What falls with a corrected pass.
            models.Index(fields=["enrolment"], name="certificates_of_enrolment"),
            # The desk's list, newest first.
            models.Index(fields=["-issued_at", "-id"], name="certificates_newest"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None
