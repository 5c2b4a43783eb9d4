"""The form by which somebody makes a key for a program."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.api_keys.actions.create_key import NewKey
from propdesk.crm.api_keys.models import Scope

LASTS = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("a year")),
)
OF_STAFF = frozenset(
    {
        Scope.DESK_READ,
        Scope.DESK_WRITE,
        Scope.CATALOG_READ,
        Scope.CATALOG_WRITE,
        Scope.PEOPLE_READ,
        Scope.PEOPLE_WRITE,
        Scope.FINANCE_READ,
        Scope.FINANCE_WRITE,
        Scope.AUDIT_READ,
        Scope.SEARCH_READ,
    }
)
"""What opens nothing without a staff role: a trader is not offered it."""


class KeyForm(forms.Form):
    """``is_staff``: the session was proved by a second factor, and a staff role has effect."""

    name = forms.CharField(
        label=_("Where it is used"),
        max_length=80,
        help_text=_("A name you will know it by when you revoke it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may be used for"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    days = forms.ChoiceField(label=_("Ends after"), choices=LASTS, initial="90")
    with_staff_roles = forms.BooleanField(
        label=_("My staff roles have effect by it"),
        required=False,
        help_text=_("Without it the key acts for you as a trader alone."),
    )

    def __init__(self, *args: Any, is_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [each for each in Scope.choices if is_staff or each[0] not in OF_STAFF]
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]
        if not is_staff:
            del self.fields["with_staff_roles"]

    def new(self) -> NewKey:
        """What a valid form wants."""
        said = self.cleaned_data
        return NewKey(
            name=said["name"],
            scopes=frozenset(Scope(each) for each in said["scopes"]),
            lasts=timedelta(days=int(said["days"])),
            with_staff_roles=said.get("with_staff_roles", False),
        )
