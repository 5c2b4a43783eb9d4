"""Tickets: one question of one person, what was said about it, and whose turn it is."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.models import AccountVerdict, TradingAccount
from propdesk.crm.support.edges import EDGES
from propdesk.crm.written_once import written_once


class Category(models.TextChoices):
    """What a ticket is about."""

    ACCOUNT = "account", _("My trading account")
    RULES = "rules", _("Rules of a programme")
    PAYMENT = "payment", _("Payment or refund")
    PLATFORM = "platform", _("The platform or its prices")
    PERSON = "person", _("My profile, sign-in or papers")
    DISPUTE = "dispute", _("A verdict I dispute")
    OTHER = "other", _("Something else")


class TicketState(models.TextChoices):
    """Whose turn it is."""

    OPEN = "open", _("waits for the firm")
    WAITING = "waiting", _("waits for the trader")
    SOLVED = "solved", _("solved")


class Ticket(models.Model):
    """One question, tied to what it is about."""

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=40, unique=True)
    """Of the form it was sent by: a double click is one ticket."""
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tickets"
    )
    category = models.CharField(max_length=10, choices=Category.choices)
    subject = models.CharField(max_length=160)
    account = models.ForeignKey(
        TradingAccount, null=True, on_delete=models.PROTECT, related_name="tickets"
    )
    verdict = models.ForeignKey(
        AccountVerdict, null=True, on_delete=models.PROTECT, related_name="tickets"
    )
    state = models.CharField(max_length=8, choices=TicketState.choices, default=TicketState.OPEN)
    opened_at = models.DateTimeField()
    waits_since = models.DateTimeField()
    """Since when it is whose turn it is."""
    answered_at = models.DateTimeField(null=True)
    """When the firm answered first."""
    assigned_to = models.UUIDField(null=True)
    """Who of the staff sees to it."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="ticket_state_is_known", condition=models.Q(state__in=TicketState.values)
            ),
            models.CheckConstraint(
                name="ticket_category_is_known", condition=models.Q(category__in=Category.values)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The inbox: one state, the longest waiting first.
            models.Index(fields=["state", "waits_since", "id"], name="tickets_by_state"),
            # A person's own, and the page of a person.
            models.Index(fields=["person", "-opened_at"], name="tickets_of_person"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(name="ticket_edges", field="state", transitions=list(EDGES))
        ]

    def __str__(self) -> str:
        return self.reference


class TicketChange(models.Model):
    """That a ticket's state or who sees to it became another: a row each, for good."""

    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    what = models.CharField(max_length=12)
    """``state`` or ``assigned``."""
    old = models.CharField(max_length=40, blank=True)
    new = models.CharField(max_length=40, blank=True)
    by = models.UUIDField(null=True)

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("ticket_change_written_once")]

    def __str__(self) -> str:
        return f"{self.what}: {self.old} to {self.new}"


class Message(models.Model):
    """What somebody wrote on a ticket. A note is the staff's own, and never shown to the trader."""

    id = models.UUIDField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    author = models.UUIDField()
    is_staff = models.BooleanField()
    is_note = models.BooleanField(default=False)
    body = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="support_note_is_the_staffs",
                condition=models.Q(is_note=False) | models.Q(is_staff=True),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The page of a ticket, oldest first.
            models.Index(fields=["ticket", "id"], name="messages_of_ticket")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} at {self.at}"


class Attachment(models.Model):
    """A file that came with a message. Its bytes lie outside the database and the web root, under
    its id."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=100)
    media = models.CharField(max_length=40)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class CannedAnswer(models.Model):
    """An answer kept ready. Whoever takes it may change it before it is sent."""

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=120)
    body = models.TextField()
    kept_at = models.DateTimeField()
    kept_by = models.UUIDField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the list an answer is chosen from.
            models.UniqueConstraint(
                fields=["title"],
                condition=models.Q(retired_at__isnull=True),
                name="canned_answer_title_is_one",
            )
        ]

    def __str__(self) -> str:
        return self.title
