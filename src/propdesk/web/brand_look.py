"""How the public pages and the portal look: the name, the logo and the colour of the brand.

The desk keeps the program's own look. It must not decide what can be read; ``palette`` does.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from propdesk.crm.catalog.contrast import contrast
from propdesk.crm.catalog.models import Brand
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.catalog.palette import DARK_GROUND, LIGHT_GROUND, palette_of
from propdesk.web.received import received_at
from propdesk.web.remembered_for import remembered_for
from propdesk.web.visitor import visitor

KEPT_S = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What the frame of a page takes from a brand; without a ``slug`` it is the program's own."""

    name: str = "Propdesk"
    slug: str = ""
    has_logo: bool = False
    version: str = ""
    """Another one with every change, so that a browser keeps nothing that is old."""


PLAIN: Final = Look()


def look(request: HttpRequest) -> dict[str, Any]:
    """The context processor; an error before anybody was resolved asks no database."""
    if request.resolver_match is None:
        return {"look": PLAIN}
    return {"look": SimpleLazyObject(lambda: _look(request))}


def _look(request: HttpRequest) -> Look:
    who = visitor(request)
    if who.is_staff:
        return PLAIN
    slug = DEFAULT_BRAND if who.person is None else who.person.brand
    return remembered_for(KEPT_S, "look", slug, received_at(), lambda: _found(slug)).found


def _found(slug: str) -> Look:
    brand = Brand.objects.filter(slug=slug).first()
    if brand is None:
        return PLAIN
    logo = bytes(brand.logo_png or b"")
    version = hashlib.sha256(f"{brand.accent} ".encode() + logo).hexdigest()[:12]
    return Look(brand.name, slug, bool(logo), version)


@dataclass(frozen=True, slots=True)
class Shade:
    """The colour as one half of the pages has it, for the eyes of whoever chooses it."""

    ground: str
    colour: str
    ink: str
    on_ground: Decimal
    """Contrast of a link, and of a button's text."""
    on_button: Decimal
    is_adapted: bool


def shades_of(accent: str) -> tuple[Shade, Shade]:
    """Of the light pages, and of the dark."""
    found = palette_of(accent)
    return (
        _shade(accent, LIGHT_GROUND, found.light, found.light_ink),
        _shade(accent, DARK_GROUND, found.dark, found.dark_ink),
    )


def _shade(accent: str, ground: str, colour: str, ink: str) -> Shade:
    read = contrast(colour, ground), contrast(ink, colour)
    return Shade(ground, colour, ink, *read, is_adapted=colour != accent)


def style_of(accent: str) -> str:
    """The style sheet of a colour: its shade for light pages, and the one for dark."""
    shades = palette_of(accent)
    return _sheet(":root", shades.light, shades.light_ink, "black") + _sheet(
        ':root[data-bs-theme="dark"]', shades.dark, shades.dark_ink, "white"
    )


def _sheet(root: str, colour: str, ink: str, further: str) -> str:
    """``further`` is where a button goes under the pointer: away from its text."""
    rgb = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return (
        f"{root} {{ --tblr-primary: {colour}; --tblr-primary-rgb: {rgb}; "
        f"--tblr-primary-fg: {ink}; --tblr-primary-darken: color-mix(in srgb, {colour} 85%, "
        f"{further}); --tblr-link-color: {colour}; --tblr-link-color-rgb: {rgb}; "
        f"--tblr-link-hover-color: {colour}; --tblr-link-hover-color-rgb: {rgb}; }}\n"
        f"{root} .site-head nav a:hover, {root} .site-head nav a[aria-current], "
        f"{root} .tabs a[aria-current] {{ border-color: {colour}; }}\n"
    )
