"""Why nothing is payable yet, in sentences, each with the date it will be met where one is known.

It must not decide: it puts the judgement's own reasons into words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from propdesk.web.templatetags.figures import UNKNOWN, money, words


@dataclass(frozen=True, slots=True)
class Why:
    """One reason. ``when`` is the date it ends by itself; empty where only trading ends it."""

    says: str
    when: str
    certain: bool


def reasons_of(payout: Mapping[str, Any] | None) -> tuple[Why, ...]:
    """Every reason of a payout's judgement, in its order."""
    given: Sequence[Mapping[str, Any]] = () if payout is None else payout["reasons"]
    return tuple(
        Why(_sentence(each), _date_in(each["limit"]), each["certain"] is True) for each in given
    )


def _sentence(reason: Mapping[str, Any]) -> str:
    figures = {"seen": _shown(reason["observed"]), "asked": _shown(reason["limit"])}
    says = _SENTENCES.get(reason["code"])
    if says is None:
        return f"{words(reason['code'])}: {figures['seen']} / {figures['asked']}"
    return says() % figures


def _date_in(limit: str) -> str:
    try:
        return date.fromisoformat(limit).isoformat()
    except ValueError:
        return ""


def _shown(text: str) -> str:
    """A figure in groups of three; anything else as it is."""
    sign, _space, figure = text.rpartition(" ")
    shown = money(figure) if not _date_in(figure) else figure
    return f"{sign} {shown}".strip() if shown != UNKNOWN else text


_SENTENCES = {
    "too_early": lambda: _("It is too early: %(seen)s, payable from %(asked)s."),
    "too_late": lambda: _("The time for a request is over: %(seen)s, it was until %(asked)s."),
    "outside_request_window": lambda: _("Requests are taken on days %(asked)s of the month."),
    "wrong_weekday": lambda: _("Requests are taken on %(asked)s; this was a %(seen)s."),
    "payouts_used_up": lambda: _("All %(asked)s payouts have been made."),
    "position_open": lambda: _("Positions are %(seen)s; the account must be flat."),
    "order_pending": lambda: _("Working orders: %(seen)s; there must be none."),
    "not_in_profit": lambda: _("The account is not in profit: %(seen)s."),
    "profit_too_small": lambda: _("Profit is %(seen)s; it must be %(asked)s."),
    "share_too_small": lambda: _("The trader's share is %(seen)s; it must be %(asked)s."),
    "balance_too_small": lambda: _("The balance is %(seen)s over its start; it must be %(asked)s."),
    "amount_too_small": lambda: _("The amount is %(seen)s; the smallest is %(asked)s."),
    "amount_too_large": lambda: _("%(seen)s was asked for; %(asked)s is payable."),
    "too_few_days": lambda: _("Trading days: %(seen)s of %(asked)s."),
    "too_few_winning_days": lambda: _("Winning days: %(seen)s of %(asked)s."),
    "not_consistent": lambda: _("Profit is not consistent: %(seen)s; at most %(asked)s."),
    "objective_unmet": lambda: _("An objective is not met (%(asked)s); it stands at %(seen)s."),
    "buffer_not_reached": lambda: _("The balance is %(seen)s; the buffer asks for %(asked)s."),
    "nothing_payable": lambda: _("Nothing is payable: %(seen)s."),
    "denied_by_rule": lambda: _("A rule denies payouts."),
    "breached": lambda: _("The account is breached."),
    "claim_too_late": lambda: _("The claim came on %(seen)s; it was possible until %(asked)s."),
    "split_unknown": lambda: _("The trader's share is not known: %(seen)s."),
    "not_known": lambda: _("Not known: %(seen)s (%(asked)s)."),
}
