"""The form by which somebody registers, and what it has in common with the profile's."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import SignupForm
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from propdesk.crm.people.models import Person, PersonState
from propdesk.crm.refusal import ActionRefused


class ZoneField(forms.CharField):
    """The name of a time zone, typed or chosen from a list the page holds."""

    default_error_messages = {"unknown": _("There is no time zone of this name.")}  # noqa: RUF012

    def clean(self, value: Any) -> str:
        name = str(super().clean(value))
        if name and name not in available_timezones():
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        return name


def device_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Recognise this device"),
        help_text=_(
            "A cookie names the device, and its hash is kept with your sign-ins. It protects your "
            "account and shows accounts that share a device. You can take this back."
        ),
        required=False,
    )


def news_field() -> forms.BooleanField:
    return forms.BooleanField(label=_("Send me news by e-mail"), required=False)


def language_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class RegistrationForm(SignupForm):  # type: ignore[misc]  # the library has no types
    """Address, name, password, language, zone, and two questions that may be answered no."""

    field_order = ("email", "display_name", "password1", "language", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.account_already_exists: bool = False
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)
        self.fields["password1"].widget.attrs.pop("placeholder", None)
        self.fields["password1"].help_text = _("At least 12 characters; a few words do well.")
        self.fields["display_name"] = forms.CharField(
            label=_("Name shown"), max_length=80, help_text=_("On this site; it may be any.")
        )
        self.fields["language"] = language_field()
        self.fields["time_zone"] = ZoneField(
            label=_("Time zone"),
            max_length=64,
            initial="UTC",
            widget=forms.TextInput(attrs={"data-own-zone": "", "autocomplete": "off"}),
        )
        self.fields["device"] = device_field()
        self.fields["news"] = news_field()
        self.order_fields([*self.field_order, "device", "news"])

    def validate_unique_email(self, value: str) -> str:
        """A lead may register: the address becomes its own once it is verified."""
        if Person.objects.filter(email=value, state=PersonState.LEAD).exists():
            return value
        return str(super().validate_unique_email(value))

    def try_save(self, request: HttpRequest) -> Any:
        """The person and the address in one transaction. Somebody who was first in the meantime
        is treated as one who registered before: nobody is told which."""
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return super().try_save(request)
            except (ActionRefused, IntegrityError):
                self.account_already_exists = True
        return super().try_save(request)
