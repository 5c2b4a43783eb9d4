"""An account's time line as its trader reads it: one plain sentence for each line.

It must not tell of what staff keep to themselves: reasons and persons stay in the audit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from propdesk.crm.accounts.models import AccountEvent, EventKind
from propdesk.domain.exact import round_half_away
from propdesk.domain.money import minor_digits
from propdesk.web.live.words import status_word
from propdesk.web.templatetags.figures import amount_of, money, words


@dataclass(frozen=True, slots=True)
class Line:
    """What happened, when, and in which colour it is told."""

    at: datetime
    says: str
    kind: str
    is_breach: bool


def in_money(figure: object, currency: str) -> str:
    """A figure as the log has it, with the currency's minor digits; other words as they are."""
    amount = amount_of(figure)
    if amount is None:
        return money(figure)
    return money(round_half_away(amount, minor_digits(currency)))


def line_of(event: AccountEvent, currency: str) -> Line:
    """One line of the time line; its figures are in the account's ``currency``."""
    detail = dict(event.detail)
    for name in ("observed", "limit", "amount"):
        if detail.get(name):
            detail[name] = in_money(detail[name], currency)
    told = _SAYS[EventKind(event.kind)](event.word, detail)
    is_breach = event.kind == EventKind.VERDICT and event.word.startswith("fail")
    return Line(event.at, told, event.kind, is_breach)


def _verdict(word: str, detail: Mapping[str, Any]) -> str:
    rule = words(detail.get("rule", ""))
    figures = {
        "rule": rule,
        "observed": detail.get("observed", ""),
        "limit": detail.get("limit", ""),
    }
    if word.startswith("fail"):
        if detail.get("observed"):
            return _("%(rule)s was broken: %(observed)s against %(limit)s.") % figures
        return _("%(rule)s was broken.") % figures
    if word == "pass":
        return _("Every objective is met: the phase is passed.")
    if word == "warn":
        return _("A warning of %(rule)s: %(observed)s, the limit is %(limit)s.") % figures
    return _("%(rule)s says: %(word)s.") % {"rule": rule, "word": words(word).lower()}


def _status(word: str, detail: Mapping[str, Any]) -> str:
    del detail
    return _("The account is now: %(status)s.") % {"status": status_word(word).lower()}


def _correction(word: str, detail: Mapping[str, Any]) -> str:
    del word
    if detail.get("held"):
        return _("It is not clear that this counts: nothing is done before a person has looked.")
    return _("A verdict was corrected: late or mended prices were judged again.")


def _dead_letter(word: str, detail: Mapping[str, Any]) -> str:
    del word, detail
    return _("Something of the platform could not be read; a person looks at it.")


def _command(word: str, detail: Mapping[str, Any]) -> str:
    del detail
    what = {
        "cancel_all": _("The platform was told to cancel your pending orders."),
        "close_all": _("The platform was told to close your positions."),
        "set_rights": _("The platform was told what you may do from here on."),
        "create_account": _("The platform was told to open the account."),
        "set_leverage": _("The platform was told to change your leverage."),
        "adjust": _("The platform was told to adjust your balance."),
    }
    return what.get(word, _("The platform was told: %(word)s.") % {"word": words(word).lower()})


def _answer(word: str, detail: Mapping[str, Any]) -> str:
    if word == "done":
        price = detail.get("price")
        if price:
            return _("The platform filled it at %(price)s.") % {"price": price}
        return _("The platform did it.")
    why = detail.get("reason")
    if why:
        return _("The platform refused: %(why)s.") % {"why": words(why).lower()}
    what = {
        "cancel_all": _("Your pending orders are cancelled."),
        "close_all": _("Your positions are closed."),
        "set_rights": _("What you may do was changed."),
        "create_account": _("The account is open."),
    }
    return what.get(word, _("The platform did it: %(word)s.") % {"word": words(word).lower()})


def _notice(word: str, detail: Mapping[str, Any]) -> str:
    del detail
    return _("You were told: %(what)s.") % {"what": words(word).lower()}


def _action(word: str, detail: Mapping[str, Any]) -> str:
    verb = word.partition(".")[2]
    order = {
        "side": {"buy": _("buy"), "sell": _("sell")}.get(detail.get("side", ""), ""),
        "lots": detail.get("lots", ""),
        "symbol": detail.get("symbol", ""),
        "kind": words(detail.get("kind", "")).lower(),
        "position": detail.get("position", ""),
        "order": detail.get("order", ""),
        "amount": detail.get("amount") or _("none"),
        "limit": detail.get("limit", ""),
    }
    says = {
        "provision": _("The account was ordered from the platform."),
        "place_order": _("You sent an order: %(side)s %(lots)s %(symbol)s (%(kind)s)."),
        "change_order": _("You changed the pending order %(order)s."),
        "cancel_order": _("You cancelled the pending order %(order)s."),
        "close_position": _("You closed position %(position)s."),
        "protect_position": _("You changed stop and target of position %(position)s."),
        "show_credentials": _("You were shown the password."),
        "set_daily_limit": _("You set your own daily limit to %(amount)s."),
        "lock_for_today": _("Your own daily limit of %(limit)s was reached: locked for today."),
        "pause": _("The firm paused the account."),
        "resume": _("The firm let the account go on."),
        "suspend": _("The firm suspended the account."),
        "lift_suspension": _("The suspension was lifted."),
        "terminate": _("The firm ended the account."),
        "reinstate": _("The account was reinstated."),
        "suspend_rules": _("Some rules end nothing before a person has looked."),
        "let_rules_count": _("Every rule counts again."),
        "credit": _("The firm booked %(amount)s on your account."),
        "notify": _("The firm wrote to you about something that went wrong on its side."),
        "enforce": _("The firm decided that the breach stands."),
        "release_held": _("The firm decided that the breach does not count."),
    }
    if verb == "close_case":
        told = detail.get("told")
        if told:
            return _("The firm decided: %(told)s") % {"told": told}
        return _("A person has looked into the account.")
    if verb in says:
        return says[verb] % order
    return _("The firm did this: %(what)s.") % {"what": words(verb).lower()}


_SAYS: Mapping[EventKind, Callable[[str, Mapping[str, Any]], str]] = {
    EventKind.VERDICT: _verdict,
    EventKind.STATUS: _status,
    EventKind.CORRECTION: _correction,
    EventKind.DEAD_LETTER: _dead_letter,
    EventKind.COMMAND: _command,
    EventKind.ANSWER: _answer,
    EventKind.NOTICE: _notice,
    EventKind.ACTION: _action,
}
