"""How money, moments and words of the result are shown. It must not round or compute anything."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from django import template
from django.utils.translation import gettext as _

from propdesk.domain.clock import SERVER, zone_of

register = template.Library()
UNKNOWN = "—"
MINUS = "\N{MINUS SIGN}"


@register.filter
def money(text: object) -> str:
    """Digits in groups of three; what is not known is a dash, never a zero."""
    if text is None or text == "":
        return UNKNOWN
    try:
        return f"{Decimal(str(text)):,f}".replace("-", MINUS)
    except InvalidOperation:
        return str(text)


@register.filter
def gain(text: object) -> str:
    """Money with its sign: colour is never alone."""
    shown = money(text)
    return f"+{shown}" if shown[0].isdigit() and shown.strip("0.,") else shown


@register.filter
def tone(text: object) -> str:
    """The class of a gain or a loss."""
    sign = gain(text)[0]
    return {"+": "gain", MINUS: "loss"}.get(sign, "")


@register.filter
def moment(instant: str | None, zone: str) -> str:
    """``11 Mar 2026, 10:27:07.376`` on the rulebook's clock."""
    if not instant:
        return _("the end of the history")
    local = local_time(instant, zone)
    return f"{local.day} {local:%b %Y}, {clock(instant, zone)}"


@register.filter
def clock(instant: str, zone: str) -> str:
    """``10:27:07.376``: the time of day alone, where the day is said beside it."""
    local = local_time(instant, zone)
    fraction = f".{local.microsecond:06d}".rstrip("0") if local.microsecond else ""
    return f"{local:%H:%M:%S}{fraction}"


def local_time(instant: str, zone: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(zone_of(zone))


@register.filter
def zone_name(zone: str) -> str:
    return _("New York + 7 h") if zone == SERVER else zone.replace("_", " ")


@register.filter
def words(name: str) -> str:
    """``daily_loss`` as a person reads it."""
    text = str(name).replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]
