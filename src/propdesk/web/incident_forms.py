"""The forms of incidents and of what is done about them. Times are typed and shown in UTC."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.held_verdicts import EVERY_PRICE_RULE
from propdesk.crm.incidents.finding import Scope, Window
from propdesk.crm.incidents.measures import MeasureWanted
from propdesk.crm.incidents.models import Incident, IncidentKind, MeasureKind
from propdesk.crm.incidents.wanted import TITLE_MAX, TOLD_MAX, Wanted
from propdesk.domain.rules.registry import RULES
from propdesk.web.people_forms import ReasonForm
from propdesk.web.templatetags.figures import words


class MomentField(forms.DateTimeField):
    """A moment in UTC, whatever the zone of the page."""

    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
    )

    def to_python(self, value: Any) -> datetime | None:
        found = super().to_python(value)
        return None if found is None else found.replace(tzinfo=UTC)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(UTC) if isinstance(value, datetime) else value


class IncidentForm(forms.Form):
    """What happened, when, and whom it could have concerned."""

    kind = forms.ChoiceField(label=_("What went wrong"), choices=IncidentKind.choices)
    title = forms.CharField(label=_("Title"), max_length=TITLE_MAX)
    began_at = MomentField(label=_("Began (UTC)"))
    ended_at = MomentField(
        label=_("Ended (UTC)"), required=False, help_text=_("Empty: it goes on.")
    )
    symbol = forms.CharField(
        label=_("Symbol"),
        required=False,
        max_length=60,
        help_text=_("Deals and positions count in it alone."),
    )
    server = forms.CharField(label=_("Platform's server"), required=False, max_length=60)
    rulebook = forms.CharField(label=_("Programme's rulebook"), required=False, max_length=120)
    accounts = forms.CharField(
        label=_("Accounts by name"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Names with spaces between them: these and no others."),
    )
    told = forms.CharField(
        label=_("What the traders concerned read"),
        max_length=TOLD_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    @property
    def wanted(self) -> Wanted:
        """The incident it asks for; of a valid form."""
        said = self.cleaned_data
        names = said["accounts"].replace(",", " ").split()
        scope = Scope(
            server=said["server"].strip(), rulebook=said["rulebook"].strip(),
            symbol=said["symbol"].strip(), logins=tuple(dict.fromkeys(names)),
        )  # fmt: skip
        window = Window(began_at=said["began_at"], ended_at=said["ended_at"])
        return Wanted(
            kind=IncidentKind(said["kind"]), title=said["title"], told=said["told"],
            window=window, scope=scope,
        )  # fmt: skip


class ChangeForm(IncidentForm):
    """The same, with why it is changed."""

    reason = forms.CharField(label=_("Reason of the change"), max_length=500)


def initial_of(row: Incident) -> dict[str, Any]:
    """An incident as its form shows it."""
    names = ("kind", "title", "began_at", "ended_at", "symbol", "server", "rulebook", "told")
    return {**{name: getattr(row, name) for name in names}, "accounts": " ".join(row.logins)}


class SuspendForm(ReasonForm):
    """Which rules do not count, and for how long."""

    rules = forms.MultipleChoiceField(
        label=_("Rules"),
        choices=[
            (EVERY_PRICE_RULE, _("every rule that a price alone can break")),
            *((each, words(each)) for each in RULES),
        ],
        initial=[EVERY_PRICE_RULE],
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    until = MomentField(
        label=_("Until (UTC)"), required=False, help_text=_("Empty: until it is lifted.")
    )
    field_order = ("rules", "until", "reason")


class CreditForm(ReasonForm):
    """How much each account is credited."""

    amount = forms.DecimalField(
        label=_("Amount for each account"),
        max_digits=14,
        decimal_places=4,
        help_text=_("Below zero: taken back."),
    )
    currency = forms.CharField(label=_("Currency"), max_length=5, initial="USD")
    field_order = ("amount", "currency", "reason")


class NotifyForm(ReasonForm):
    """What the traders are told."""

    text = forms.CharField(
        label=_("Text"), max_length=TOLD_MAX, widget=forms.Textarea(attrs={"rows": 5})
    )
    field_order = ("text", "reason")


MEASURE_FORMS: dict[str, type[ReasonForm]] = {
    MeasureKind.SUSPEND_RULES: SuspendForm,
    MeasureKind.REINSTATE: ReasonForm,
    MeasureKind.CREDIT: CreditForm,
    MeasureKind.PAUSE: ReasonForm,
    MeasureKind.NOTIFY: NotifyForm,
}


def measure_wanted(
    kind: MeasureKind, said: dict[str, Any], accounts: Sequence[UUID]
) -> MeasureWanted:
    """The measure a form asks for; what it does not ask is as it stands in ``MeasureWanted``."""
    return MeasureWanted(
        kind=kind, accounts=accounts, rules=tuple(said.get("rules", ())), until=said.get("until"),
        amount=said.get("amount"), currency=said.get("currency", ""), text=said.get("text", ""),
    )  # fmt: skip


class WordsForm(forms.Form):
    """A decision in words."""

    decision = forms.CharField(
        label=_("What was decided"),
        max_length=TOLD_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The traders concerned read it on the page of their account."),
    )


class ReportForm(forms.Form):
    """The public report."""

    report = forms.CharField(
        label=_("Report"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Everybody may read it. Name no person and no account."),
    )


class CaseReinstateForm(ReasonForm):
    """With what the account of a case goes on."""

    balance = forms.DecimalField(
        label=_("Balance of the new account"), max_digits=20, decimal_places=2, min_value=0
    )
    field_order = ("balance", "reason")


class CaseDecisionForm(forms.Form):
    """What was decided of a case, and what its trader is told."""

    decision = forms.CharField(label=_("Decision"), max_length=500)
    told = forms.CharField(
        label=_("What the trader is told"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Empty: nothing."),
    )
