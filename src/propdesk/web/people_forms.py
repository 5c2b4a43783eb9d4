"""The forms of the pages about people."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.people.actions.change_profile import Profile
from propdesk.crm.people.models import Person, Purpose, StaffRole
from propdesk.web.received import received_at
from propdesk.web.registration import ZoneField, device_field, language_field, news_field

OLDEST = date(1900, 1, 1)


class ReasonForm(forms.Form):
    """Why something is done: the audit and the person's page keep it."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class GrantForm(ReasonForm):
    role = forms.ChoiceField(label=_("Role"), choices=StaffRole.choices)
    field_order = ("role", "reason")


class BanForm(ReasonForm):
    """Whoever proposes a ban says what becomes of open positions."""

    positions = forms.ChoiceField(
        label=_("Open positions"),
        choices=[("close", _("close them at the market")), ("leave", _("leave them open"))],
    )
    field_order = ("positions", "reason")


class MergeForm(ReasonForm):
    """A duplicate and who it really is."""

    into = forms.UUIDField(
        label=_("Id of the person who remains"), widget=forms.TextInput(attrs={"size": 36})
    )
    field_order = ("into", "reason")


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"))
    display_name = forms.CharField(label=_("Name shown"), max_length=80)
    role = forms.ChoiceField(label=_("Role"), choices=StaffRole.choices)


class FirstOwnerForm(forms.Form):
    """Who the installation is to belong to."""

    email = forms.EmailField(label=_("E-mail address"))
    display_name = forms.CharField(label=_("Name shown"), max_length=80)
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters; a few words do well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ProfileForm(forms.Form):
    """What a person says of himself, and agrees to."""

    display_name = forms.CharField(label=_("Name shown"), max_length=80)
    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=160,
        required=False,
        help_text=_("As in your passport: certificates and contracts bear it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    country = forms.RegexField(
        "^[A-Za-z]{2}$",
        label=_("Country"),
        required=False,
        max_length=2,
        help_text=_("Two letters, as in web addresses: CH, GB, US."),
        widget=forms.TextInput(attrs={"autocomplete": "country"}),
    )
    phone = forms.RegexField(
        r"^\+?[0-9 ().-]{5,30}$",
        label=_("Phone"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = language_field()
    time_zone = ZoneField(label=_("Time zone"), max_length=64)
    device = device_field()
    news = news_field()

    @classmethod
    def of(cls, person: Person, consents: dict[str, bool]) -> "ProfileForm":
        """The form as the person is now."""
        names = [name for name in cls.base_fields if name not in Purpose.values]
        initial: dict[str, Any] = {name: getattr(person, name) for name in names}
        return cls(initial={**initial, **consents})

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_born_on(self) -> date | None:
        born: date | None = self.cleaned_data["born_on"]
        if born is not None and not OLDEST <= born <= received_at().date():
            raise forms.ValidationError(_("Nobody was born on that day."))
        return born

    def said(self) -> tuple[Profile, dict[Purpose, bool]]:
        """The answers of a valid form."""
        data = dict(self.cleaned_data)
        consents = {purpose: bool(data.pop(purpose.value)) for purpose in Purpose}
        return Profile(**data), consents
