"""What was told to whom: notices, the inbox, each delivery and each attempt at it."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.notices.models.desk import Outlet
from propdesk.crm.written_once import written_once


class Channel(models.TextChoices):
    """A way by which a message leaves."""

    MAIL = "mail", _("mail")
    TELEGRAM = "telegram", _("Telegram")
    DISCORD = "discord", _("Discord")
    WEBHOOK = "webhook", _("webhook")


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    """Refused for good, or tried too often."""
    UNCERTAIN = "uncertain", _("uncertain")
    """It may have left before its sender died, and the channel cannot tell a second one apart."""
    DROPPED = "dropped", _("dropped")
    """Its receiver was switched off or disconnected before it left."""


class Notice(models.Model):
    """One thing that happened, as it came out of the outbox. Its id is the outbox's key."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    """When it was put into the outbox."""
    taken_at = models.DateTimeField()
    account = models.CharField(max_length=200, blank=True)
    person = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The time line of an account: what its trader was told, newest first.
            models.Index(fields=["account", "-at"], name="notices_of_account")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("notice_written_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account or 'nobody'}"


class InboxMessage(models.Model):
    """What a person finds on the firm's own pages."""

    id = models.UUIDField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="inbox")
    person = models.UUIDField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    """A path of this site."""
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "person"], name="inbox_message_is_one")
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The inbox's pages, newest first.
            models.Index(fields=["person", "-id"], name="inbox_of_person"),
            # The count beside the word, on every page.
            models.Index(
                fields=["person"],
                name="inbox_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person}"


class Delivery(models.Model):
    """One message on one channel, in the words that left. Its id is its key for the receiver."""

    id = models.UUIDField(primary_key=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    person = models.UUIDField(null=True)
    outlet = models.ForeignKey(
        Outlet, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    """Where staff have it sent; None: to ``person``."""
    address = models.CharField(max_length=320, blank=True)
    """A mail address or a chat. The secret ones (a hook's address) are read when it leaves."""
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    """What is sent: a mail's or chat's text, a webhook's body."""
    link = models.CharField(max_length=500, blank=True)
    replay_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replays"
    )

    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=100, default="", blank=True)
    claimed_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="", blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notice", "kind", "channel", "person", "outlet"],
                condition=models.Q(replay_of__isnull=True),
                nulls_distinct=False,
                name="delivery_is_one",
            ),
            models.CheckConstraint(
                name="delivery_goes_to_one",
                condition=models.Q(person__isnull=False, outlet__isnull=True)
                | models.Q(person__isnull=True, outlet__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_sent_says_when",
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whoever sends: what is due, the longest waiting first.
            models.Index(
                fields=["next_try_at", "id"],
                name="deliveries_due",
                condition=models.Q(state__in=["waiting", "sending"]),
            ),
            # The log of deliveries by state, newest first: ids sort by time.
            models.Index(fields=["state", "-id"], name="deliveries_by_state"),
            # The page of a person: what was sent to him.
            models.Index(fields=["person", "-id"], name="deliveries_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"


class Attempt(models.Model):
    """One attempt at a delivery, and what came of it: written once."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    """``sent``, ``again``, ``failed`` or ``uncertain``."""
    said = models.CharField(max_length=300, blank=True)
    """The receiver's answer or the error, cut."""

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            written_once("delivery_attempt_written_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"
