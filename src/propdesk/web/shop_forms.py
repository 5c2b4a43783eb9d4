"""The forms of the shop: what is bought, by whom, and how a test payment goes.

They must not decide a price or who may buy; the actions do.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.connectors.test_payments.courses import Course
from propdesk.crm.catalog.models import AddOnPrice, LegalText, Price
from propdesk.web.prices import shown

OLDEST = date(1900, 1, 1)
COURSES = {
    Course.PAYS: _("The payment succeeds"),
    Course.DECLINES: _("The card is declined"),
    Course.DELAYS: _("The confirmation is late"),
    Course.REPEATS: _("Every message five times, out of order"),
    Course.DISPUTES: _("Paid, and disputed before it is confirmed"),
    Course.WINS_DISPUTE: _("Disputed, decided for the firm"),
    Course.LOSES_DISPUTE: _("Disputed, decided for the customer"),
}


class CheckoutForm(forms.Form):
    """One sending of it is one order: ``key`` is made when it is first shown."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    offer = forms.ChoiceField(label=_("Account size and price"))
    add_ons = forms.MultipleChoiceField(
        label=_("Add-ons"), required=False, widget=forms.CheckboxSelectMultiple
    )
    coupon = forms.CharField(label=_("Coupon"), required=False, max_length=40)
    country = forms.RegexField(
        "^[A-Za-z]{2}$",
        label=_("Country you live in"),
        max_length=2,
        help_text=_("Two letters, as in web addresses: CH, GB, US."),
        widget=forms.TextInput(attrs={"autocomplete": "country"}),
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        help_text=_("The order keeps only that you are old enough."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(
        self,
        *args: Any,
        prices: Iterable[Price],
        add_ons: Iterable[AddOnPrice],
        texts: Iterable[LegalText],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = [  # type: ignore[attr-defined]
            (
                offer_value(each.size, each.currency),
                f"{each.size:,.0f}: {shown(each.amount_minor, each.currency)}",
            )
            for each in prices
        ]
        named = {each.add_on: each.add_on.replace("-", " ").capitalize() for each in add_ons}
        if named:
            self.fields["add_ons"].choices = list(named.items())  # type: ignore[attr-defined]
        else:
            del self.fields["add_ons"]
        self.texts = list(texts)
        for text in self.texts:
            self.fields[f"accept_{text.id}"] = forms.BooleanField(
                label=_("I accept: %(title)s, version %(version)s")
                % {"title": text.title, "version": text.version}
            )

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_born_on(self) -> date:
        born_on: date = self.cleaned_data["born_on"]
        if born_on < OLDEST:
            raise forms.ValidationError(_("Write the year in full."))
        return born_on

    @property
    def chosen(self) -> tuple[Decimal, str]:
        """The size and the currency of a valid form."""
        size, currency = str(self.cleaned_data["offer"]).split("/")
        return Decimal(size), currency


class TestPaymentForm(forms.Form):
    """How the test payment goes."""

    __test__ = False
    course = forms.ChoiceField(
        label=_("What happens"),
        choices=[(key.value, word) for key, word in COURSES.items()],
        widget=forms.RadioSelect,
        initial=Course.PAYS.value,
    )


def offer_value(size: Decimal, currency: str) -> str:
    return f"{size:f}/{currency}"
