"""The tables of the calendar: releases, every version of each, whom words concern, and terms."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

BY_HAND = "desk"
"""The series of releases that staff wrote themselves: no import takes one of them back."""
TITLE_MAX = 200


class Impact(models.TextChoices):
    """How much a release is expected to move prices."""

    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")
    HOLIDAY = "holiday", _("holiday")


class Release(models.Model):
    """One release, whatever is known of it by now."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=300, unique=True)
    """By which the log knows it. Also read by an import."""
    series = models.CharField(max_length=100)
    """Only versions of one series replace one another."""
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # An import: what is known of its series.
            models.Index(fields=["series"], name="releases_of_series")
        ]

    def __str__(self) -> str:
        return self.name


class ReleaseVersion(models.Model):
    """What was known of a release from ``received_at`` on: written once, numbered from 1."""

    id = models.UUIDField(primary_key=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    release_at = models.DateTimeField()
    title = models.CharField(max_length=TITLE_MAX)
    currencies = ArrayField(models.CharField(max_length=3), default=list)
    impact = models.CharField(max_length=10, choices=Impact.choices)
    symbols = ArrayField(models.CharField(max_length=60), default=list)
    """Those that were named for it, by its source or by hand."""
    mapped = ArrayField(models.CharField(max_length=60), default=list)
    """Those that the map added when this version was made."""
    withdrawn = models.BooleanField(default=False)
    source = models.CharField(max_length=120)
    """The file it came from; of one made by hand or by the map, a word of ours."""
    person = models.UUIDField(null=True)
    is_newest = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["release", "number"], name="release_version_is_one"),
            models.UniqueConstraint(
                fields=["release"],
                condition=models.Q(is_newest=True),
                name="release_has_one_newest_version",
            ),
            models.CheckConstraint(
                name="release_impact_is_known", condition=models.Q(impact__in=Impact.values)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The calendar's pages, the plan of closings, how far the calendar reaches.
            models.Index(
                fields=["release_at"],
                name="releases_ahead",
                condition=models.Q(is_newest=True),
            )
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="release_version_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                # Only that another one is the newest may be written down.
                func=(
                    "IF TG_OP = 'UPDATE' AND OLD.is_newest AND NOT NEW.is_newest"
                    " AND (to_jsonb(OLD) - 'is_newest') = (to_jsonb(NEW) - 'is_newest')"
                    " THEN RETURN NEW; END IF;"
                    " RAISE EXCEPTION '% is written once', TG_TABLE_NAME"
                    " USING ERRCODE = '23514';"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.release_at:%Y-%m-%d %H:%M}"


class MapEntry(models.Model):
    """Symbols that releases concern beside those of their currencies, by currency or by words."""

    id = models.UUIDField(primary_key=True)
    currency = models.CharField(max_length=3, blank=True)
    words = models.CharField(max_length=100, blank=True)
    """Of the title, in any case."""
    symbols = ArrayField(models.CharField(max_length=60))
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="map_entry_is_by_one_thing",
                condition=models.Q(currency="", words__gt="") | models.Q(currency__gt="", words=""),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whoever makes a version: what is in force.
            models.Index(
                fields=["made_at"], name="map_in_force", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.currency or self.words}: {', '.join(self.symbols)}"


class CalendarTerms(models.Model):
    """On which clock the calendar is shown, and how long before something ends by the clock it is
    told: one row, changed by an action."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    zone = models.CharField(max_length=64, default="UTC")
    """The firm's: days of the calendar are its days."""
    closing_minutes = models.PositiveIntegerField(default=60)
    """Before a position must be closed, by weekend, night, break or news."""
    ending_days = ArrayField(models.PositiveIntegerField(), default=list)
    """Before a phase's time, or an idle account's, is over."""
    dry_days = models.PositiveIntegerField(default=3)
    """The desk is alerted where the calendar knows fewer days ahead than these."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="calendar_terms_are_one", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="closings_are_warned_of_in_time",
                condition=models.Q(closing_minutes__range=(5, 1440)),
            ),
            models.CheckConstraint(
                name="calendar_runs_dry_in_days", condition=models.Q(dry_days__range=(1, 30))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone}: {self.closing_minutes} min, {self.ending_days} days"
