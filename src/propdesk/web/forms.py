"""The form that asks for a judgement: read once, all mistakes at once.

It must not look into the files; the readers do.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.exact import parse_decimal
from propdesk.web.rulebook_library import phase_choices

FILE_FIELDS = (
    "statement",
    "quotes",
    "own_rulebook",
    "calendars",
    "instruments",
    "columns",
)
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


def _one_file(label: Any, help_text: Any) -> forms.FileField:
    """An optional file; what is in it, even nothing, is its reader's to say."""
    return forms.FileField(label=label, required=False, allow_empty_file=True, help_text=help_text)


def _account_of(accounts: Sequence[str]) -> forms.ChoiceField:
    """Of a file that holds several."""
    return forms.ChoiceField(
        label=_("Account"),
        choices=[("", _("choose one")), *((each, each) for each in accounts)],
        help_text=_("The file holds several accounts; one is judged at a time."),
        error_messages={"required": _("Choose the account to judge.")},
    )


class JudgeForm(forms.Form):
    """A statement, its quotes, and by what it is judged."""

    statement = forms.FileField(
        label=_("Statement"),
        # An empty file is the reader's to refuse, with its name.
        allow_empty_file=True,
        help_text=_(
            "An export of MetaTrader 4 or 5 (HTML, XLSX, CSV), of another platform, a table of "
            "your own with its columns named below, or an event file (JSON Lines)."
        ),
        error_messages={"required": _("Choose the statement to judge.")},
    )
    quotes = ManyFiles(
        label=_("Quotes of those days"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "Optional: ticks or bars as CSV (also .gz), Lean zips, exports of MetaTrader 5, "
            "HistData or Parquet. Without them equity is known only while no "
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
    own_rulebook = _one_file(
        _("Own rulebook"),
        _("A YAML file; it takes the place of the one chosen above. Its errors come with lines."),
    )
    own_phase = forms.CharField(
        label=_("Its phase"),
        required=False,
        max_length=60,
        help_text=_("The phase's name in your file. Empty: its only phase."),
    )
    add_ons = forms.CharField(
        label=_("Add-ons"),
        required=False,
        max_length=400,
        help_text=_("Names of bought add-ons as the rulebook writes them, with commas between."),
    )
    account = forms.CharField(
        label=_("Account"),
        required=False,
        max_length=60,
        help_text=_("Only where the file holds several accounts, or names none."),
    )
    currency = forms.CharField(
        label=_("Currency"),
        required=False,
        max_length=3,
        validators=[RegexValidator(r"^[A-Za-z]{3}$", _("A currency has three letters: USD."))],
        help_text=_("Only where the export names none, e.g. USD."),
    )
    calendars = ManyFiles(
        label=_("Economic calendars"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "JSON, CSV or ICS; several versions may be given, and each judges the trades made "
            "while it was the latest. Needed by rules about news."
        ),
    )
    instruments = _one_file(
        _("Own instruments"),
        _("A CSV file of contract sizes and ticks, for symbols the catalogue lacks or has wrong."),
    )
    columns = _one_file(
        _("Columns of the table"),
        _("A YAML file that says which column means what, for a table no reader knows."),
    )
    more_fields: ClassVar[tuple[str, ...]] = (
        "own_rulebook",
        "own_phase",
        "add_ons",
        "account",
        "currency",
        "calendars",
        "instruments",
        "columns",
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

    def __init__(
        self,
        *args: Any,
        files_are_here: bool = False,
        accounts: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        """``files_are_here``: an earlier sending brought them; ``accounts`` are in its file."""
        super().__init__(*args, **kwargs)
        self.fields["statement"].required = not files_are_here
        self.accounts = tuple(accounts)
        if accounts:
            self.fields["account"] = _account_of(accounts)
            self.fields["statement"].label = _("Another statement instead")
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if chosen else "form-control"
        self.fields["source_zone"].widget.attrs["list"] = "zones"
        self.fields["size"].widget.attrs["inputmode"] = "decimal"

    @property
    def more(self) -> list[forms.BoundField]:
        """What few need, behind a summary."""
        return [self[name] for name in self._more]

    @property
    def more_is_open(self) -> bool:
        """Whether something is said or wrong there."""
        return any(self[name].errors or self[name].value() for name in self._more)

    @property
    def text_fields(self) -> list[str]:
        """All but the files: what can be written down."""
        return [name for name in self.fields if name not in FILE_FIELDS]

    @property
    def _more(self) -> list[str]:
        """The account is in the first place where it has to be chosen."""
        return [name for name in self.more_fields if name != "account" or not self.accounts]

    def clean_currency(self) -> str | None:
        return str(self.cleaned_data["currency"]).upper() or None

    def clean_add_ons(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.cleaned_data["add_ons"].split(","))))

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
