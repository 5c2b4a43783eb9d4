"""A certificate drawn as PDF or PNG: the same row and address give the same bytes on any machine.

It must not read the clock, a font of the machine or the network: fonts come with the program, the
document's time is the certificate's own.
"""

import base64
import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

import segno
import typst
from django.utils import formats, translation
from django.utils.translation import gettext as _

from propdesk.crm.catalog.models import Brand
from propdesk.crm.documents.models import Certificate

Form: TypeAlias = Literal["pdf", "png"]
TEMPLATE = Path(__file__).with_name("certificate.typ")
PIXELS_PER_INCH = 144
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/></svg>'
)
# In a PNG: a signature of 8 bytes, the length and name of the first chunk, then width and height.
WIDTH, HEIGHT = slice(16, 20), slice(20, 24)


def drawn(certificate: Certificate, address: str, form: Form) -> bytes:
    """The document; ``address`` is where it is verified, as text and as a code to scan."""
    made = typst.compile(
        TEMPLATE,
        format=form,
        ppi=PIXELS_PER_INCH,
        sys_inputs=_words(certificate, address),
        ignore_system_fonts=True,
        font_paths=[_fonts()],
        timestamp=int(certificate.issued_at.timestamp()),
    )
    return bytes(made)


def _words(certificate: Certificate, address: str) -> dict[str, str]:
    """Every word of the document, in the certificate's language."""
    with translation.override(certificate.language):
        return {
            "title": str(certificate.get_kind_display()),
            "kind": _("Certificate"),
            "reference": certificate.reference,
            "brand": certificate.brand_name,
            "accent": certificate.accent,
            "holder": certificate.holder,
            "holder_label": _("awarded to"),
            "nameless": _("The holder has chosen not to be named."),
            "label0": _("Programme"),
            "value0": f"{certificate.programme}, {certificate.phase.replace('_', ' ')}",
            "label1": _("Account size"),
            "value1": size_of(certificate),
            "label2": _("Achieved on"),
            "value2": formats.date_format(certificate.achieved_at, "DATE_FORMAT"),
            "verify": _("Whether it is valid, this page says:"),
            "address": address,
            "code": _code(address),
            "logo": _logo(certificate.brand),
            "language": certificate.language.partition("-")[0],
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
        }


def size_of(certificate: Certificate) -> str:
    """``100,000 USD`` as the language of the moment writes it."""
    size = certificate.size
    places = 0 if size == size.to_integral_value() else 2
    return f"{formats.number_format(size, places, force_grouping=True)} {certificate.currency}"


def _code(address: str) -> str:
    made = io.BytesIO()
    segno.make(address, error="m").save(made, kind="svg", border=2, scale=4, xmldecl=False)
    return made.getvalue().decode()


def _logo(brand: str) -> str:
    """The brand's logo of today in an SVG around it; empty without one."""
    logo = Brand.objects.filter(slug=brand).values_list("logo_png", flat=True).first()
    if not logo:
        return ""
    data = bytes(logo)
    width, height = int.from_bytes(data[WIDTH], "big"), int.from_bytes(data[HEIGHT], "big")
    return LOGO.format(width=width, height=height, data=base64.b64encode(data).decode())


@cache
def _fonts() -> Path:
    """Letters that the drawing library's own fonts lack: those that ship with the charts'. Found
    without loading that library. Raises ``FileNotFoundError`` where it is not installed."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("the fonts of matplotlib")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
