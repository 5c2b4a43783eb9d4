"""The forms of support. They must not decide what may be; the actions do."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.support.models import Category
from propdesk.crm.support.writing import BODY_LENGTH_MAX

ASKED = [choice for choice in Category.choices if choice[0] != Category.DISPUTE]


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. What they are is looked at when they are stored."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> None:
        del data, initial


def _body(label: Any, rows: int = 6) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=BODY_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": rows})
    )


def _files() -> FilesField:
    return FilesField(
        label=_("Files"),
        required=False,
        help_text=_("Up to five: pictures, PDF or text, 5 MB each."),
        widget=SeveralFiles(attrs={"multiple": True}),
    )


class TicketForm(forms.Form):
    """A question. ``key`` is made when the form is first shown: sent twice, it is one ticket."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    category = forms.ChoiceField(label=_("What it is about"), choices=ASKED)
    account = forms.ChoiceField(label=_("Account"), required=False)
    subject = forms.CharField(label=_("In one line"), max_length=160)
    body = _body(_("Your question"))
    attachments = _files()

    def __init__(self, *args: Any, person: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = TradingAccount.objects.filter(person=person).order_by("-created_at")[:200]
        named = [(str(each.pk), f"{each.login}, {each.phase}") for each in own]
        self.fields["account"].choices = [("", _("none")), *named]  # type: ignore[attr-defined]

    def clean_account(self) -> UUID | None:
        chosen = self.cleaned_data["account"]
        return UUID(chosen) if chosen else None


class ReplyForm(forms.Form):
    body = _body(_("Your message"), rows=5)
    attachments = _files()


class AnswerForm(forms.Form):
    """The staff's answer; ``solves`` says that nothing more is to come."""

    body = _body(_("Answer to the trader"))
    attachments = _files()
    solves = forms.BooleanField(label=_("This solves it"), required=False)


class CannedForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=BODY_LENGTH_MAX,
        help_text=_("Empty: the answer of this title is taken away."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class DisputeForm(forms.Form):
    reason = _body(_("What is wrong with the verdict"))


class DecisionForm(forms.Form):
    reason = _body(_("Reason, which the trader reads"), rows=4)


class AcceptForm(DecisionForm):
    balance = forms.DecimalField(
        label=_("Balance the phase goes on with"), max_digits=20, decimal_places=2
    )
