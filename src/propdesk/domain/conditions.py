"""What a custom condition may ask about an account, as whole numbers and yes or no.

Money is in minor units, ratios in millionths, times are arguments. A fact that is not known, or
does not come out whole, is absent: a condition that asks for it is *unknown*. The language itself
is the wire's; here is only the question put to it.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, TypeAlias

from propdesk.domain.events import Deal
from propdesk.domain.instants import datetime_of
from propdesk.domain.situation import Situation

Fact: TypeAlias = int | bool
MILLION = 1_000_000

# Every name a condition may use, and what it means. The reference page prints this.
FACTS: Mapping[str, str] = {
    "size_minor": "the account's size",
    "origin_minor": "the balance it started from",
    "balance_minor": "the balance now",
    "equity_minor": "equity now; absent where it is not known exactly",
    "closed_profit_minor": "net closed profit since the start",
    "counted_profit_minor": "the same without what the rulebook excludes",
    "deposited_minor": "money moved in and out that is not trading",
    "paid_before_minor": "payouts before this history",
    "profit_of_size_millionths": "net closed profit as a part of the size, cut towards zero",
    "day_start_balance_minor": "the balance at the day's start",
    "day_closed_profit_minor": "net profit of the trades closed today",
    "day_profit_of_size_millionths": "the same as a part of the size, cut towards zero",
    "day_fills": "fills today",
    "day_positions_opened": "positions opened today",
    "open_positions": "positions open now",
    "trades_closed": "round trips closed since the start",
    "days_done": "finished trading days",
    "payout_number": "the number the next payout will have, from 1",
    "flat": "no position is open (true or false)",
    "funded": "the phase is a funded one (true or false)",
    "at_us": "the moment, microseconds since 1970 in UTC",
    "opened_at_us": "the moment the account was opened",
    "minute_of_day": "minutes since midnight in the rulebook's zone",
    "weekday": "day of the week in the rulebook's zone, Monday is 1",
    "deal_lots_millionths": "on a deal: its lots, in millionths",
    "deal_profit_minor": "on a deal: the profit booked with it",
    "deal_is_buy": "on a deal: it is a buy (true or false)",
    "deal_opens": "on a deal: it opens or enlarges a position (true or false)",
}
BOOLEAN_FACTS = frozenset({"flat", "funded", "deal_is_buy", "deal_opens"})


class Conditions(Protocol):
    """Judges expressions. The wiring hands one in; without one every condition is unknown."""

    def holds(self, expression: str, facts: Mapping[str, Fact]) -> bool | None:
        """Whether the expression is true of the facts; None where it cannot be said."""
        ...


def facts_of(situation: Situation, deal: Deal | None = None) -> dict[str, Fact]:
    """The facts of this moment. Those that are not known are not in it."""
    day, local = situation.day, datetime_of(situation.at).astimezone(situation.clock.zone)
    equity = situation.equity
    digits = situation.digits
    maybe: dict[str, Fact | None] = {
        "size_minor": _scaled(situation.size, digits),
        "origin_minor": _scaled(situation.origin, digits),
        "balance_minor": _scaled(situation.balance, digits),
        "equity_minor": _scaled(equity.low, digits) if equity and equity.exact else None,
        "closed_profit_minor": _scaled(situation.closed_profit, digits),
        "counted_profit_minor": _scaled(situation.counted_profit, digits),
        "deposited_minor": _scaled(situation.deposited, digits),
        "paid_before_minor": _scaled(situation.paid_before, digits),
        "profit_of_size_millionths": _part(situation.closed_profit, situation.size),
        "day_start_balance_minor": _scaled(day.start_balance, digits),
        "day_closed_profit_minor": _scaled(day.closed_profit, digits),
        "day_profit_of_size_millionths": _part(day.closed_profit, situation.size),
        "day_fills": day.fills,
        "day_positions_opened": day.positions_opened,
        "open_positions": len(situation.positions),
        "trades_closed": len(situation.trades),
        "days_done": len(situation.days),
        "payout_number": situation.payout_number,
        "flat": situation.flat,
        "funded": situation.stage == "funded",
        "at_us": situation.at,
        "opened_at_us": situation.opened_at,
        "minute_of_day": local.hour * 60 + local.minute,
        "weekday": local.isoweekday(),
    }
    if deal is not None:
        maybe |= {
            "deal_lots_millionths": _scaled(deal.lots, 6),
            "deal_profit_minor": _scaled(deal.profit, digits),
            "deal_is_buy": deal.side == "buy",
            "deal_opens": deal.entry in {"in", "inout"},
        }
    return {name: value for name, value in maybe.items() if value is not None}


def _scaled(amount: Decimal, digits: int) -> int | None:
    """The amount as a whole number of its smallest unit; None where it is none."""
    scaled = amount.scaleb(digits)
    whole = int(scaled)
    return whole if whole == scaled else None


def _part(amount: Decimal, size: Decimal) -> int | None:
    return None if not size else int(Fraction(amount) / Fraction(size) * MILLION)
