"""How money, moments and words of the result are shown.

It must not compute anything, and rounds only what says so and has the whole figure beside it.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django import template
from django.utils.translation import gettext as _

from propdesk.domain.clock import SERVER, zone_of
from propdesk.wire.rulebook_words import is_page

register = template.Library()
register.filter("is_page", is_page)
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
def whole(text: object) -> str:
    """A gain in whole units, for places too narrow for the figure, which stands beside it."""
    amount = amount_of(text)
    if amount is None:
        return UNKNOWN
    return gain(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@register.filter
def percent(ratio: object) -> str:
    """``0.4724`` as ``47.24 %``: the same digits, moved."""
    amount = amount_of(ratio)
    if amount is None:
        return UNKNOWN
    shown = f"{amount.scaleb(2):f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{shown} %".replace("-", MINUS)


@register.filter
def duration(seconds: int | None) -> str:
    """``2 d 3 h``, ``2 h 10 min``, ``12 min 5 s``, ``40 s``: the two largest parts."""
    if seconds is None:
        return UNKNOWN
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    parts = ((days, "d"), (hours_left, "h"), (minutes_left, "min"), (rest, "s"))
    first = next((place for place, part in enumerate(parts) if part[0]), len(parts) - 1)
    return " ".join(
        f"{amount} {unit}"
        for place, (amount, unit) in enumerate(parts[first : first + 2])
        if amount or place == 0
    )


def amount_of(text: object) -> Decimal | None:
    """The number a text of the result is; None for what is not known or is no number."""
    if text is None or isinstance(text, bool):
        return None
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


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
