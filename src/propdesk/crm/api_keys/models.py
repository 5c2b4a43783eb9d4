"""The tables of keys for programs, and of what a repeated request was answered first."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a key may be used for. It opens nothing its person may not do."""

    PROFILE_READ = "profile:read", _("read the profile")
    PROFILE_WRITE = "profile:write", _("change the profile")
    KEYS_READ = "keys:read", _("list the keys")
    KEYS_WRITE = "keys:write", _("revoke keys")
    ORDERS_READ = "orders:read", _("read orders and payments")
    ORDERS_WRITE = "orders:write", _("place orders and begin payments")
    ACCOUNTS_READ = "accounts:read", _("read accounts, their state and their stream")
    ACCOUNTS_CREDENTIALS = "accounts:credentials", _("read the password of an account, once")
    CHALLENGES_READ = "challenges:read", _("read challenges")
    CHALLENGES_WRITE = "challenges:write", _("act on challenges")
    DESK_READ = "desk:read", _("read cases, approvals and kill switches")
    DESK_WRITE = "desk:write", _("decide cases and approvals, set kill switches")
    CATALOG_READ = "catalog:read", _("read drafts, versions and coupons")
    CATALOG_WRITE = "catalog:write", _("change programmes, prices, coupons and texts")
    PEOPLE_READ = "people:read", _("read persons, as the role sees them")
    PEOPLE_WRITE = "people:write", _("act on persons")
    FINANCE_READ = "finance:read", _("read the ledger")
    FINANCE_WRITE = "finance:write", _("refund, and follow disputes")
    AUDIT_READ = "audit:read", _("read the audit")
    SEARCH_READ = "search:read", _("search")


_MAY_CHANGE = "{last_used_at,revoked_at}"


class ApiKey(models.Model):
    """One key of one person. It ends by its time, by being revoked, or with the person."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(max_length=80)
    """What the person calls it: where it is used."""
    sha256 = models.CharField(max_length=64, unique=True)
    """Of the key as it was shown. Also read by every request that bears one."""
    beginning = models.CharField(max_length=12)
    """Its first characters, by which its owner tells it from another."""
    scopes = ArrayField(models.CharField(max_length=24, choices=Scope.choices))
    with_staff_roles = models.BooleanField()
    """Whether the person's staff roles have effect by it: it was made with a second factor."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    """To the minute."""
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="api_key_ends_after_it_begins",
                condition=models.Q(expires_at__gt=models.F("created_at")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The page of a person's keys, newest first.
            models.Index(fields=["person", "-id"], name="api_keys_of_person")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="api_key_terms_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""
IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a key stays' USING ERRCODE = '23514';
END IF;
IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
    RAISE EXCEPTION 'a revoked key stays revoked' USING ERRCODE = '23514';
END IF;
IF to_jsonb(OLD) - '{_MAY_CHANGE}'::text[] <> to_jsonb(NEW) - '{_MAY_CHANGE}'::text[] THEN
    RAISE EXCEPTION 'what a key may do stays' USING ERRCODE = '23514';
END IF;
RETURN NEW;
""",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"


class KeptAnswer(models.Model):
    """What a request with an idempotency key was answered: its repetition is answered the same."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="kept_answers"
    )
    key = models.CharField(max_length=100)
    asked_sha256 = models.CharField(max_length=64)
    """Of the method, the address and the body."""
    status = models.SmallIntegerField()
    """0 while the first request is under way: no other transaction sees that."""
    content_type = models.CharField(max_length=80, blank=True)
    body = models.TextField(blank=True)
    """Empty where it held a secret: that is shown once."""
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A second request of the same key waits here for the first one's answer.
            models.UniqueConstraint(fields=["person", "key"], name="kept_answer_is_one")
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whoever lets the old ones go.
            models.Index(fields=["at"], name="kept_answers_by_age")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
