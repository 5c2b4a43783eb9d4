"""What a text's names stand for: read from a notice and what it is about, as people read it.

Figures are the engine's own, as they came. It must not look anything up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.notices.told import Told
from propdesk.crm.notices.wording import one_line

WORD_MAX = 200
_PLAIN = {
    "equity": "observed",
    "floor": "limit",
    "case": "kind",
    "told": "",
}
"""What a text calls otherwise than the notice's detail does."""
_GATES = {
    "kyc": "proof of identity",
    "contract": "the contract",
    "payment": "the rest of the price",
    "review": "a review by the firm",
}
_TIMES = frozenset({"deadline", "until"})


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is worded."""

    name: str
    firm: str
    zone: str


def values_of(
    told: Told, account: TradingAccount | None, reader: Reader, link: str
) -> Mapping[str, str]:
    """The value of every name that has one."""
    zone = zone_of(reader.zone)
    found = {name: one_line(told.word(name), WORD_MAX) for name in told.detail}
    found |= {name: found.get(other, "") for name, other in _PLAIN.items() if name not in found}
    found |= {name: _time(told.word(name), zone) for name in _TIMES & told.detail.keys()}
    found["waits"] = found.get("waits", "").replace("_", " ")
    found["rule"] = found.get("rule", "").replace("_", " ")
    found["gate"] = _GATES.get(found.get("gate", ""), found.get("gate", ""))
    found["case"] = found.get("case", "").replace("_", " ")
    found["alerts"] = told.word("alerts")[:4_000]
    found["told"] = "\n".join(
        f"{name}: {one_line(told.word(name), WORD_MAX)}" for name in sorted(told.detail)
    )
    if account is not None:
        found |= {
            "account": account.login, "programme": account.rulebook, "currency": account.currency,
            "size": f"{account.size:,.0f}", "phase": found.get("phase") or account.phase,
        }  # fmt: skip
    else:
        found.setdefault("account", told.engine_account)
    return found | {
        "notice": told.notice.replace("_", " "), "name": reader.name, "firm": reader.firm,
        "link": link, "at": in_zone(told.happened(), zone),
    }  # fmt: skip


def zone_of(name: str) -> tzinfo:
    """A zone by its name; UTC where there is none of it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def in_zone(at: datetime, zone: tzinfo) -> str:
    """``2026-11-23 13:00:05 CET``: to the second, with the zone's own letters."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def _time(text: str, zone: tzinfo) -> str:
    """A moment as it is read; a text that is none stays as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return in_zone(found, zone) if found.tzinfo is not None else text
