"""The answer first: what became of the account, in one headline and a few sentences.

It must not soften a verdict: what is not known is said to be not known, and what would settle it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from propdesk.web.templatetags.figures import moment, money, words, zone_name


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    word: str
    headline: str
    sentences: tuple[str, ...]


def answer_of(result: Mapping[str, Any], verdict: Mapping[str, Any] | None, zone: str) -> Answer:
    """The answer of a result; ``verdict`` is the one that ended the account."""
    status = result["status"]
    tell = _TELLERS[status]
    headline, sentences = tell(result, verdict, zone)
    return Answer(status, _WORDS[status](), headline, tuple(each for each in sentences if each))


Told = tuple[str, list[str]]


def _breached(result: Mapping[str, Any], verdict: Mapping[str, Any] | None, zone: str) -> Told:
    if verdict is None:
        return _("The account is breached"), []
    rule = words(verdict["rule"])
    when = moment(verdict["at"], zone)
    headline = _("%(rule)s broken on %(when)s") % {"rule": rule, "when": when}
    if verdict["observed"] is None or verdict["limit"] is None:
        return headline, [_on_clock(zone)]
    distance = Decimal(verdict["observed"]) - Decimal(verdict["limit"])
    figures = {
        "observed": money(verdict["observed"]),
        "limit": money(verdict["limit"]),
        "distance": money(abs(distance)),
        "currency": result["currency"],
    }
    if verdict["comparison"] == "cross" and distance < 0:
        says = _("%(observed)s %(currency)s was observed, %(distance)s below the limit %(limit)s.")
    elif distance > 0:
        says = _("%(observed)s %(currency)s was observed, %(distance)s above the limit %(limit)s.")
    else:
        says = _("%(observed)s %(currency)s was observed; the limit is %(limit)s.")
    return headline, [says % figures, _on_clock(zone)]


def _passed(result: Mapping[str, Any], verdict: Mapping[str, Any] | None, zone: str) -> Told:
    del verdict
    end = next((each for each in result["verdicts"] if each["outcome"] == "pass"), None)
    headline = _("Every objective of “%(phase)s” is met") % {"phase": result["phase"]}
    if end is None:
        return headline, []
    when = moment(end["at"], zone)
    return headline, [
        _("Passed on %(when)s with no limit broken on the way.") % {"when": when},
        _on_clock(zone),
    ]


def _active(result: Mapping[str, Any], verdict: Mapping[str, Any] | None, zone: str) -> Told:
    del verdict, zone
    known = [each for each in result["limits"] if each["room"] is not None]
    if not known:
        return _("Nothing is decided yet"), []
    line = min(known, key=lambda each: Decimal(each["room"]))
    figures = {
        "room": money(line["room"]),
        "currency": result["currency"],
        "floor": money(line["floor"]),
        "rule": words(line["rule"]),
    }
    return _("%(room)s %(currency)s may still be lost") % figures, [
        _("The account fails at equity %(floor)s (%(rule)s).") % figures,
        _failing_prices(result, line["rule"]),
        _open_goals(result),
    ]


def _unknown(result: Mapping[str, Any], verdict: Mapping[str, Any] | None, zone: str) -> Told:
    del verdict, zone
    gaps = result["coverage"]["gaps"]
    symbols = ", ".join(sorted({each["symbol"] for each in gaps if each["symbol"]}))
    headline = _("What is in the file does not prove a verdict")
    doubts = [str(each) for each in result["coverage"].get("doubts", ())]
    if not gaps:
        return headline, [*doubts, _open_goals(result)]
    says = _("While positions were open, equity is not known in %(count)s stretches.")
    return headline, [
        says % {"count": len(gaps)},
        _("Add the quotes of %(symbols)s for these times to settle it.") % {"symbols": symbols}
        if symbols
        else "",
    ]


def _paused(result: Mapping[str, Any], verdict: Mapping[str, Any] | None, zone: str) -> Told:
    del verdict
    until = moment(result["paused_until"], zone)
    return _("Trading is paused until %(until)s") % {"until": until}, [_on_clock(zone)]


def _expired(result: Mapping[str, Any], verdict: Mapping[str, Any] | None, zone: str) -> Told:
    del verdict, zone
    return _("The time of this phase is over"), [_open_goals(result)]


def _failing_prices(result: Mapping[str, Any], rule: str) -> str:
    prices = [each for each in result.get("failing_prices", ()) if each["rule"] == rule]
    if not prices:
        return ""
    listed = ", ".join(
        f"{each['symbol']} {'≤' if each['side'] == 'bid' else '≥'} {each['price']}"
        for each in prices
    )
    if len(prices) == 1:
        return _("That is %(prices)s.") % {"prices": listed}
    return _("That is, if only one of them moves, %(prices)s.") % {"prices": listed}


def _open_goals(result: Mapping[str, Any]) -> str:
    missing = [words(each["rule"]) for each in result["objectives"] if each["met"] is not True]
    if not missing:
        return ""
    return _("Not met: %(goals)s.") % {"goals": ", ".join(missing).lower()}


def _on_clock(zone: str) -> str:
    return _("Times are on the rulebook's clock (%(zone)s).") % {"zone": zone_name(zone)}


_TELLERS = {
    "breached": _breached,
    "passed": _passed,
    "active": _active,
    "unknown": _unknown,
    "paused": _paused,
    "expired": _expired,
}
_WORDS = {
    "breached": lambda: _("Breached"),
    "passed": lambda: _("Passed"),
    "active": lambda: _("Active"),
    "unknown": lambda: _("Unknown"),
    "paused": lambda: _("Paused"),
    "expired": lambda: _("Expired"),
}
