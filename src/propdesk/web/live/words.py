"""The words and states that both live pages use: statuses, rooms, bands, ages.

It must not judge: a band is for eyes, every figure is the engine's own.
"""

from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from propdesk.domain.instants import datetime_of, format_instant
from propdesk.web.room import BANDS, CRITICAL, ENDED
from propdesk.web.templatetags.figures import amount_of, money, words
from propdesk.wire.live_state import LiveVerdict

HUNDRED = Decimal(100)


_STATUSES = {
    "active": gettext_noop("Active"),
    "passed": gettext_noop("Passed"),
    "breached": gettext_noop("Breached"),
    "paused": gettext_noop("Paused"),
    "expired": gettext_noop("Expired"),
    "unknown": gettext_noop("Unknown"),
}
_BANDS = {
    "safe": gettext_noop("safe"),
    "watch": gettext_noop("watch"),
    "caution": gettext_noop("caution"),
    "critical": gettext_noop("critical"),
    "unknown": gettext_noop("not known"),
    "broken": gettext_noop("broken"),
    "ended": gettext_noop("ended"),
}


def status_word(status: str) -> str:
    known = _STATUSES.get(status)
    return words(status) if known is None else _(known)


def band_of(left: Decimal | None, status: str) -> str:
    """The band of a limit of which ``left`` per cent are left."""
    if status in ENDED:
        return "broken" if status == "breached" else "ended"
    if left is None:
        return "unknown"
    used = HUNDRED - left
    return next((word for bound, word in BANDS if used < bound), CRITICAL)


def band_word(band: str) -> str:
    return _(_BANDS[band])


def width_of(left: Decimal | None) -> str:
    """How much of the bar is filled: what is used of the allowance."""
    return "0" if left is None else f"{min(HUNDRED, max(Decimal(0), HUNDRED - left)):.2f}"


def left_of(room: str | None, allowance: str | None) -> Decimal | None:
    """The per cent of the allowance that are left; None where it is not known."""
    has, of = amount_of(room), amount_of(allowance)
    if has is None or of is None or of <= 0:
        return None
    return has * 100 / of


def percent_left(left: Decimal | None) -> str:
    return _("not known") if left is None else f"{money(f'{left:.2f}')} %"


def allowance_left(left: Decimal | None) -> str:
    """What the bar says in words. An account in profit has more room than it was given, which is
    no share of anything."""
    if left is not None and left > HUNDRED:
        return _("more than the whole allowance left")
    return _("%(left)s of the allowance left") % {"left": percent_left(left)}


def clock_of(at: int) -> str:
    """``12:00:01.250``: to the millisecond, always as wide."""
    return f"{datetime_of(at).astimezone(UTC):%H:%M:%S.%f}"[:-3]


def as_of(at: int) -> str:
    """``23 Nov 2026, 12:00:01.250 UTC``."""
    day = datetime_of(at)
    return f"{day.day} {day:%b %Y}, {clock_of(at)} UTC"


def is_breach(outcome: str) -> bool:
    return outcome.startswith("fail")


def alarms_of(verdicts: Iterable[LiveVerdict]) -> list[dict[str, Any]]:
    """What a banner says of each verdict that ended an account."""
    return [
        {
            "key": f"{each.account}-{each.at}-{each.rule}" + "-corrected" * bool(each.corrected),
            "account": each.account,
            "rule": words(each.rule),
            "observed": money(each.observed),
            "limit": money(each.limit),
            "sign": "≤" if each.comparison == "touch" else "<",
            "known": each.observed is not None and each.limit is not None,
            "at": format_instant(each.at),
            "when": as_of(each.at),
            "corrected": each.corrected,
        }
        for each in verdicts
        if is_breach(each.outcome)
    ]
