"""The tables of the desk: what a person must decide, and what is set or due for many accounts.

Nothing in them changes an account by itself.
"""

from typing import ClassVar

import pgtrigger
from django.db import models

from propdesk.crm.accounts.models.accounts import TradingAccount


class CaseKind(models.TextChoices):
    """Why a person must look at an account."""

    UN_BREACHED = "un_breached"
    NEWLY_BREACHED = "newly_breached"
    CORRECTED = "corrected"
    AFTER_THE_END = "after_the_end"
    UNREADABLE = "unreadable"
    REVIEW = "review"
    ENFORCEMENT = "enforcement"


class Case(models.Model):
    """Something about an account that a person must decide. It changes nothing by itself."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=16, choices=CaseKind.choices)
    source = models.CharField(max_length=100)
    opened_at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    decision = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "kind", "source"], name="case_opens_once"),
            models.CheckConstraint(
                name="case_closes_with_a_decision",
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True, decision="")
                | (
                    models.Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~models.Q(decision="")
                ),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The work queue, oldest first.
            models.Index(
                fields=["opened_at", "id"],
                name="cases_open",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}"


class Approval(models.Model):
    """A proposal that a second person must approve before it is done."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    proposal = models.JSONField()
    reason = models.TextField()
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=8, default="", blank=True)
    """Empty, approved, refused or lapsed."""
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="approval_is_another_persons",
                condition=~models.Q(decision="approved")
                | (
                    models.Q(decided_by__isnull=False)
                    & ~models.Q(decided_by=models.F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="approval_decision_is_known",
                condition=models.Q(decision="", decided_at__isnull=True)
                | models.Q(
                    decision__in=["approved", "refused", "lapsed"], decided_at__isnull=False
                ),
            ),
            # Also read when the same is proposed again.
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(decision=""),
                name="approval_open_is_one",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The work queue: what waits for a second person.
            models.Index(
                fields=["proposed_at"], name="approvals_open", condition=models.Q(decision="")
            )
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="approval_edges",
                field="decision",
                transitions=[("", each) for each in ("approved", "refused", "lapsed")],
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"


class SwitchScope(models.TextChoices):
    """Whom a kill switch concerns."""

    FIRM = "firm"
    PROGRAMME = "programme"
    GROUP = "group"
    SYMBOL = "symbol"
    """Every running account, in one symbol alone."""
    ACCOUNT = "account"


class SwitchAction(models.TextChoices):
    """What it does, each with what comes before it."""

    NO_NEW_ORDERS = "no_new_orders"
    CANCEL = "cancel"
    CLOSE = "close"


class KillSwitch(models.Model):
    """An emergency stop over some accounts, until it is lifted or has run out."""

    id = models.UUIDField(primary_key=True)
    scope = models.CharField(max_length=10, choices=SwitchScope.choices)
    target = models.CharField(max_length=200, blank=True)
    """The rulebook's name, the group, the symbol or the account's name; empty for the firm."""
    action = models.CharField(max_length=14, choices=SwitchAction.choices)
    reason = models.TextField()
    set_by = models.UUIDField()
    approval = models.OneToOneField(
        Approval, null=True, on_delete=models.PROTECT, related_name="kill_switch"
    )
    set_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accounts = models.IntegerField()
    """How many it concerned when it was set."""
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    """None: its time ran out."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="switch_that_closes_is_approved",
                condition=~models.Q(action="close") | models.Q(approval__isnull=False),
            ),
            models.CheckConstraint(
                name="switch_target_belongs_to_its_scope",
                condition=models.Q(scope="firm", target="")
                | (~models.Q(scope="firm") & ~models.Q(target="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whatever is opened while one stands, and the desk's list.
            models.Index(
                fields=["set_at"],
                name="switches_standing",
                condition=models.Q(lifted_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} for {self.scope} {self.target}"


class Acknowledgement(models.Model):
    """That somebody looks at an entry of the queue; the entry stays until its cause is gone."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=100)
    """The case, the message or the account, as the queue names it."""
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also read for each page of the queue.
            models.UniqueConstraint(fields=["kind", "subject"], name="acknowledged_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class DueWork(models.Model):
    """Something to be commanded at a moment. Done once, in the transaction that marks it."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=250, unique=True)
    """What and when: however often it is planned, it is one row."""
    kind = models.CharField(max_length=30)
    due_at = models.DateTimeField()
    detail = models.JSONField()
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.TextField(default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Whoever does what is due, the longest waiting first.
            models.Index(
                fields=["next_try_at", "id"],
                name="work_not_done",
                condition=models.Q(done_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.key
