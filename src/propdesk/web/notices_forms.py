"""The forms of the pages about what is told."""

from django import forms
from django.utils.translation import gettext_lazy as _

from propdesk.crm.notices.actions.set_outlet import CHANNELS
from propdesk.crm.notices.models import Channel
from propdesk.crm.notices.shipped_texts import KINDS


class TextForm(forms.Form):
    """A text as staff write it. What may stand in it is asked of the action."""

    language = forms.CharField(widget=forms.HiddenInput)
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(
        label=_("Text"), max_length=8_000, widget=forms.Textarea(attrs={"rows": 14})
    )


class OutletForm(forms.Form):
    """A new outlet."""

    name = forms.CharField(label=_("Name"), max_length=80)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[(each.value, each.label) for each in CHANNELS]
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_(
            "Of a webhook, https://…; of Discord, the hook's address as it shows it; of Telegram,"
            " the chat's number or @name."
        ),
    )
    kinds = forms.CharField(
        label=_("Events"),
        required=False,
        max_length=1_000,
        help_text=_("Their names with commas: breach, passed. Empty: all."),
    )

    def clean_kinds(self) -> list[str]:
        """Names of events. Those of a later part of the program may stand here too."""
        words = [each.strip() for each in self.cleaned_data["kinds"].split(",")]
        found = [each for each in words if each]
        wrong = [each for each in found if len(each) > 40 or not each.isidentifier()]
        if wrong:
            raise forms.ValidationError(_("These are no events: %s") % ", ".join(wrong))
        return found


class TermsForm(forms.Form):
    """How the firm tells."""

    escalate_minutes = forms.IntegerField(
        label=_("Escalate an alert after (minutes)"), min_value=1, max_value=1_440
    )
    site = forms.CharField(
        label=_("Address of these pages in messages"),
        max_length=200,
        required=False,
        help_text=_("Empty: as the installation was configured."),
    )
    telegram_token = forms.CharField(
        label=_("Token of the Telegram bot"),
        max_length=120,
        required=False,
        help_text=_("It is not shown again. Empty: it stays as it is."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    forgets_bot = forms.BooleanField(label=_("Forget the bot"), required=False)


class ConnectForm(forms.Form):
    """Where a person wants to be told."""

    channel = forms.ChoiceField(
        choices=[(each.value, each.label) for each in (Channel.TELEGRAM, Channel.DISCORD)]
    )
    address = forms.CharField(max_length=500)


class CodeForm(forms.Form):
    channel = forms.CharField(max_length=10)
    code = forms.CharField(max_length=20)


NAMES_OF_EVENTS = sorted(
    {
        each.name.removeprefix("alert_")
        for each in KINDS.values()
        if each.name not in {"anything", "alert_anything", "connect_code"}
    }
)
