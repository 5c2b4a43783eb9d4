"""The table of the audit. Its triggers chain its rows and refuse every change.

A row gets its number and hash when its transaction commits, under a lock that is held for that
moment alone: the order of the chain is the order of commits, and nobody waits for a slow action.
"""

from typing import ClassVar

import pgtrigger
from django.db import models

# The lock's number is any, as long as nothing else in the database locks by it.
_CHAIN = """
IF NEW.number IS NOT NULL OR NEW.hash <> '' THEN
    RAISE EXCEPTION 'audit: a row gets its number and hash from the chain alone'
        USING ERRCODE = '23514';
END IF;
PERFORM pg_advisory_xact_lock(7240116931425001);
SELECT number, hash INTO last FROM audit_auditrow
    WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1;
UPDATE audit_auditrow SET
    number = coalesce(last.number, 0) + 1,
    hash = encode(sha256(convert_to(concat_ws(':',
        coalesce(last.hash, repeat('0', 64)), coalesce(last.number, 0) + 1, NEW.content_hash
    ), 'UTF8')), 'hex')
    WHERE id = NEW.id;
RETURN NULL;
"""

_REFUSE = """
RAISE EXCEPTION 'audit: a row is written once and stays' USING ERRCODE = '23514';
"""
# Only the chain's own update, once a row, comes from inside a trigger.
_REFUSE_BUT_CHAIN = f"""
IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND OLD.number IS NULL THEN
    RETURN NEW;
END IF;{_REFUSE}"""


class AuditRow(models.Model):
    """One thing that was done. Written by ``record`` alone, in the transaction of what was done."""

    id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(null=True, unique=True)
    """The place in the chain, from 1; none until the transaction commits. The unique index is
    read by the chain (the last row), by verification and by the auditors' page."""
    at = models.DateTimeField()
    person = models.UUIDField(null=True)
    """The id of who did it, no more: what identifies people is in ``people`` alone."""
    role = models.CharField(max_length=20)
    """The role by which it was permitted."""
    process = models.CharField(max_length=60, default="", blank=True)
    address = models.CharField(max_length=45, default="", blank=True)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(default="", blank=True)
    content_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, default="", blank=True)
    """Of the row before, the number and the content; empty until the transaction commits."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The auditors' page: what one person did, newest first.
            models.Index(fields=["person", "-number"], name="audit_of_person"),
            # The auditors' page: every use of one action.
            models.Index(fields=["action", "-number"], name="audit_of_action"),
            # The page of a person, an account, a programme: what was done to it.
            models.Index(fields=["object_type", "object_id", "-number"], name="audit_of_object"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="chain",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("last", "RECORD")],
                func=_CHAIN,
            ),
            pgtrigger.Trigger(
                name="written_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_REFUSE_BUT_CHAIN,
            ),
            pgtrigger.Trigger(
                name="never_emptied",
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                operation=pgtrigger.Truncate,
                func=_REFUSE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.action} of {self.object_type} {self.object_id}"
