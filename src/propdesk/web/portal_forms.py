"""The forms of the portal: an order, what happens to a position, one's own limit.

They check that figures are figures. Whether an order may be given is the platform's to say.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.actions.place_order import Wanted
from propdesk.wire.account_figures import OrderAsked

SIDES = [("buy", _("Buy")), ("sell", _("Sell"))]
KINDS = [("market", _("Market")), ("limit", _("Limit")), ("stop", _("Stop"))]


def _figure(label: Any, *, required: bool = False, hint: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=Decimal("0.000001"),
        max_digits=18,
        decimal_places=8,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class OrderForm(forms.Form):
    """One showing of it is one order: ``key`` is made when it is first shown."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    symbol = forms.ChoiceField(label=_("Symbol"))
    side = forms.ChoiceField(label=_("Side"), choices=SIDES, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("Order"), choices=KINDS, widget=forms.RadioSelect)
    lots = _figure(_("Lots"), required=True)
    price = _figure(_("Price"), hint=_("Where a limit or stop order waits; empty for market."))
    stop = _figure(_("Stop loss"), hint=_("Without one, no loss can be stated."))
    target = _figure(_("Take profit"))

    def __init__(self, *args: Any, symbols: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["symbol"].choices = symbols  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") in {"limit", "stop"} and said.get("price") is None:
            self.add_error("price", _("A pending order needs a price."))
        if said.get("kind") == "market":
            said["price"] = None
        return said

    def wanted(self) -> Wanted:
        """The order of a valid form."""
        said = self.cleaned_data
        names = ("symbol", "side", "kind", "lots", "price", "stop", "target")
        return Wanted(**{name: said[name] for name in names})

    def asked(self, commission: Decimal) -> OrderAsked:
        """The same for the check."""
        said = self.cleaned_data
        figures = {
            name: None if said[name] is None else f"{said[name]:f}"
            for name in ("price", "stop", "target")
        }
        return OrderAsked(
            symbol=said["symbol"],
            side=said["side"],
            kind=said["kind"],
            lots=f"{said['lots']:f}",
            commission_per_lot=f"{commission:f}",
            **figures,
        )


class CloseForm(forms.Form):
    """A position that is closed, whole or in part."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    position = forms.CharField(max_length=60)
    lots = _figure(_("Lots"))


class ProtectForm(forms.Form):
    """Stop and target of a position as they are to be."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    position = forms.CharField(max_length=60)
    stop = _figure(_("Stop loss"))
    target = _figure(_("Take profit"))


class CancelForm(forms.Form):
    """A pending order that is taken away."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    order = forms.CharField(max_length=60)


class ChangeForm(forms.Form):
    """A pending order as it is to be."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    order = forms.CharField(max_length=60)
    price = _figure(_("Price"), required=True)
    stop = _figure(_("Stop loss"))
    target = _figure(_("Take profit"))


class LimitForm(forms.Form):
    """One's own daily limit; empty: none from the next day on."""

    amount = forms.DecimalField(
        label=_("The most I want to lose on one day"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=18,
        decimal_places=2,
        help_text=_("Empty: no limit of your own, from the next reset on."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
