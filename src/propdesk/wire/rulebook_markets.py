"""Markets a rulebook names instead of writing their hours: put in place before anything else reads.

So the fingerprint and the evidence of a rulebook hold the hours themselves, and a later edition
of the public markets changes no verdict. It must not touch hours that are written out.
"""

from typing import Any

from propdesk.domain.market_hours import Closure, MarketHours, Session
from propdesk.wire.markets import markets
from propdesk.wire.rulebook_yaml import Document, Path, Problem

PLACES = ("market", "hours")
"""The fields of rules that hold the hours of a market."""


def put_named_markets(document: Document) -> list[Problem]:
    """Replace each market's name by its hours; a name that is not known is a problem."""
    problems: list[Problem] = []
    for path, rule in _rules(document.value):
        for place in PLACES:
            name = rule.get(place)
            if not isinstance(name, str):
                continue
            known = markets().get(name)
            if known is None:
                told = ", ".join(markets())
                sentence = f"there is no market {name[:40]!r}; write its hours, or name {told}"
                problems.append(document.at((*path, place), sentence))
            else:
                rule[place] = written(known.hours)
    return problems


def _rules(tree: Any) -> list[tuple[Path, dict[str, Any]]]:
    phases = tree.get("phases") if isinstance(tree, dict) else None
    found: list[tuple[Path, dict[str, Any]]] = []
    for number, phase in enumerate(phases if isinstance(phases, list) else ()):
        rules = phase.get("rules") if isinstance(phase, dict) else None
        found += [
            (("phases", number, "rules", place), rule)
            for place, rule in enumerate(rules if isinstance(rules, list) else ())
            if isinstance(rule, dict)
        ]
    return found


def written(hours: MarketHours) -> dict[str, Any]:
    """The hours as a rulebook writes them."""
    return {
        "zone": hours.zone,
        "sessions": [_session(each) for each in hours.sessions],
        "closures": [_closure(each) for each in hours.closures],
    }


def _session(session: Session) -> dict[str, str]:
    return {
        "from_day": session.from_day,
        "opens": f"{session.opens:%H:%M}",
        "to_day": session.to_day,
        "closes": f"{session.closes:%H:%M}",
    }


def _closure(closure: Closure) -> dict[str, str]:
    until = {} if closure.until is None else {"until": f"{closure.until:%H:%M}"}
    return {"on": closure.on.isoformat(), "at": f"{closure.at:%H:%M}", **until}
