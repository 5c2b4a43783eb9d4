"""One account as its live page shows it: what may still be lost first, then everything else.

It must not judge: which limit is nearest and where a price fails is the engine's to say.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from propdesk.domain.instants import format_instant, parse_instant
from propdesk.web.goals import goal_of
from propdesk.web.live.board_picture import ALARMS_SHOWN
from propdesk.web.live.picture import Part, Picture
from propdesk.web.live.words import (
    alarms_of,
    allowance_left,
    as_of,
    band_of,
    band_word,
    left_of,
    percent_left,
    status_word,
    width_of,
)
from propdesk.web.room import ENDED
from propdesk.web.templatetags.figures import UNKNOWN, amount_of, gain, money, tone, words
from propdesk.wire.live_state import (
    Curve,
    CurvePoint,
    LiveAccount,
    LiveLimit,
    LiveObjective,
    LivePosition,
    LiveTrade,
    LiveVerdict,
)


def account_picture(account: LiveAccount) -> Picture:
    cells = _headline(account)
    for number, limit in enumerate(account.limits):
        cells.update(_limit(f"limit.{number}", limit, account.row.status))
    for position in account.positions:
        cells.update(_position(f"position.{position.position}", position))
    for number, goal in enumerate(account.objectives):
        cells.update(_goal(f"goal.{number}", goal))
    return Picture(at=account.at, tick=account.tick, cells=cells, parts=_parts(account))


def series_of(curve: Curve | None) -> list[dict[str, Any]]:
    """The minutes as the drawing without a script wants them."""
    return [
        {
            "at": format_instant(each.at),
            "equity_low": each.equity_low,
            "equity_high": each.equity_high,
            "daily_floor": each.daily_floor,
            "overall_floor": each.overall_floor,
            "equity": each.equity,
        }
        for each in ([] if curve is None else curve.points)
    ]


def points_of(curve: Curve | None) -> list[list[Any]]:
    """The minutes as the script's chart wants them: seconds, figures as texts, and whether equity
    is exact, lay between the two at most, or is not known."""
    return [
        [
            each.at // 1_000_000,
            each.equity_low,
            each.equity_high,
            each.daily_floor,
            each.overall_floor,
            each.equity,
        ]
        for each in ([] if curve is None else curve.points)
    ]


def _headline(account: LiveAccount) -> dict[str, str]:
    row = account.row
    ended = row.status in ENDED
    nearest = row.nearest
    left = None if nearest is None else amount_of(nearest.room_percent)
    band = band_of(left, row.status)
    floating = _floating(account.positions)
    room = UNKNOWN if nearest is None else f"{money(nearest.room)} {row.currency}"
    return {
        "status": row.status,
        "word": status_word(row.status),
        "programme": row.programme,
        "phase": row.phase,
        "size": f"{money(row.size)} {row.currency}",
        "band": band,
        "bandword": band_word(band),
        "room": status_word(row.status) if ended else room,
        "room.says": "" if ended else _("may still be lost"),
        "says": _says(account, ended, None if nearest is None else nearest.rule),
        "used": width_of(left),
        "left": "" if ended else allowance_left(left),
        "equity": money(row.equity),
        "balance": money(row.balance),
        "floating": gain(floating),
        "floating.tone": tone(floating),
        "margin_used": money(account.margin_used),
        "margin_free": money(account.margin_free),
        "margin_level": UNKNOWN
        if account.margin_level is None
        else f"{money(account.margin_level)} %",
        "exposure": money(account.exposure),
        **_today(account, ended),
        **_running(account.minute),
        "open": str(row.open_positions),
        "touched": as_of(row.at),
    }


def _running(minute: CurvePoint | None) -> dict[str, str]:
    """Between which values margin and exposure are in the running minute."""
    if minute is None:
        return {"margin_used.minute": "", "exposure.minute": ""}
    return {
        "margin_used.minute": _between(minute.margin_low, minute.margin_high),
        "exposure.minute": _between(minute.exposure_low, minute.exposure_high),
    }


def _between(low: str | None, high: str | None) -> str:
    if low is None or high is None:
        return ""
    ends = {"low": money(low), "high": money(high)}
    return _("this minute %(low)s to %(high)s") % ends


def _says(account: LiveAccount, ended: bool, rule: str | None) -> str:
    """The sentence under the room: at which equity a limit fails."""
    if ended:
        return _("The phase is over: nothing that happens later changes its status.")
    limit = next((each for each in account.limits if each.rule == rule), None)
    if limit is None:
        return _("No limit is measured now.")
    fails = {"rule": words(limit.rule), "floor": money(limit.floor)}
    if limit.comparison == "touch":
        return _("%(rule)s fails at equity %(floor)s or below.") % fails
    return _("%(rule)s fails below equity %(floor)s.") % fails


def _today(account: LiveAccount, ended: bool) -> dict[str, str]:
    """What its trader may still lose: by the limit that leaves the least money, which need not be
    the one of which the least per cent are left."""
    row = account.row
    known = [each for each in account.limits if amount_of(each.room) is not None]
    least = min(known, key=lambda each: amount_of(each.room) or Decimal(0), default=None)
    left = None if least is None else left_of(least.room, least.allowance)
    band = band_of(left, row.status)
    room = UNKNOWN if least is None else f"{money(least.room)} {row.currency}"
    return {
        "today.room": status_word(row.status) if ended else room,
        "today.room.says": "" if ended else _("may still be lost today"),
        "today.says": _says(account, ended, None if least is None else least.rule),
        "today.prices": "" if ended else _prices(account.positions),
        "today.used": width_of(left),
        "today.left": "" if ended else allowance_left(left),
        "today.band": band,
        "today.bandword": band_word(band),
    }


def _prices(positions: Sequence[LivePosition]) -> str:
    """Where each open symbol brings the account down if it alone moves."""
    found = {
        each.symbol: f"{each.symbol} {'≤' if each.side == 'buy' else '≥'} {each.failing_price}"
        for each in positions
        if each.failing_price is not None
    }
    if not found:
        return ""
    return _("That is %(prices)s.") % {"prices": _(" or ").join(found.values())}


def _floating(positions: Sequence[LivePosition]) -> str | None:
    """The sum of what is known; None where one of them is not known."""
    amounts = [amount_of(each.floating) for each in positions]
    known = [each for each in amounts if each is not None]
    return f"{sum(known, Decimal('0.00')):f}" if len(known) == len(amounts) else None


def _limit(key: str, limit: LiveLimit, status: str) -> dict[str, str]:
    left = left_of(limit.room, limit.allowance)
    band = band_of(left, status)
    return {
        f"{key}.room": _("Room not known") if limit.room is None else money(limit.room),
        f"{key}.left": percent_left(left),
        f"{key}.used": width_of(left),
        f"{key}.band": band,
        f"{key}.bandword": band_word(band),
        f"{key}.floor": money(limit.floor),
        f"{key}.base": money(limit.base),
        f"{key}.allowance": money(limit.allowance),
        f"{key}.peak": money(limit.peak),
    }


def _position(key: str, position: LivePosition) -> dict[str, str]:
    fails = position.failing_price
    sign = "≤" if position.side == "buy" else "≥"
    return {
        f"{key}.lots": position.lots,
        f"{key}.price": position.price or UNKNOWN,
        f"{key}.floating": gain(position.floating),
        f"{key}.tone": tone(position.floating),
        f"{key}.margin": money(position.margin),
        f"{key}.peak_margin": money(position.peak_margin),
        f"{key}.fails": UNKNOWN if fails is None else f"{sign} {fails}",
    }


def _goal(key: str, objective: LiveObjective) -> dict[str, str]:
    asked = {
        "rule": objective.rule,
        "required": objective.required,
        "current": objective.current,
        "met": objective.met,
    }
    goal = goal_of(asked)
    state = {"met": _("met"), "open": _("open"), "unknown": _("not known")}[goal.state]
    return {
        f"{key}.current": money(objective.current),
        f"{key}.required": money(objective.required),
        f"{key}.done": "0" if goal.percent is None else f"{goal.percent:.2f}",
        f"{key}.state": goal.state,
        f"{key}.word": state,
    }


def _parts(account: LiveAccount) -> dict[str, Part]:
    limits = [
        {"key": f"limit.{number}", "limit": each} for number, each in enumerate(account.limits)
    ]
    positions = [
        {"key": f"position.{each.position}", "position": each} for each in account.positions
    ]
    goals = [
        {"key": f"goal.{number}", "goal": each} for number, each in enumerate(account.objectives)
    ]
    alarms = alarms_of(_announced(account))[-ALARMS_SHOWN:]
    return {
        "alarms": _part("alarms", alarms, "alarms", [each["key"] for each in alarms]),
        "limits": _part(
            "limits",
            limits,
            "limits",
            [
                (each.rule, each.locked, each.comparison, each.peak is None)
                for each in account.limits
            ],
        ),
        "positions": _part(
            "positions", positions, "positions", [each.position for each in account.positions]
        ),
        "goals": _part("goals", goals, "goals", [each.rule for each in account.objectives]),
        "trades": _part(
            "trades",
            [_trade(each) for each in account.trades],
            "trades",
            [each.trade for each in account.trades],
        ),
        "verdicts": _part(
            "verdicts",
            [_verdict(each) for each in reversed(account.verdicts)],
            "verdicts",
            tuple(each.get("corrected") for each in account.verdicts),
        ),
    }


def _part(template: str, listed: Sequence[Any], name: str, shape: Any) -> Part:
    fixed = tuple(shape) if isinstance(shape, list) else shape
    return Part(fixed, f"web/live/{template}.html", {name: listed})


def _trade(trade: LiveTrade) -> dict[str, Any]:
    return {**msgspec.structs.asdict(trade), "when": as_of(trade.closed_at)}


def _verdict(verdict: Mapping[str, str | None]) -> dict[str, Any]:
    at = verdict.get("at")
    return {**verdict, "when": UNKNOWN if at is None else as_of(parse_instant(at))}


def _announced(account: LiveAccount) -> list[LiveVerdict]:
    return [
        LiveVerdict(
            account=account.row.account,
            rule=each.get("rule") or "",
            outcome=each.get("outcome") or "",
            at=parse_instant(each["at"] or ""),
            observed=each.get("observed"),
            limit=each.get("limit"),
            comparison=each.get("comparison"),
            corrected=each.get("corrected"),
        )
        for each in account.verdicts
        if each.get("at")
    ]
