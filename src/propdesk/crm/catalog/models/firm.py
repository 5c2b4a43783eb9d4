"""The firm's brands, and whom it deals with at all."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

DEFAULT_BRAND = "default"


class Brand(models.Model):
    """A name under which the firm sells: how its pages and messages look, and who sends them."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=80)
    accent = models.CharField(max_length=7, default="#1f5fae")
    """The colour of buttons and links, ``#rrggbb``."""
    logo_png = models.BinaryField(null=True)
    sender_name = models.CharField(max_length=80, blank=True)
    sender_email = models.EmailField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="brand_accent_is_a_colour",
                condition=models.Q(accent__regex=r"^#[0-9a-f]{6}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FirmTerms(models.Model):
    """With whom the firm deals: one row. Programmes may be stricter, never laxer."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    minimum_age = models.SmallIntegerField(default=18)
    refused_countries = ArrayField(models.CharField(max_length=2), default=list)
    """ISO 3166-1, two letters."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="firm_terms_are_one", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="firm_minimum_age_is_an_age",
                condition=models.Q(minimum_age__range=(16, 99)),
            ),
        ]

    def __str__(self) -> str:
        return f"from {self.minimum_age} years on"
