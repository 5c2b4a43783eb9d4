"""Disputes: a verdict its trader does not accept, what it was judged by, and what was decided."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.models import AccountVerdict, Approval
from propdesk.crm.support.models.tickets import Ticket


class Decision(models.TextChoices):
    """What was decided; empty while nothing is. What a proposal came to, its approval says."""

    NONE = "", _("being looked at")
    UPHELD = "upheld", _("upheld: the verdict stands")
    PROPOSED = "proposed", _("a reinstatement is proposed")


class Dispute(models.Model):
    """One verdict is disputed once. The ticket holds who, when, and what was said."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=20, unique=True)
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="dispute")
    verdict = models.OneToOneField(AccountVerdict, on_delete=models.PROTECT, related_name="dispute")
    reason = models.TextField()
    """In the trader's words."""
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """Until when the firm has promised to decide."""
    evidence = models.BinaryField(null=True)
    """The evidence file, packed, as the log gave it when the dispute was opened."""
    evidence_sha256 = models.CharField(max_length=64, default="", blank=True)
    evidence_lacks = models.TextField(default="", blank=True)
    """Why there is no evidence file."""
    decision = models.CharField(
        max_length=8, choices=Decision.choices, default=Decision.NONE, blank=True
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decision_reason = models.TextField(default="", blank=True)
    approval = models.OneToOneField(
        Approval, null=True, on_delete=models.PROTECT, related_name="dispute"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="dispute_holds_evidence_or_says_why_not",
                condition=models.Q(evidence__isnull=False, evidence_lacks="")
                | (models.Q(evidence__isnull=True) & ~models.Q(evidence_lacks="")),
            ),
            models.CheckConstraint(
                name="dispute_is_decided_with_a_reason",
                condition=models.Q(decision="", decided_at__isnull=True, decision_reason="")
                | (
                    models.Q(decision__in=["upheld", "proposed"], decided_at__isnull=False)
                    & ~models.Q(decision_reason="")
                ),
            ),
            models.CheckConstraint(
                name="dispute_proposal_has_an_approval",
                condition=models.Q(decision="proposed", approval__isnull=False)
                | ~models.Q(decision="proposed"),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The desk's queue: undecided, the soonest due first.
            models.Index(
                fields=["due_at"], name="disputes_undecided", condition=models.Q(decision="")
            )
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="dispute_edges",
                field="decision",
                transitions=[
                    ("", "upheld"),
                    ("", "proposed"),
                    # The second person refused, or let it lapse.
                    ("proposed", "upheld"),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.reference
