"""What happened in a worked example, in one plain phrase for each event."""

from decimal import Decimal

from propdesk.domain.events import (
    AccountOpened,
    Deal,
    Event,
    GroupFormed,
    InstrumentDefined,
    NewsScheduled,
    OrderSeen,
    PayoutMoved,
    Quote,
    StopSet,
    TimePassed,
)
from propdesk.domain.instants import datetime_of
from propdesk.domain.worked_examples.story import ACCOUNT


def told(event: Event) -> str:
    """The event as a person would tell it."""
    match event:
        case AccountOpened():
            size = "" if event.size in {None, event.balance} else f", size {event.size:,f}"
            return f"account {event.account} is opened with {event.balance:,.2f}{size}"
        case Quote():
            return f"{event.symbol} stands at {event.bid:,f}"
        case Deal():
            return _deal(event)
        case StopSet():
            return f"the stop of {event.position} is moved to {event.stop or 0:,f}"
        case OrderSeen():
            return f"order {event.id} is {event.action}"
        case NewsScheduled():
            when = datetime_of(event.release_at)
            return f"the calendar announces {event.title} for {when:%H:%M} UTC"
        case GroupFormed():
            return f"accounts {', '.join(event.accounts)} belong together ({event.kind})"
        case PayoutMoved():
            return f"a payout of {event.amount:,.2f} is {event.step}"
        case InstrumentDefined():
            return f"the exchange limits {event.symbol} to {event.limit_up or 0:,f} today"
        case TimePassed():
            return "time passes"
        case _:
            return type(event).__name__


def _deal(deal: Deal) -> str:
    who = "" if deal.account == ACCOUNT else f"account {deal.account}, "
    what = f"{deal.lots:f} {deal.symbol} at {deal.price:,f}"
    by = "" if deal.reason in {None, "manual"} else f", by {str(deal.reason).replace('_', ' ')}"
    if deal.entry == "in":
        stop = "" if deal.stop is None else f", stop {deal.stop:,f}"
        target = "" if deal.target is None else f", target {deal.target:,f}"
        return f"{who}{deal.position}: {_VERBS[deal.side]} {what}{stop}{target}{by}"
    cost = "" if not deal.commission else f", commission {_signed(deal.commission)}"
    return f"{who}{deal.position}: closes {what}: {_signed(deal.profit)}{cost}{by}"


_VERBS = {"buy": "buys", "sell": "sells"}


def _signed(amount: Decimal) -> str:
    return f"{amount:+,.2f}".replace("-", "\N{MINUS SIGN}")
