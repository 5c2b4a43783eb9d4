"""The tables of enrolments: what was bought, its phases, where accounts are opened, the gates."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.catalog.models import Programme, ProgrammeVersion
from propdesk.crm.written_once import written_once
from propdesk.domain.statuses import LIFECYCLE_EDGES

STATES = (
    "customer",
    "evaluating",
    "passed",
    "awaiting_kyc",
    "awaiting_contract",
    "funded",
    "suspended",
    "terminated",
)
"""Those words of the lifecycle that one enrolment can bear; ``customer``: nothing of it runs."""
EDGES = tuple(
    (old, new)
    for old, news in LIFECYCLE_EDGES.items()
    for new in sorted(news)
    if old in STATES and new in STATES and old != new
)


class Gate(models.TextChoices):
    """What a person must have settled before the next account is opened."""

    REVIEW = "review"
    PAYMENT = "payment"
    """Of what is paid after the pass."""
    KYC = "kyc"
    CONTRACT = "contract"


class GateTerms(models.Model):
    """Which gates stand before which stage of a programme. Without a row a programme has those of
    ``gates.DEFAULT``."""

    programme = models.OneToOneField(
        Programme, primary_key=True, on_delete=models.PROTECT, related_name="gates"
    )
    before_evaluation = ArrayField(models.CharField(max_length=10, choices=Gate.choices))
    before_funded = ArrayField(models.CharField(max_length=10, choices=Gate.choices))

    def __str__(self) -> str:
        return str(self.programme_id)


class PhasePlace(models.Model):
    """Where the accounts of a programme's phase are opened: server, group, leverage."""

    id = models.BigAutoField(primary_key=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="places")
    phase = models.CharField(max_length=60)
    server = models.CharField(max_length=60)
    group = models.CharField(max_length=100)
    leverage = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    """None: the group's."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["programme", "phase"], name="phase_place_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.phase}: {self.server} {self.group}"


class Enrolment(models.Model):
    """What one person bought, from the first phase to the last."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments"
    )
    order = models.UUIDField(unique=True)
    """The purchase. One order is one enrolment, however often it is provisioned."""
    version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.PROTECT, related_name="enrolments"
    )
    size = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=5)
    add_ons = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=20)
    state_at = models.DateTimeField()
    suspended_from = models.CharField(max_length=20, default="", blank=True)
    """The state to which it returns; empty while it is not suspended."""
    retries_used = models.SmallIntegerField(default=0)
    bound_to = models.ForeignKey(
        ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="bound_enrolments"
    )
    """By which its next phase is judged, where two persons bound it to another version than the
    one that was bought."""
    bound_add_ons = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    """With ``bound_to``: the add-ons from then on."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="enrolment_state_is_known", condition=models.Q(state__in=STATES)
            ),
            models.CheckConstraint(
                name="enrolment_suspension_has_a_way_back",
                condition=models.Q(state="suspended", suspended_from__in=STATES)
                | (~models.Q(state="suspended") & models.Q(suspended_from="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The page of a person.
            models.Index(fields=["person", "-created_at"], name="enrolments_of_person"),
            # The funnel, and the work queue: what waits in one state, the longest first.
            models.Index(fields=["state", "state_at"], name="enrolments_by_state"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(name="lifecycle_edges", field="state", transitions=list(EDGES))
        ]

    def __str__(self) -> str:
        return str(self.id)


class Outcome(models.TextChoices):
    """How a phase ended; empty while it runs."""

    RUNS = "", "runs"
    PASSED = "passed"
    FAILED = "failed"
    EXPIRED = "expired"
    REPLACED = "replaced"
    """Another attempt of the same phase goes on in its place."""
    ENDED = "ended"
    """The firm ended it."""


class EnrolmentPhase(models.Model):
    """One attempt at one phase, with its account."""

    id = models.UUIDField(primary_key=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="phases")
    number = models.SmallIntegerField()
    """From 1, in the rulebook's order."""
    attempt = models.SmallIntegerField()
    name = models.CharField(max_length=60)
    stage = models.CharField(max_length=10)
    account = models.OneToOneField(
        TradingAccount, on_delete=models.PROTECT, related_name="enrolment_phase"
    )
    """Also read by whoever follows an account's status."""
    version = models.ForeignKey(
        ProgrammeVersion, null=True, on_delete=models.PROTECT, related_name="bound_phases"
    )
    """By which it is judged, where that is not the version that was bought."""
    order = models.UUIDField(null=True, unique=True)
    """The reset or retry it was begun by; None for what follows from a purchase or a pass."""
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=8, choices=Outcome.choices, default=Outcome.RUNS, blank=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrolment", "number", "attempt"], name="phase_attempt_is_one"
            ),
            # A phase is opened once, however often its pass is told.
            models.UniqueConstraint(
                fields=["enrolment"], condition=models.Q(outcome=""), name="phase_running_is_one"
            ),
            models.CheckConstraint(
                name="phase_ends_with_an_outcome",
                condition=models.Q(outcome="", ended_at__isnull=True)
                | (~models.Q(outcome="") & models.Q(ended_at__isnull=False)),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="phase_edges",
                field="outcome",
                transitions=[("", each) for each in Outcome.values if each],
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, attempt {self.attempt}"


class GatePassed(models.Model):
    """That a gate was settled for one enrolment, by whom: written once."""

    id = models.UUIDField(primary_key=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="gates_passed")
    gate = models.CharField(max_length=10, choices=Gate.choices)
    phase = models.ForeignKey(
        EnrolmentPhase, null=True, on_delete=models.PROTECT, related_name="gates_passed"
    )
    """The passed phase a review is of; None for what is settled once for all."""
    by = models.UUIDField(null=True)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrolment", "gate", "phase"],
                nulls_distinct=False,
                name="gate_is_passed_once",
            )
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("gate_passed_written_once")]

    def __str__(self) -> str:
        return f"{self.gate} of {self.enrolment_id}"
