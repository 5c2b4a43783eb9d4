"""The tables of persons: who they are, their roles, what they agreed to, when they came.

Only here is it written who an id is; every other table of the firm holds the id alone.
"""

from typing import ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class PersonState(models.TextChoices):
    """How far a person has come with the firm; each challenge has a state of its own."""

    LEAD = "lead", _("lead")
    REGISTERED = "registered", _("registered")
    CUSTOMER = "customer", _("customer")


class Standing(models.TextChoices):
    """Whether the firm deals with a person."""

    OPEN = "open", _("open")
    SUSPENDED = "suspended", _("suspended")
    BANNED = "banned", _("banned")
    MERGED = "merged", _("merged")


class StaffRole(models.TextChoices):
    """What a person may be granted. Everybody who registered is a trader beside it."""

    OWNER = "owner", _("owner")
    ADMIN = "admin", _("admin")
    RISK = "risk", _("risk")
    FINANCE = "finance", _("finance")
    SUPPORT = "support", _("support")
    AUDITOR = "auditor", _("auditor")


class Purpose(models.TextChoices):
    """What a person can agree to or not."""

    DEVICE = "device", _("recognising the device")
    NEWS = "news", _("news by e-mail")


class SessionEventKind(models.TextChoices):
    """At what a session event is kept."""

    LOGIN = "login", _("signed in")
    LOGOUT = "logout", _("signed out")
    LOGIN_FAILED = "login_failed", _("sign-in failed")
    PURCHASE = "purchase", _("purchase")
    PAYOUT = "payout", _("payout")
    PLATFORM_LOGIN = "platform_login", _("signed in on the platform")


class Person(AbstractBaseUser):
    """One human being, and the account by which he or she signs in.

    Nothing of what the person bought or traded is here.
    """

    id = models.UUIDField(primary_key=True)
    created_at = models.DateTimeField()
    email = models.EmailField(_("e-mail address"), unique=True)
    """In lower case: two spellings are one person."""
    display_name = models.CharField(_("name shown"), max_length=80, blank=True)
    legal_name = models.CharField(_("legal name"), max_length=160, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    """ISO 3166-1, two letters."""
    language = models.CharField(_("language"), max_length=16, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    brand = models.CharField(max_length=40, default="default")
    """The brand by which the person came."""
    state = models.CharField(max_length=12, choices=PersonState.choices)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.OPEN)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from"
    )
    """Who a duplicate really is. Never one that is merged itself: a step leads to the end."""
    first_source = models.CharField(max_length=80, blank=True)
    """Where the person first came from; written once."""
    first_campaign = models.CharField(max_length=120, blank=True)
    first_seen_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="person_email_is_in_lower_case", condition=models.Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="person_state_is_known",
                condition=models.Q(state__in=PersonState.values),
            ),
            models.CheckConstraint(
                name="person_standing_says_whether_merged",
                condition=(
                    models.Q(standing=Standing.MERGED, merged_into__isnull=False)
                    | models.Q(
                        standing__in=[Standing.OPEN, Standing.SUSPENDED, Standing.BANNED],
                        merged_into__isnull=True,
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django has a constant here
        """Whether the person may sign in."""
        return self.state != PersonState.LEAD and self.standing == Standing.OPEN


class RoleGrant(models.Model):
    """One role of one person, from when to when, by whose decision."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants"
    )
    role = models.CharField(max_length=12, choices=StaffRole.choices)
    granted_at = models.DateTimeField()
    granted_by = models.UUIDField(null=True)
    """None: the program itself, when it made the first owner."""
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also read by every request of a person who has signed in.
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=models.Q(revoked_at__isnull=True),
                name="role_grant_holds_once",
            ),
            models.CheckConstraint(
                name="role_grant_is_known", condition=models.Q(role__in=StaffRole.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.person_id}"


class StandingChange(models.Model):
    """A change of a person's state or standing: a row each, for good."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="changes"
    )
    at = models.DateTimeField()
    old = models.CharField(max_length=12)
    new = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    by = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The page of a person.
            models.Index(fields=["person", "-at"], name="standing_changes_of_person")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.old} to {self.new}"


class Consent(models.Model):
    """One answer of a person to one question; the newest counts."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    is_given = models.BooleanField()
    at = models.DateTimeField()
    network = models.CharField(max_length=43, blank=True)
    """From where it was answered, as ``SessionEvent.network``."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Read when a session event is kept, and by the profile.
            models.Index(fields=["person", "purpose", "-at"], name="consents_of_person")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.person_id}: {self.is_given}"


class SessionEvent(models.Model):
    """That a person, or somebody for an account, was there: from where and with what.

    Kept for the time that ``PROPDESK_SESSION_EVENTS_DAYS`` says, then deleted.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=16, choices=SessionEventKind.choices)
    at = models.DateTimeField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="session_events",
    )
    account = models.CharField(max_length=200, blank=True)
    """The trading account, for what happens on a platform."""
    address = models.CharField(max_length=45, blank=True)
    network = models.CharField(max_length=43, blank=True)
    """The /24 or /48 the address is in: what people of one household or office share."""
    device = models.CharField(max_length=64, blank=True)
    """A keyed hash of the device's cookie; empty without consent."""
    client = models.CharField(max_length=200, blank=True)
    """What the browser or the platform calls itself."""
    fingerprint = models.CharField(max_length=100, blank=True)
    """Of a purchase: how the payment provider names the card or wallet."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The page of a person, and what the person sees of it.
            models.Index(fields=["person", "-at"], name="session_events_of_person"),
            # The retention.
            models.Index(fields=["at"], name="session_events_by_age"),
            # Who else came from one device or network: the search for one person in two accounts.
            models.Index(
                fields=["device"],
                name="session_events_of_device",
                condition=~models.Q(device=""),
            ),
            models.Index(fields=["network", "at"], name="session_events_of_network"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


def resolve(person: UUID) -> UUID:
    """The id of who ``person`` really is: another one after a merge, the same before. Raises
    ``Person.DoesNotExist``."""
    return Person.objects.only("merged_into_id").get(pk=person).merged_into_id or person


def roles_of(person: UUID) -> frozenset[str]:
    """The staff roles a person holds."""
    held = RoleGrant.objects.filter(person_id=person, revoked_at__isnull=True)
    return frozenset(held.values_list("role", flat=True))


def has_owner() -> bool:
    """Whether the installation belongs to anybody yet."""
    return RoleGrant.objects.filter(role=StaffRole.OWNER, revoked_at__isnull=True).exists()


def consents_of(person: UUID) -> dict[str, bool]:
    """What a person answered last to each question; a question without an answer is missing."""
    given = Consent.objects.filter(person_id=person).order_by("purpose", "-at", "-id")
    return dict(given.distinct("purpose").values_list("purpose", "is_given"))
