"""The tables of judged histories: judgements, written once and whole, and those being made."""

from typing import ClassVar

from django.db import models


class Judgement(models.Model):
    """One history judged by one rulebook, with the evidence that proves it."""

    id = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField()
    file_name = models.CharField(max_length=120)
    file_sha256 = models.CharField(max_length=64)
    rulebook = models.CharField(max_length=120)
    rulebook_version = models.CharField(max_length=60)
    phase = models.CharField(max_length=60)
    size = models.DecimalField(max_digits=20, decimal_places=4)
    status = models.CharField(max_length=16)
    zone = models.CharField(max_length=60)
    notes = models.JSONField(default=list)
    result = models.JSONField()
    """The contract of the evaluation result (DESIGN §6)."""
    around = models.JSONField(default=list)
    """The quotes around the deciding event, as the breach strip lists them."""
    evidence_gz = models.BinaryField()
    """The evidence file as it is handed out, packed: its bytes are what was hashed."""

    compared_with = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="comparisons"
    )
    """The judgement whose history was judged again, by this one's rulebook."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="judgement_status_is_known",
                condition=models.Q(
                    status__in=["active", "passed", "breached", "paused", "expired", "unknown"]
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.status}"


class JudgingState(models.TextChoices):
    """How far a judging is. Only the first two can change."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


UNFINISHED = (JudgingState.QUEUED, JudgingState.RUNNING)


class Judging(models.Model):
    """A judging that takes longer than a request may: what its page shows until it is over.

    It holds nothing of the history; a judgement is there whole or not at all. What it was asked by
    is enough for another process to judge it anew.
    """

    id = models.UUIDField(primary_key=True)
    asked_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    """The last sign of life."""
    file_name = models.CharField(max_length=120)
    asked = models.JSONField()
    """The terms, and where the files are; made and read by the pages alone."""
    state = models.CharField(max_length=8, choices=JudgingState.choices)
    attempts = models.SmallIntegerField(default=0)
    """How often the judging was begun: who began it last is who may end it."""
    events = models.BigIntegerField(default=0)
    refusal = models.TextField(default="")
    """Why there is no judgement, once that is known."""
    address = models.CharField(max_length=500, default="")
    """The page of what came out, once it is there."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="judging_state_says_what_is_there",
                condition=(
                    models.Q(state__in=["queued", "running"], refusal="", address="")
                    | (models.Q(state="done", refusal="") & ~models.Q(address=""))
                    | (models.Q(state="refused", address="") & ~models.Q(refusal=""))
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.state}, {self.events} events"
