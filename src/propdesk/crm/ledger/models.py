"""The three tables of the ledger. All of them are written once."""

from typing import ClassVar

import pgtrigger
from django.db import models

from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.crm.written_once import written_once

ADDS_UP = """
IF (SELECT count(*) FROM ledger_posting WHERE entry_id = {entry}) <>
   (SELECT postings FROM ledger_entry WHERE id = {entry}) THEN
    RAISE EXCEPTION 'entry % does not have the postings it was made with', {entry}
        USING ERRCODE = '23514';
END IF;
IF EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = {entry}
           GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'entry % does not add up to zero', {entry} USING ERRCODE = '23514';
END IF;
RETURN NULL;
"""


def adds_up(name: str, entry: str) -> pgtrigger.Trigger:
    """At the end of the transaction an entry is whole, and zero in each of its currencies."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=ADDS_UP.replace("{entry}", entry),
    )


class Account(models.Model):
    """What postings are summed by: a kind, of whom, in one currency."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=24, choices=AccountKind.choices)
    detail = models.CharField(max_length=80, default="", blank=True)
    """The provider, or whoever else it is kept for; empty where the firm has one alone."""
    currency = models.CharField(max_length=5)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "detail", "currency"], name="ledger_account_is_one"
            ),
            models.CheckConstraint(
                name="ledger_account_kind_is_known",
                condition=models.Q(kind__in=AccountKind.values),
            ),
            # What a posting's account and currency refer to together.
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_currency"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [written_once("account_written_once")]

    def __str__(self) -> str:
        return ":".join(filter(None, (self.kind, self.detail, self.currency)))


class Entry(models.Model):
    """One thing that happened to money."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)
    """What it was made for: the same key is the same entry."""
    content_sha256 = models.CharField(max_length=64)
    """Of all it says: the same key with other content is refused."""
    reference = models.CharField(max_length=20, unique=True)
    """By which people name it: ``L-2026-000123``. Numbers may have gaps."""
    about = models.CharField(max_length=40)
    """The reference of what it is about: an order, a payout."""
    what = models.CharField(max_length=40)
    """A word for what happened: ``sale``, ``refund_asked``."""
    at = models.DateTimeField()
    postings = models.PositiveSmallIntegerField()
    """With how many it was made; none can be added later."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="ledger_entry_has_two_sides", condition=models.Q(postings__gte=2)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Read by the page of an order: its entries in their order.
            models.Index(fields=["about", "at"], name="ledger_entry_about"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            written_once("entry_written_once"),
            adds_up("entry_adds_up", "NEW.id"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.what} of {self.about}"


class Posting(models.Model):
    """One line of an entry: above zero a debit, below a credit."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    """The migration ties it to the account's currency too."""
    currency = models.CharField(max_length=5)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="ledger_posting_moves_money", condition=~models.Q(amount_minor=0)
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            written_once("posting_written_once"),
            adds_up("posting_adds_up", "NEW.entry_id"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"
