"""What an order would do to an account, before it is sent: rehearsed by the account's own rules.

The order is filled, its price goes straight to the stop, and the position is closed there, with
every other price where it is now. Nothing is forecast: a gap beyond the stop, other stops and
pending orders on the way, and a floor that first rises with profit are not in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.account import Account
from propdesk.domain.evaluation import UnusableHistory, Verdict
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Deal, OrderSeen, Quote, Side
from propdesk.domain.exact import ZERO, exactly, round_half_away, round_ratio_half_away
from propdesk.domain.failing_prices import FailingPrice
from propdesk.domain.instruments import Instrument
from propdesk.domain.judging import Figure, LimitLine
from propdesk.domain.margin import free_margin, margin_level
from propdesk.domain.position_sizes import held_in, margin_of

NAME = "rehearsal"
IntendedKind: TypeAlias = Literal["market", "limit", "stop"]
Outlook: TypeAlias = Literal["keeps", "breaks", "unbounded", "unknown"]
"""What is known of the limits: they are kept at the stop; one breaks; there is no stop, so that a
loss has no bound; or it cannot be known."""


class NotRehearsed(ValueError):
    """What the order would do cannot be said. ``str`` is the reason; nobody may take it as safe."""


@dataclass(frozen=True, slots=True)
class Intended:
    """An order that was not sent. ``commission_per_lot`` is paid with every fill, in account money,
    positive; ``price`` is where a pending order fills."""

    symbol: str
    side: Side
    lots: Decimal
    kind: IntendedKind = "market"
    price: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    commission_per_lot: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LimitAhead:
    """One limit now and at its worst on the way. ``worst`` None: not known."""

    rule: str
    floor: Figure
    room: Figure | None
    worst: Figure | None
    is_broken: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it. Money is exact, in the account's currency."""

    outlook: Outlook
    fill: Decimal
    limits: tuple[LimitAhead, ...]
    loss: Decimal | None
    """How far equity falls from now to after the close at the stop; negative: it gains. None: no
    stop, or equity is not known."""
    verdicts: tuple[Verdict, ...]
    """What the rules say to the order and its fill."""
    margin_used: Fraction | None
    margin_free: Fraction | None
    margin_level: Fraction | None
    failing: tuple[FailingPrice, ...]
    """Where the account fails once the order is filled, if only one symbol moves."""


@dataclass(slots=True)
class _Step:
    equity: Decimal | None
    limits: dict[str, LimitLine]


def rehearse(copy: Evaluator, order: Intended, at: int) -> Rehearsal:
    """What ``order`` would do, sent at ``at``. ``copy`` is spoiled by it: it must be nobody's.

    Raises ``NotRehearsed`` where that cannot be said.
    """
    with exactly():
        account, instrument = _ready(copy, order)
        bid, ask = _prices(account, instrument, order)
        spread = ask - bid
        fill = _fill_price(order, bid, ask)
        _check_stop(order, fill, spread)
        now = max(account.at, at)
        steps = [_looked(copy, account)]
        try:
            if order.kind != "market":
                copy.feed([_quote(order, fill, spread, now, is_opening=True)])
                steps.append(_looked(copy, account))
                now += 1
            said = len(copy.standing.verdicts)
            copy.feed(_filled(account, order, fill, now))
            verdicts = tuple(copy.standing.verdicts[said:])
            steps.append(_looked(copy, account))
            used = _margin(account)
            failing = () if copy.over else copy.result().failing_prices
            one_way = _goes_one_way(account, instrument)
            if order.stop is not None:
                steps += _to_the_stop(copy, account, order, spread, now + 1)
            ended = copy.standing.breached
        except UnusableHistory as impossible:
            raise NotRehearsed(impossible.why) from impossible
    limits = _ahead(steps)
    equity = account.situation.equity
    level = None
    if used is not None and equity is not None:
        level = margin_level(_equity_filled(steps, order), used)
    return Rehearsal(
        outlook=_outlook(order, limits, ended=ended, is_known=one_way),
        fill=fill,
        limits=limits,
        loss=_loss(steps, order),
        verdicts=verdicts,
        margin_used=used,
        margin_free=None if used is None else free_margin(_equity_filled(steps, order), used),
        margin_level=level,
        failing=failing,
    )


# -- before it ------------------------------------------------------------------------------
def _ready(copy: Evaluator, order: Intended) -> tuple[Account, Instrument]:
    account = copy.account
    if account is None or copy.over:
        raise NotRehearsed("the phase is over")
    instrument = account.catalogue.find(order.symbol)
    if instrument is None:
        raise NotRehearsed(f"{order.symbol} is not known")
    if order.lots <= ZERO:
        raise NotRehearsed("the lots must be more than zero")
    if account.book.netting:
        held = account.situation.positions.get(order.symbol)
        if held is not None and held.side != order.side:
            raise NotRehearsed(f"it would close what is open in {order.symbol}")
    return account, instrument


def _prices(account: Account, instrument: Instrument, order: Intended) -> tuple[Decimal, Decimal]:
    prices = account.worth.prices.get(instrument.symbol)
    if prices is None or instrument.symbol in account.worth.silent:
        raise NotRehearsed(f"there is no price of {order.symbol}")
    bid_low, bid_high, ask_low, ask_high = prices
    if bid_low != bid_high or ask_low != ask_high:
        raise NotRehearsed(f"the price of {order.symbol} is only known as a range")
    return bid_low, ask_low


def _fill_price(order: Intended, bid: Decimal, ask: Decimal) -> Decimal:
    if order.kind == "market":
        return ask if order.side == "buy" else bid
    if order.price is None or order.price <= ZERO:
        raise NotRehearsed("a pending order needs a price")
    return order.price


def _check_stop(order: Intended, fill: Decimal, spread: Decimal) -> None:
    """The stop lies where the position, just filled, would lose more."""
    if order.stop is None:
        return
    closes_at = fill - spread if order.side == "buy" else fill + spread
    loses = order.stop < closes_at if order.side == "buy" else order.stop > closes_at
    if order.stop <= ZERO or not loses:
        raise NotRehearsed(f"a stop at {order.stop:f} does not lie on the losing side of the price")


# -- the way --------------------------------------------------------------------------------
def _quote(order: Intended, price: Decimal, spread: Decimal, at: int, *, is_opening: bool) -> Quote:
    """The quote at which the order opens, or closes, at ``price``."""
    at_ask = (order.side == "buy") is is_opening
    bid = price - spread if at_ask else price
    return Quote(at, order.symbol, bid, bid + spread)


def _filled(
    account: Account, order: Intended, fill: Decimal, at: int
) -> tuple[OrderSeen | Deal, ...]:
    name = account.situation.account
    placed = OrderSeen(
        name, at, NAME, "placed", order.symbol, order.side, order.kind, order.lots,
        requested_price=fill, requested_at=at, received_at=at,
    )  # fmt: skip
    deal = Deal(
        name, at, f"{NAME}/in", _position(account, order), order.symbol, order.side, "in",
        order.lots, fill, commission=_commission(account, order), order=NAME,
        reason="manual" if order.kind == "market" else "pending",
        stop=order.stop, target=order.target,
    )  # fmt: skip
    return placed, deal


def _to_the_stop(
    copy: Evaluator, account: Account, order: Intended, spread: Decimal, at: int
) -> Iterator[_Step]:
    if order.stop is None:  # pragma: no cover - the caller asks only where there is one
        return
    name = _position(account, order)
    copy.feed([_quote(order, order.stop, spread, at, is_opening=False)])
    yield _looked(copy, account)
    holding = account.worth.holdings.get(name)
    if holding is None or not holding.known:
        raise NotRehearsed("the value of the position at the stop is not known")
    part = Fraction(holding.low) * Fraction(order.lots) / Fraction(holding.lots)
    share = round_ratio_half_away(part, account.situation.digits)
    closed = Deal(
        account.situation.account, at + 1, f"{NAME}/out", name, order.symbol,
        "sell" if order.side == "buy" else "buy", "out", order.lots, order.stop,
        profit=share, commission=_commission(account, order), reason="stop_loss",
    )  # fmt: skip
    copy.feed([closed])
    yield _looked(copy, account)


def _position(account: Account, order: Intended) -> str:
    """Its own position, or the one it enlarges where an account has one a symbol."""
    held = account.situation.positions.get(order.symbol) if account.book.netting else None
    return NAME if held is None else held.id


def _commission(account: Account, order: Intended) -> Decimal:
    return -round_half_away(order.commission_per_lot * order.lots, account.situation.digits)


def _looked(copy: Evaluator, account: Account) -> _Step:
    account.refresh(copy.event_no, account.situation.cause)
    equity = account.situation.equity
    lines = [line for each in copy.judges if (line := each.limit()) is not None]
    return _Step(None if equity is None else equity.low, {each.rule: each for each in lines})


def _goes_one_way(account: Account, instrument: Instrument) -> bool:
    """Whether equity falls with every step towards the stop: then its ends are its extremes."""
    touched = account.worth.by_symbol.get(instrument.symbol, [])
    own = {each.symbol for each in touched} == {instrument.symbol}
    return own and len({each.is_long for each in touched}) == 1


# -- what came of it ------------------------------------------------------------------------
def _ahead(steps: list[_Step]) -> tuple[LimitAhead, ...]:
    found = []
    for rule, line in steps[0].limits.items():
        later = [each.limits[rule] for each in steps[1:] if rule in each.limits]
        rooms = [each.room for each in later]
        known = [each for each in rooms if each is not None]
        found.append(
            LimitAhead(
                rule=rule,
                floor=(later[-1] if later else line).floor,
                room=line.room,
                worst=min(known) if len(known) == len(steps) - 1 else None,
                is_broken=any(_is_broken(each) for each in later),
            )
        )
    return tuple(found)


def _is_broken(line: LimitLine) -> bool:
    if line.room is None:
        return False
    return line.room <= 0 if line.comparison == "touch" else line.room < 0


def _outlook(
    order: Intended, limits: tuple[LimitAhead, ...], *, ended: bool, is_known: bool
) -> Outlook:
    if ended or any(each.is_broken for each in limits):
        return "breaks"
    if any(each.worst is None for each in limits):
        return "unknown"
    if order.stop is None:
        return "unbounded"
    return "keeps" if is_known else "unknown"


def _loss(steps: list[_Step], order: Intended) -> Decimal | None:
    first, last = steps[0].equity, steps[-1].equity
    if order.stop is None or first is None or last is None:
        return None
    return first - last


def _equity_filled(steps: list[_Step], order: Intended) -> Decimal:
    filled = steps[1 if order.kind == "market" else 2].equity
    return ZERO if filled is None else filled


def _margin(account: Account) -> Fraction | None:
    """What all open positions use; None where one of them is not known."""
    whole = Fraction(0)
    for position in account.situation.positions.values():
        used = margin_of(held_in(position), account.situation)
        if used is None:
            return None
        whole += used[1]
    return whole
