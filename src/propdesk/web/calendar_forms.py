"""The forms of the calendar's desk. The actions decide, and their refusals are shown."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.calendar.known import Terms
from propdesk.crm.calendar.models import TITLE_MAX, Impact, ReleaseVersion
from propdesk.crm.calendar.writing import Said
from propdesk.domain.clock import zone_of
from propdesk.web.people_forms import ReasonForm
from propdesk.web.registration import ZoneField

FILE_BYTES_MAX = 600_000
"""Of a file that is looked at first: the page carries it back. A busy week has 20,000."""
_WHEN = "%Y-%m-%dT%H:%M"


def listed(text: str) -> tuple[str, ...]:
    """Names with commas or blanks between them, each once."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


class ReleaseForm(forms.Form):
    """A release as staff write it; its time is on the firm's clock."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_MAX)
    when = forms.CharField(
        label=_("Time"), max_length=16, widget=forms.TextInput(attrs={"type": "datetime-local"})
    )
    impact = forms.ChoiceField(label=_("Impact"), choices=Impact.choices)
    currencies = forms.CharField(
        label=_("Currencies"), required=False, max_length=200, help_text=_("Three letters: USD.")
    )
    symbols = forms.CharField(
        label=_("Symbols beside"),
        required=False,
        max_length=2_000,
        help_text=_("Named by hand: XAUUSD, US30. The map adds its own."),
    )
    sudden = forms.BooleanField(
        label=_("It may be less than 15 minutes ahead: accounts may be judged by it at once"),
        required=False,
    )

    def __init__(self, zone: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["when"].help_text = _("On the clock of %(zone)s.") % {"zone": zone}

    @classmethod
    def of(cls, zone: str, version: ReleaseVersion) -> "ReleaseForm":
        return cls(
            zone,
            initial={
                "title": version.title,
                "when": version.release_at.astimezone(zone_of(zone)).strftime(_WHEN),
                "impact": version.impact,
                "currencies": ", ".join(version.currencies),
                "symbols": ", ".join(version.symbols),
            },
        )

    def clean_when(self) -> datetime:
        try:
            local = datetime.strptime(self.cleaned_data["when"], _WHEN)  # noqa: DTZ007
        except ValueError:
            raise forms.ValidationError(_("Write the time as 2026-12-04T14:30.")) from None
        moment = local.replace(tzinfo=zone_of(self.zone)).astimezone(UTC)
        if moment.astimezone(zone_of(self.zone)).replace(tzinfo=None) != local:
            raise forms.ValidationError(_("Clocks are put forward then: this time does not exist."))
        return moment

    def clean_currencies(self) -> tuple[str, ...]:
        return tuple(each.upper() for each in listed(self.cleaned_data["currencies"]))

    def clean_symbols(self) -> tuple[str, ...]:
        return listed(self.cleaned_data["symbols"])

    def said(self) -> Said:
        """What a valid form says."""
        data = self.cleaned_data
        return Said(
            release_at=data["when"],
            title=data["title"],
            currencies=data["currencies"],
            impact=data["impact"],
            symbols=data["symbols"],
        )


class ChangeForm(ReleaseForm, ReasonForm):
    """What becomes of a release; ``after`` is the version that was looked at."""

    after = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("title", "when", "impact", "currencies", "symbols", "sudden", "reason", "after")

    @classmethod
    def of(cls, zone: str, version: ReleaseVersion) -> "ChangeForm":
        plain = ReleaseForm.of(zone, version)
        return cls(zone, initial={**plain.initial, "after": version.number})


class FileForm(forms.Form):
    """A calendar's file, to be looked at first."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("JSON, CSV, ICS or an event file; see the reference of calendars."),
    )
    zone = ZoneField(
        label=_("Clock of times without a zone"),
        required=False,
        max_length=64,
        help_text=_("Europe/London; empty: such times are refused."),
    )


class ConfirmForm(forms.Form):
    """The file as it was looked at, and what was seen of it."""

    name = forms.CharField(max_length=120)
    zone = ZoneField(required=False, max_length=64)
    packed = forms.CharField(max_length=FILE_BYTES_MAX * 2)
    seen = forms.CharField(max_length=64)


class MapForm(forms.Form):
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=3, help_text=_("USD, or words below.")
    )
    words = forms.CharField(
        label=_("Words of the title"),
        required=False,
        max_length=100,
        help_text=_("Crude Oil; capitals do not matter."),
    )
    symbols = forms.CharField(
        label=_("Symbols"), max_length=2_000, help_text=_("XAUUSD, US30, with commas.")
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_symbols(self) -> tuple[str, ...]:
        return listed(self.cleaned_data["symbols"])


class TermsForm(forms.Form):
    """The firm's clock, and how long before something ends it is told."""

    zone = ZoneField(label=_("The firm's clock"), max_length=64, help_text=_("Europe/London"))
    closing_minutes = forms.IntegerField(
        label=_("Minutes before positions must be closed"), min_value=5, max_value=1440
    )
    ending_days = forms.CharField(
        label=_("Days before a phase or an idle account ends"),
        required=False,
        max_length=40,
        help_text=_("7, 3, 1; empty: nobody is warned."),
    )
    dry_days = forms.IntegerField(
        label=_("Alert the desk when fewer days than this are known"), min_value=1, max_value=30
    )

    @classmethod
    def of(cls, terms: Terms) -> "TermsForm":
        return cls(
            initial={
                "zone": terms.zone,
                "closing_minutes": int(terms.closing.total_seconds()) // 60,
                "ending_days": ", ".join(str(each.days) for each in terms.ending),
                "dry_days": terms.dry.days,
            }
        )

    def clean_ending_days(self) -> tuple[int, ...]:
        said = listed(self.cleaned_data["ending_days"])
        if not all(each.isascii() and each.isdecimal() for each in said):
            raise forms.ValidationError(_("Write whole days with commas: 7, 3, 1."))
        return tuple(int(each) for each in said)
