"""The tables of incidents: what happened, whom it concerned, what was done, and what came of it."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.models import Approval, TradingAccount
from propdesk.crm.written_once import written_once


class IncidentKind(models.TextChoices):
    """What went wrong."""

    BAD_PRICE = "bad_price", _("wrong prices")
    PLATFORM_OUTAGE = "platform_outage", _("a platform did not answer")
    FEED_GAP = "feed_gap", _("prices were missing")
    WRONG_SETTLEMENT = "wrong_settlement", _("something was booked wrong")
    OTHER = "other", _("something else")


class IncidentState(models.TextChoices):
    """Where it stands: it is looked into, it is known what is done, or it is over."""

    OPEN = "open", _("being looked into")
    DECIDED = "decided", _("decided")
    CLOSED = "closed", _("closed")


class Incident(models.Model):
    """Something that went wrong on the firm's side, from one moment to another."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=20, unique=True)
    """By which people name it: ``I-2026-000001``."""
    kind = models.CharField(max_length=16, choices=IncidentKind.choices)
    title = models.CharField(max_length=120)
    told = models.TextField()
    """What the traders concerned read."""
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """None: it goes on."""
    server = models.CharField(max_length=60, blank=True)
    """Of the scope: this, the rulebook, the symbol and the names. Empty narrows nothing."""
    rulebook = models.CharField(max_length=120, blank=True)
    symbol = models.CharField(max_length=60, blank=True)
    logins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    owner = models.UUIDField()
    """Who sees to it."""
    state = models.CharField(
        max_length=8, choices=IncidentState.choices, default=IncidentState.OPEN
    )
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    counted_at = models.DateTimeField()
    """As of when its accounts were worked out."""
    lacks = models.TextField(default="", blank=True)
    """What could not be asked when they were; empty: everything was."""
    decision = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    report = models.TextField(default="", blank=True)
    """What everybody may read about it."""
    report_at = models.DateTimeField(null=True)
    """Since when it is public; None: it is not."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="incident_ends_after_it_began",
                condition=models.Q(ended_at__isnull=True)
                | models.Q(ended_at__gt=models.F("began_at")),
            ),
            models.CheckConstraint(
                name="incident_is_decided_in_words",
                condition=models.Q(state="open") | ~models.Q(decision=""),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The desk's list.
            models.Index(fields=["-opened_at"], name="incidents_newest")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="incident_edges",
                field="state",
                transitions=[("open", "decided"), ("decided", "open"), ("decided", "closed")],
            )
        ]

    def __str__(self) -> str:
        return self.reference


class Affected(models.Model):
    """An account that an incident concerned, and by what that is known."""

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="affected")
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, related_name="incidents")
    """Also read by the trader's page of an account."""
    why = ArrayField(models.CharField(max_length=12))
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident", "account"], name="affected_once")
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {', '.join(self.why)}"


class MeasureKind(models.TextChoices):
    """What can be done about it, for the accounts concerned."""

    SUSPEND_RULES = "suspend_rules", _("suspend rules")
    REINSTATE = "reinstate", _("reinstate what failed")
    CREDIT = "credit", _("credit an amount")
    PAUSE = "pause", _("pause, with the clocks frozen")
    NOTIFY = "notify", _("tell the traders")


class Measure(models.Model):
    """Something done about an incident for some of its accounts, by one person or two."""

    id = models.UUIDField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=14, choices=MeasureKind.choices)
    terms = models.JSONField(default=dict)
    """The rules, the amount, the text."""
    reason = models.TextField()
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    approval = models.OneToOneField(
        Approval, null=True, on_delete=models.PROTECT, related_name="measure"
    )
    """None: one person is enough for it."""
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    """None with a moment: its time ran out."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="measure_is_done_before_it_is_undone",
                condition=models.Q(undone_at__isnull=True) | models.Q(done_at__isnull=False),
            ),
            models.CheckConstraint(
                name="measure_of_verdict_or_money_is_approved",
                condition=models.Q(kind__in=["pause", "notify"]) | models.Q(approval__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.incident_id}"


class Effect(models.Model):
    """What a measure came to for one account: written once."""

    id = models.BigAutoField(primary_key=True)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="effects")
    account = models.ForeignKey(
        TradingAccount, on_delete=models.PROTECT, related_name="incident_effects"
    )
    """Also read by the trader's page of an account."""
    at = models.DateTimeField()
    is_undoing = models.BooleanField(default=False)
    """Whether it is of the measure's end."""
    refused = models.TextField(default="", blank=True)
    """Why it was not done for this one; empty: it was."""
    source = models.CharField(max_length=100, default="", blank=True)
    """The proposal or the command it was done by."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["measure", "account", "is_undoing"], name="effect_comes_once"
            )
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("effect_written_once")]

    def __str__(self) -> str:
        return f"{self.measure_id} for {self.account_id}"
