"""The forms of legal texts and of the firm. The actions decide, and their refusals are shown."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from propdesk.crm.catalog.models import Brand, FirmTerms, LegalKind

TEXT_LENGTH_MAX = 100_000


class TextForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=LegalKind.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    version = forms.CharField(label=_("Version"), max_length=40, help_text=_("2026-11, or 3."))
    title = forms.CharField(label=_("Title"), max_length=120)
    body = forms.CharField(
        label=_("Text"), max_length=TEXT_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 14})
    )

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")


class TermsForm(forms.Form):
    """With whom the firm deals at all."""

    minimum_age = forms.IntegerField(label=_("Minimum age"))
    refused_countries = forms.CharField(
        label=_("Not sold in"), required=False, help_text=_("Two letters each: US, IR.")
    )

    @classmethod
    def of(cls, terms: FirmTerms) -> "TermsForm":
        countries = ", ".join(terms.refused_countries)
        return cls(initial={"minimum_age": terms.minimum_age, "refused_countries": countries})

    def clean_refused_countries(self) -> tuple[str, ...]:
        said = str(self.cleaned_data["refused_countries"]).replace(",", " ").split()
        return tuple(each.upper() for each in said)


class BrandForm(forms.Form):
    """How the firm looks, and who sends its messages."""

    name = forms.CharField(label=_("Name"), max_length=80)
    accent = forms.CharField(
        label=_("Colour"),
        max_length=7,
        help_text=_("Of buttons, links and certificates; white text on it must be readable."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    sender_name = forms.CharField(label=_("Sender's name"), max_length=80, required=False)
    sender_email = forms.EmailField(label=_("Sender's address"), required=False)
    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG, JPEG or WebP; empty: as it is.")
    )

    @classmethod
    def of(cls, brand: Brand) -> "BrandForm":
        names = ("name", "accent", "sender_name", "sender_email")
        return cls(initial={name: getattr(brand, name) for name in names})

    def clean_accent(self) -> str:
        return str(self.cleaned_data["accent"]).lower()
