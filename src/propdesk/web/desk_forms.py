"""The forms by which the desk acts: a reason always where something is taken from a trader."""

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.models import SwitchAction, SwitchScope
from propdesk.crm.challenges.models import Gate
from propdesk.web.people_forms import ReasonForm


class SeenForm(forms.Form):
    """What the page showed when it was confirmed: an account that changed since is looked at
    again."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=200)


class WhyForm(SeenForm, ReasonForm):
    """A reason: the audit and the account's time line keep it."""


class PositionsForm(WhyForm):
    """Whoever ends or suspends says what becomes of open positions."""

    positions = forms.ChoiceField(
        label=_("Open positions"),
        choices=[("close", _("close them at the market")), ("leave", _("leave them open"))],
        initial="close",
    )
    field_order = ("positions", "reason")


class GateForm(WhyForm):
    gate = forms.ChoiceField(
        label=_("Gate"),
        choices=[
            (Gate.KYC, _("Proof of identity")),
            (Gate.CONTRACT, _("Contract")),
            (Gate.REVIEW, _("Review of the passed phase")),
            (Gate.PAYMENT, _("Payment after the pass")),
        ],
        help_text=_("Chosen is what the enrolment waits for, where it waits."),
    )
    field_order = ("gate", "reason")


class BalanceForm(WhyForm):
    """With what a reinstated account goes on."""

    balance = forms.DecimalField(
        label=_("Balance of the new account"),
        max_digits=20,
        decimal_places=2,
        min_value=0,
        help_text=_("Peaks, floors and days begin anew from it."),
    )
    field_order = ("balance", "reason")


class OrderForm(SeenForm):
    """The paid order of a reset."""

    order = forms.CharField(
        label=_("Reference of the paid order"), max_length=40, help_text="O-2026-000001"
    )


class BindingForm(WhyForm):
    """By what an enrolment is to be judged."""

    version = forms.ChoiceField(label=_("Version"))
    add_ons = forms.CharField(
        label=_("Add-ons"),
        required=False,
        max_length=200,
        help_text=_("Names with a comma between them; empty: none."),
    )
    balance = forms.DecimalField(
        label=_("Begin the phase anew at once with this balance"),
        required=False,
        max_digits=20,
        decimal_places=2,
        help_text=_("Empty: the running account ends as it is, the next one is judged by it."),
    )
    field_order = ("version", "add_ons", "balance", "reason")


class SwitchForm(forms.Form):
    """A kill switch as somebody wants it."""

    scope = forms.ChoiceField(label=_("Whom"), choices=SwitchScope.choices)
    target = forms.CharField(
        label=_("Which"),
        required=False,
        max_length=200,
        help_text=_(
            "The rulebook's name, the group, the symbol or the account; none for the firm."
        ),
    )
    action = forms.ChoiceField(
        label=_("What it does"),
        choices=[
            (SwitchAction.NO_NEW_ORDERS, _("no new orders")),
            (SwitchAction.CANCEL, _("no new orders, and cancel what waits")),
            (SwitchAction.CLOSE, _("no new orders, cancel and close (two persons)")),
        ],
    )
    minutes = forms.IntegerField(
        label=_("For how many minutes"), min_value=1, max_value=7 * 24 * 60, initial=60
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        is_firm = data.get("scope") == SwitchScope.FIRM
        if is_firm == bool(data.get("target")):
            raise forms.ValidationError(
                _("The whole firm names nothing; every other scope names what it is over.")
            )
        return data


class ManyForm(ReasonForm):
    """What is done to each of the chosen accounts."""

    positions = forms.ChoiceField(
        label=_("Open positions"),
        choices=[("close", _("close them at the market")), ("leave", _("leave them open"))],
        initial="leave",
        help_text=_("Asked where something ends or is suspended."),
    )
    field_order = ("positions", "reason")
