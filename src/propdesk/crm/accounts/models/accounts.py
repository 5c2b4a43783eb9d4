"""The tables of trading accounts: where each stands by the log, its time line, its cases.

A status here is a copy, stamped with the place in the log it was read at; the engine owns it.
"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from propdesk.crm.written_once import written_once
from propdesk.domain.statuses import STATUS_EDGES
from propdesk.ports.platform import Rights

NOT_JUDGED = ""
"""The status of an account of which the engine has said nothing yet."""


_ENDED = ["passed", "breached", "expired"]
RIGHTS = [(each.value, each.value) for each in Rights]


class Blocked(models.TextChoices):
    """What stands between an account and its next step."""

    NOTHING = "", "nothing"
    OPENING = "opening"
    PAUSED = "paused"
    UNKNOWN = "unknown"
    CASE = "case"
    BREACHED = "breached"
    EXPIRED = "expired"
    PROMOTION = "promotion"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    SUCCEEDED = "succeeded"
    """Another account goes on in its place."""


class TradingAccount(models.Model):
    """One account on a platform, in one phase of one version of a rulebook."""

    id = models.UUIDField(primary_key=True)
    engine_account = models.CharField(max_length=200, unique=True)
    """By which the log names it: as its platform does, whose events come under that name. So a
    login is unique over all servers. Also read by the projector."""
    person = models.UUIDField()
    created_at = models.DateTimeField()
    server = models.CharField(max_length=60)
    login = models.CharField(max_length=60)
    """What the platform is asked to call it, and from ``opened_at`` on what it does."""
    opened_at = models.DateTimeField(null=True)
    """When the platform opened it."""
    group = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    size = models.DecimalField(max_digits=20, decimal_places=4)
    rulebook = models.CharField(max_length=120)
    version = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    """Of the rulebook it is judged by."""
    add_ons = ArrayField(models.CharField(max_length=80), default=list)
    phase = models.CharField(max_length=60)
    stage = models.CharField(max_length=10)
    """``evaluation`` or ``funded``, as the rulebook has the phase."""
    opening_balance = models.DecimalField(max_digits=20, decimal_places=4)
    leverage = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    """None: the group's."""
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="successor"
    )
    """The account in whose place it goes on, after a reset or a reinstatement."""

    status = models.CharField(max_length=10, default=NOT_JUDGED, blank=True)
    status_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    blocked_by = models.CharField(max_length=12, choices=Blocked.choices, default=Blocked.OPENING)
    blocked_why = models.TextField(default="", blank=True)
    log_stream = models.CharField(max_length=48, default="", blank=True)
    log_offset = models.BigIntegerField(default=0)
    """The place in the stream of verdicts this row was read at."""

    rights_wanted = models.CharField(max_length=10, choices=RIGHTS, default=Rights.TRADE)
    rights = models.CharField(max_length=10, choices=RIGHTS, default=Rights.TRADE)
    """As the platform confirmed them last."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["server", "login"], name="account_login_is_one_account"
            ),
            models.CheckConstraint(
                name="account_status_is_known",
                condition=models.Q(status__in=[NOT_JUDGED, *STATUS_EDGES]),
            ),
            models.CheckConstraint(
                name="account_says_what_blocks_it",
                condition=models.Q(status="active") | ~models.Q(blocked_by=Blocked.NOTHING),
            ),
            models.CheckConstraint(
                name="account_ends_with_its_phase",
                condition=models.Q(status__in=_ENDED, ended_at__isnull=False)
                | (~models.Q(status__in=_ENDED) & models.Q(ended_at__isnull=True)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The page of a person.
            models.Index(fields=["person", "-created_at"], name="accounts_of_person"),
            # The board: accounts of one status, newest change first.
            models.Index(fields=["status", "-status_at", "id"], name="accounts_by_status"),
            # The work queue: what waits for a person.
            models.Index(
                fields=["blocked_by", "status_at"],
                name="accounts_blocked",
                condition=models.Q(blocked_by__in=["case", "promotion", "unknown"]),
            ),
            # The page of a programme, and a kill switch over one.
            models.Index(fields=["rulebook", "version"], name="accounts_of_rulebook"),
            models.Index(fields=["group"], name="accounts_of_group"),
            # Staff's alarm: what the platform was told and has not confirmed.
            models.Index(
                fields=["status_at"],
                name="accounts_unconfirmed",
                condition=~models.Q(rights=models.F("rights_wanted")),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="status_edges",
                field="status",
                transitions=[
                    *((NOT_JUDGED, new) for new in STATUS_EDGES),
                    *((old, new) for old, news in STATUS_EDGES.items() for new in sorted(news)),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.engine_account


class PlatformCredentials(models.Model):
    """How the trader gets into the platform. The secrets are encrypted, and shown once."""

    account = models.OneToOneField(
        TradingAccount, primary_key=True, on_delete=models.PROTECT, related_name="credentials"
    )
    password = models.BinaryField()
    investor_password = models.BinaryField()
    stored_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.account_id)


class EventKind(models.TextChoices):
    """What a line of an account's time line tells of."""

    VERDICT = "verdict"
    STATUS = "status"
    CORRECTION = "correction"
    DEAD_LETTER = "dead_letter"
    COMMAND = "command"
    ANSWER = "answer"
    NOTICE = "notice"
    ACTION = "action"


class AccountEvent(models.Model):
    """A line of an account's time line: written once, in the transaction of what it tells of."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    """When it happened, by the log or by whoever did it."""
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    word = models.CharField(max_length=60)
    """The outcome, the status, the command, the action."""
    detail = models.JSONField(default=dict)
    source = models.CharField(max_length=100)
    """The verdict, the record of the log, the row of the outbox or of the audit it comes from."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The time line's pages, newest first.
            models.Index(fields=["account", "-id"], name="account_time_line")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("account_event_written_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.word}"


class AccountVerdict(models.Model):
    """A copy of a verdict, with its evidence."""

    id = models.CharField(primary_key=True, max_length=64)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, related_name="verdicts")
    phase = models.CharField(max_length=60)
    rule = models.CharField(max_length=120)
    outcome = models.CharField(max_length=40)
    at = models.DateTimeField()
    observed = models.CharField(max_length=60, blank=True)
    """This, the limit and the comparison are empty where the rule has none."""
    limit = models.CharField(max_length=60, blank=True)
    comparison = models.CharField(max_length=10, blank=True)
    basis = models.CharField(max_length=10)
    evidence = models.JSONField()
    offset = models.BigIntegerField()
    """The record of the partition's events it fell after."""
    tick = models.BigIntegerField()
    replaces = models.CharField(max_length=64, blank=True)
    """The verdict a correction takes the place of."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The account's page, and the objectives' history.
            models.Index(fields=["account", "at"], name="verdicts_of_account"),
            # The desk's list of breaches, newest first.
            models.Index(
                fields=["-at"],
                name="verdicts_that_end",
                condition=models.Q(outcome__in=["fail", "fail_but_payable"]),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("account_verdict_written_once")]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.rule}"


class Hold(models.Model):
    """A reason beside the status for which an account may do less on the platform, while it
    stands: a suspension, a kill switch, a weekend."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(TradingAccount, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20)
    source = models.CharField(max_length=100)
    rights = models.CharField(max_length=10, choices=RIGHTS)
    set_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also read whenever an account's rights are worked out.
            models.UniqueConstraint(
                fields=["account", "reason", "source"],
                condition=models.Q(lifted_at__isnull=True),
                name="hold_stands_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Lifting a kill switch.
            models.Index(
                fields=["reason", "source"],
                name="holds_of_source",
                condition=models.Q(lifted_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.rights}"


class StreamPosition(models.Model):
    """How far a stream of verdicts was applied. It moves in the transaction of what it covers."""

    stream = models.CharField(primary_key=True, max_length=48)
    offset = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.stream}: {self.offset}"
