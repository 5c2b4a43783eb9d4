"""The form that asks for a judgement: read once, all mistakes at once.

It must not look into the files; the readers do.
"""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.exact import parse_decimal
from propdesk.web.rulebook_library import phase_choices

DEFAULT_TERMS = "ftmo-2-step/challenge"
SIZE_MAX = Decimal("1e12")


class ManyFiles(forms.FileField):
    """Any number of files, also none."""

    class Input(forms.ClearableFileInput):
        allow_multiple_selected = True

    widget = Input

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFiles, self).clean(each, initial) for each in given]


class JudgeForm(forms.Form):
    """A statement, its quotes, and by what it is judged."""

    statement = forms.FileField(
        label=_("Statement"),
        # An empty file is the reader's to refuse, with its name.
        allow_empty_file=True,
        help_text=_(
            "MetaTrader 5 report or MetaTrader 4 statement (HTML), or an event file (JSON Lines)."
        ),
        error_messages={"required": _("Choose the statement to judge.")},
    )
    quotes = ManyFiles(
        label=_("Quotes of those days"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "Optional: CSV (also .gz) or Lean zips. Without them equity is known only while no "
            "position is open, and the verdict may be unknown."
        ),
    )
    terms = forms.ChoiceField(
        label=_("Rulebook and phase"), choices=phase_choices, initial=DEFAULT_TERMS
    )
    size = forms.CharField(
        label=_("Account size"),
        required=False,
        max_length=30,
        help_text=_("Empty: the first deposit of the statement. A size that differs is refused."),
    )
    source_zone = forms.CharField(
        label=_("Clock of the statement"),
        required=False,
        max_length=60,
        initial="server",
        validators=[RegexValidator(r"^[A-Za-z0-9_+/-]*$", _("This is no name of a time zone."))],
        help_text=_(
            "Statements carry no zone. “server” is New York plus seven hours, the usual broker "
            "clock; or an IANA name such as Europe/London."
        ),
    )
    zones: ClassVar[tuple[str, ...]] = (
        "server",
        "UTC",
        "Europe/London",
        "Europe/Prague",
        "Europe/Athens",
        "America/New_York",
        "America/Chicago",
        "Asia/Dubai",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "terms" else "form-control"
        self.fields["source_zone"].widget.attrs["list"] = "zones"
        self.fields["size"].widget.attrs["inputmode"] = "decimal"

    def clean_size(self) -> Decimal | None:
        text = self.cleaned_data["size"].strip().replace(",", "").replace(" ", "")
        if not text:
            return None
        try:
            size = parse_decimal(text)
        except ValueError:
            raise forms.ValidationError(_("Write the size as a number, e.g. 100000.")) from None
        if not 0 < size <= SIZE_MAX:
            raise forms.ValidationError(_("An account size is more than zero."))
        return size

    def clean_source_zone(self) -> str:
        name = str(self.cleaned_data["source_zone"]) or "server"
        try:
            zone_of(name)
        except UnknownZone:
            raise forms.ValidationError(_("There is no time zone of this name.")) from None
        return name
