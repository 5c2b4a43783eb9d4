"""What of a release is refused, and in which words: the same by hand and from a file."""

import re
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from propdesk.crm.calendar.models import TITLE_MAX, Impact
from propdesk.crm.calendar.writing import Said
from propdesk.crm.refusal import ActionRefused

OPEN_FOR = timedelta(days=1)
"""So long after its time a release may still be changed: one that is late comes later."""
SHORT_NOTICE = timedelta(minutes=15)
"""Wider than any published window: within it accounts may be judged by a release at once."""
AHEAD_MAX = timedelta(days=550)
SYMBOLS_MAX = 60
_CURRENCY = re.compile(r"[A-Z]{3}")
_SYMBOL = re.compile(r"[A-Za-z0-9][\w.#&/+-]{0,59}")


def check(said: Said, at: datetime, *, moves: bool, sudden: bool) -> None:
    """Refuse what no release can be. ``moves``: its time is a new one. ``sudden``: whoever says
    it knows that accounts may be judged by it at once.

    Raises ``ActionRefused`` (``no_title``, ``no_currency``, ``no_symbol``, ``no_impact``,
    ``in_the_past``, ``far_ahead``, ``short_notice``).
    """
    if not said.title.strip() or len(said.title) > TITLE_MAX or not said.title.isprintable():
        raise ActionRefused("no_title", _("A title has 1 to 200 characters."))
    if not all(_CURRENCY.fullmatch(each) for each in said.currencies):
        raise ActionRefused("no_currency", _("Write currencies as three capital letters: USD."))
    if len(said.symbols) > SYMBOLS_MAX or not all(map(_SYMBOL.fullmatch, said.symbols)):
        raise ActionRefused("no_symbol", _("One of the symbols cannot be a symbol's name."))
    if not said.currencies and not said.symbols:
        raise ActionRefused("no_currency", _("A release concerns a currency or a symbol."))
    if said.impact not in Impact.values:
        raise ActionRefused("no_impact", _("The impact is high, medium, low or holiday."))
    if not moves or said.withdrawn:
        return
    if said.release_at < at:
        raise ActionRefused(
            "in_the_past", _("A release cannot be put into the past: nobody could have known it.")
        )
    if said.release_at > at + AHEAD_MAX:
        raise ActionRefused("far_ahead", _("A release is at most 550 days ahead."))
    if said.release_at < at + SHORT_NOTICE and not sudden:
        raise ActionRefused(
            "short_notice",
            _("It is less than 15 minutes ahead: accounts may be judged by it at once. Say that"
              " you know."),
        )  # fmt: skip


def check_open(release_at: datetime, at: datetime) -> None:
    """Refuse to change what is over (``over``): what was judged by it stands."""
    if release_at + OPEN_FOR < at:
        raise ActionRefused(
            "over", _("This release is over. What was judged by it stands; it is not rewritten.")
        )
