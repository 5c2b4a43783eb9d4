"""The forms of the desk that sells: programmes, prices, coupons, refunds.

They must not decide what may be; the actions do, and their refusals are shown.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from propdesk.crm.catalog.actions.set_offer import Offer
from propdesk.crm.catalog.models import Programme, Purpose, SoldAs, Visibility
from propdesk.domain.minor_units import read_minor
from propdesk.wire.rulebook_file import presets

SLUG = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$", _("Lower-case words joined by -."))


class NewProgrammeForm(forms.Form):
    preset = forms.ChoiceField(label=_("Preset"))
    slug = forms.CharField(label=_("Name in addresses"), max_length=60, validators=[SLUG])
    title = forms.CharField(label=_("Title"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preset"].choices = [(each, each) for each in presets()]  # type: ignore[attr-defined]


class DuplicateForm(forms.Form):
    slug = forms.CharField(label=_("Name in addresses"), max_length=60, validators=[SLUG])
    title = forms.CharField(label=_("Title"), max_length=120)


class DraftForm(forms.Form):
    text = forms.CharField(
        label=_("Rulebook (YAML)"),
        strip=False,
        max_length=256 * 1024,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false"}),
    )

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


class WithdrawForm(forms.Form):
    version = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class OfferForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120)
    visibility = forms.ChoiceField(label=_("Who finds it"), choices=Visibility.choices)
    groups = forms.CharField(label=_("Groups"), required=False, help_text=_("With commas between."))
    sold_as = forms.ChoiceField(label=_("What is bought"), choices=SoldAs.choices)
    tags = forms.CharField(label=_("Tags"), required=False, help_text=_("With commas between."))
    trial_days = forms.IntegerField(label=_("Days of the trial"), required=False)
    free_retries = forms.IntegerField(label=_("Free retries"), initial=0)
    on_pass_days = forms.IntegerField(
        label=_("Pay after pass: days to pay the rest"), required=False
    )
    minimum_age = forms.IntegerField(
        label=_("Minimum age"), required=False, help_text=_("Empty: the firm's.")
    )
    refused_countries = forms.CharField(
        label=_("Not sold in"), required=False, help_text=_("US, IR: beside the firm's.")
    )

    @classmethod
    def of(cls, programme: Programme) -> "OfferForm":
        """As the programme is offered now."""
        initial = {name: getattr(programme, name) for name in cls.base_fields if name != "groups"}
        for name in ("tags", "refused_countries"):
            initial[name] = ", ".join(initial[name])
        initial["groups"] = ", ".join(programme.groups.values_list("slug", flat=True))
        return cls(initial=initial)

    def offer(self) -> Offer:
        """What a valid form says."""
        said = dict(self.cleaned_data)
        for name in ("groups", "tags", "refused_countries"):
            said[name] = _words(said[name])
        said["refused_countries"] = tuple(each.upper() for each in said["refused_countries"])
        said["visibility"], said["sold_as"] = (
            Visibility(said["visibility"]),
            SoldAs(said["sold_as"]),
        )
        return Offer(**said)


class PriceForm(forms.Form):
    purpose = forms.ChoiceField(label=_("For"), choices=Purpose.choices)
    size = forms.DecimalField(label=_("Account size"), min_value=1, max_digits=18)
    currency = forms.CharField(label=_("Currency"), max_length=5)
    amount = forms.CharField(
        label=_("Price"), required=False, max_length=24, help_text=_("Empty: not sold.")
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> None:
        self.cleaned_data["minor"] = minor_of(self, "amount", self.cleaned_data.get("currency", ""))


class AddOnPriceForm(forms.Form):
    add_on = forms.CharField(label=_("Add-on"), max_length=60)
    currency = forms.CharField(label=_("Currency"), max_length=5)
    percent = forms.DecimalField(
        label=_("Percent of the price"), required=False, max_digits=7, decimal_places=4
    )
    amount = forms.CharField(
        label=_("or amount"), required=False, max_length=24, help_text=_("Both empty: not sold.")
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> None:
        self.cleaned_data["minor"] = minor_of(self, "amount", self.cleaned_data.get("currency", ""))


class CouponForm(forms.Form):
    code = forms.RegexField(r"^[A-Za-z0-9_-]+$", label=_("Code"), max_length=40)
    percent = forms.DecimalField(
        label=_("Percent off"), required=False, max_digits=7, decimal_places=4
    )
    amount = forms.CharField(label=_("or amount off"), required=False, max_length=24)
    currency = forms.CharField(label=_("Currency of the amount"), required=False, max_length=5)
    ends_at = forms.DateTimeField(
        label=_("Ends (UTC)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    limit_total = forms.IntegerField(label=_("At most, in all"), required=False)
    limit_per_person = forms.IntegerField(label=_("At most, each person"), required=False)
    first_purchase_only = forms.BooleanField(label=_("For a first purchase alone"), required=False)
    programmes = forms.CharField(
        label=_("Programmes"), required=False, help_text=_("Names in addresses; empty: all.")
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean_programmes(self) -> tuple[str, ...]:
        return _words(self.cleaned_data["programmes"])

    def clean(self) -> None:
        self.cleaned_data["minor"] = minor_of(self, "amount", self.cleaned_data.get("currency", ""))


class RefundForm(forms.Form):
    payment = forms.UUIDField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.CharField(label=_("Amount"), max_length=24)
    reason = forms.CharField(label=_("Reason"), max_length=200)


def minor_of(form: forms.Form, name: str, currency: str) -> int | None:
    """The minor units of a field; an amount that is none is the field's error."""
    text = str(form.cleaned_data.get(name) or "").strip()
    if not text:
        return None
    try:
        return read_minor(text, currency)
    except ValueError as error:
        form.add_error(name, str(error))
        return None


def whole_percent(percent: Decimal | None) -> str:
    return "" if percent is None else f"{percent.normalize():f} %"


def _words(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())
