"""What an alert is about: while one is open, what has the same key adds to it.

A breach is each its own; a feed that falters for an hour is one.
"""

from propdesk.crm.notices.told import Told

_ABOUT = {
    "breach": ("verdict",),
    "correction": ("verdict",),
    "verdict_held": ("verdict",),
    "case": ("kind",),
    "command_failed": ("command",),
    "market_shut": (),
    "kill_switch": ("switch", "change"),
    "feed_gap": ("feed", "symbol"),
    "calendar_ends": (),
    "delivery": ("channel",),
    "flood": (),
}
KEY_MAX = 300


def alert_key(told: Told) -> str:
    """The key of what ``told`` raises; a kind that is not in the table is each its own."""
    about = _ABOUT.get(told.notice)
    words = [str(told.key)] if about is None else [told.word(each) for each in about]
    return "/".join([told.notice, told.engine_account, *words])[:KEY_MAX]
