"""Programmes and their versions. A version that was published is never written again."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from propdesk.crm.catalog.models.firm import Brand


class Visibility(models.TextChoices):
    """Who finds a programme."""

    PUBLIC = "public", _("everybody")
    BY_LINK = "by_link", _("whoever has the link")
    GROUPS = "groups", _("members of chosen groups")
    PRIVATE = "private", _("staff alone")


class SoldAs(models.TextChoices):
    """What is bought."""

    CHALLENGE = "challenge", _("evaluation")
    INSTANT = "instant", _("instant funding")
    TRIAL = "trial", _("free trial")


class VersionState(models.TextChoices):
    """How far a version is. ``TRANSITIONS`` says what may follow."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ClientGroup(models.Model):
    """Persons to whom programmes can be shown alone."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=80)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="client_groups")

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """What is sold under one name. Its rules are in its versions, its prices beside it."""

    id = models.UUIDField(primary_key=True)
    slug = models.SlugField(max_length=60, unique=True)
    """The ``name`` of its rulebooks."""
    title = models.CharField(max_length=120)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="programmes")
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    link_key = models.CharField(max_length=32)
    """What the address must say where only the link shows it."""
    groups = models.ManyToManyField(ClientGroup, blank=True, related_name="programmes")
    tags = ArrayField(models.CharField(max_length=30), default=list)
    created_at = models.DateTimeField()

    sold_as = models.CharField(max_length=9, choices=SoldAs.choices)
    trial_days = models.SmallIntegerField(null=True)
    """How long a free trial runs; one for each person."""
    free_retries = models.SmallIntegerField(default=0)
    """How often who fails starts again without paying."""
    on_pass_days = models.SmallIntegerField(null=True)
    """Pay after pass: within how many days the rest is paid; None: all is paid at once."""
    minimum_age = models.SmallIntegerField(null=True)
    """None: the firm's."""
    refused_countries = ArrayField(models.CharField(max_length=2), default=list)
    """Beside the firm's."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="programme_visibility_is_known",
                condition=models.Q(visibility__in=Visibility.values),
            ),
            models.CheckConstraint(
                name="programme_trial_has_days",
                condition=(
                    models.Q(
                        sold_as="trial",
                        # Unknown counts as held to a constraint, so "not null" is said.
                        trial_days__isnull=False,
                        trial_days__gte=1,
                        on_pass_days__isnull=True,
                    )
                    | models.Q(sold_as__in=["challenge", "instant"], trial_days__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="programme_counts_are_counts",
                condition=models.Q(free_retries__gte=0)
                & (models.Q(on_pass_days__isnull=True) | models.Q(on_pass_days__gte=1)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


TRANSITIONS = (
    (VersionState.DRAFT, VersionState.PUBLISHED),
    (VersionState.PUBLISHED, VersionState.WITHDRAWN),
)
MAY_CHANGE = "{state,withdrawn_at}"
IMMUTABLE = f"""
IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a published version stays' USING ERRCODE = '23514';
END IF;
IF to_jsonb(OLD) - '{MAY_CHANGE}'::text[] <> to_jsonb(NEW) - '{MAY_CHANGE}'::text[] THEN
    RAISE EXCEPTION 'a published version is not written again' USING ERRCODE = '23514';
END IF;
RETURN NEW;
"""


class ProgrammeVersion(models.Model):
    """A rulebook of a programme. Whoever bought by it keeps it, whatever is published later."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    state = models.CharField(max_length=9, choices=VersionState.choices)
    rulebook = models.TextField()
    """The file as it was written, comments included."""
    sha256 = models.CharField(max_length=64)
    """Of the canonical content, as evidence names it."""
    name = models.CharField(max_length=60)
    """The ``version`` of the rulebook."""
    effective_from = models.DateField()
    saved_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["programme", "number"], name="version_number_is_one"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=models.Q(state="draft"),
                name="version_draft_is_one",
            ),
            models.UniqueConstraint(
                fields=["programme", "name"],
                condition=~models.Q(state="draft"),
                name="version_name_is_one",
            ),
            models.CheckConstraint(
                name="version_state_says_when",
                condition=(
                    models.Q(state="draft", published_at__isnull=True, withdrawn_at__isnull=True)
                    | models.Q(
                        state="published", published_at__isnull=False, withdrawn_at__isnull=True
                    )
                    | models.Q(
                        state="withdrawn", published_at__isnull=False, withdrawn_at__isnull=False
                    )
                ),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="version_immutable",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func=IMMUTABLE,
            ),
            pgtrigger.FSM(name="version_states", field="state", transitions=list(TRANSITIONS)),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.name}"
