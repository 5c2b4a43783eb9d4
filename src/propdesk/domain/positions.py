"""Open positions and what closes them: hedging and netting, partial closes, close-by, reversals.

The book keeps lots, exact averages and the costs not yet attributed to a closed part. It must
not value anything, and it must not repair a log: an impossible deal is refused and changes
nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from propdesk.domain.events import Deal, Micros, Side, StopSet
from propdesk.domain.exact import (
    FRACTION_DIGITS_MAX,
    ZERO,
    exactly,
    round_ratio_half_away,
)
from propdesk.domain.instruments import finite_decimal
from propdesk.domain.valuation import ExactPrice
from propdesk.domain.values import value

WHOLE = Fraction(1)


class ImpossibleDeal(ValueError):
    """A deal that cannot follow from the book; the caller refuses the file or the stream."""

    def __init__(self, deal: Deal, why: str) -> None:
        super().__init__(f"deal {deal.id} ({deal.side} {deal.lots} {deal.symbol}): {why}")
        self.deal = deal


class UnknownPosition(ImpossibleDeal):
    """The deal closes a position that is not open."""


class TooManyLots(ImpossibleDeal):
    """The deal closes more than is open."""


class WrongSide(ImpossibleDeal):
    """The deal's side or symbol does not fit the position it names."""


class NotPositive(ImpossibleDeal):
    """Lots that are zero, negative or not a number."""


class PositionExists(ImpossibleDeal):
    """The deal opens a position that is already open in the other direction."""


class UnknownStop(ValueError):
    """A protective price was set on a position that is not open."""


@dataclass(slots=True)
class Position:
    """An open position. Only its book changes it.

    ``average`` is the exact price to value it at: a ratio only where the average of several
    fills has no finite decimal; ``open_price`` is the same for eyes, cut at 12 decimals.
    ``commission``, ``swap`` and ``fee`` are booked with its opening and not yet attributed to
    a closed part. ``widest_stop`` is the stop that ever risked most.
    """

    id: str
    symbol: str
    side: Side
    lots: Decimal
    average: ExactPrice
    opened_at: Micros
    commission: Decimal = ZERO
    swap: Decimal = ZERO
    fee: Decimal = ZERO
    stop: Decimal | None = None
    target: Decimal | None = None
    first_stop_at: Micros | None = None
    widest_stop: Decimal | None = None
    first_target: Decimal | None = None
    deals: tuple[str, ...] = ()
    max_lots: Decimal = ZERO
    reason: str | None = None
    magic: str | None = None
    comment: str = ""

    @property
    def open_price(self) -> Decimal:
        """The average entry as a decimal; exact unless it has no end."""
        return shown(self.average)

    @property
    def signed_lots(self) -> Decimal:
        """Lots, negative for a short."""
        return self.lots if self.side == "buy" else -self.lots


@value(frozen=True, slots=True)
class ClosedTrade:
    """A position, or the part of one, that a deal closed.

    ``profit`` is what the platform booked. ``commission``, ``swap`` and ``fee`` are the closing
    deal's own plus the closed part's share of the opening's; ``net`` is the sum of all four.
    ``computed_profit`` and ``worst_floating`` are filled in by whoever knows the prices.
    """

    id: str
    position: str
    symbol: str
    side: Side
    lots: Decimal
    average: ExactPrice
    close_price: Decimal
    opened_at: Micros
    closed_at: Micros
    profit: Decimal
    commission: Decimal
    swap: Decimal
    fee: Decimal
    net: Decimal
    partial: bool
    reason: str | None = None
    open_reason: str | None = None
    by: str | None = None  # the other leg of a close-by
    max_lots: Decimal = ZERO
    stop: Decimal | None = None
    target: Decimal | None = None
    first_stop_at: Micros | None = None
    widest_stop: Decimal | None = None
    first_target: Decimal | None = None
    magic: str | None = None
    computed_profit: Decimal | None = None
    worst_floating: Decimal | None = None

    @property
    def open_price(self) -> Decimal:
        """The average entry as a decimal; exact unless it has no end."""
        return shown(self.average)


def shown(price: ExactPrice) -> Decimal:
    """An exact price for eyes: a ratio without an end is cut at 12 decimals, half away."""
    if isinstance(price, Decimal):
        return price
    return round_ratio_half_away(price, FRACTION_DIGITS_MAX)


class PositionBook:
    """The open positions of one account.

    Hedging: by position id; every opening deal of a new id is a position of its own.
    Netting: by symbol; deals add to, reduce or reverse the one position.
    ``minor_digits`` are the account currency's, for sharing an opening cost among parts.
    """

    __slots__ = ("_minor_digits", "netting", "positions")

    def __init__(self, netting: bool, *, minor_digits: int = 2) -> None:
        self.netting = netting
        self.positions: dict[str, Position] = {}
        self._minor_digits = minor_digits

    def apply(self, deal: Deal) -> tuple[ClosedTrade, ...]:
        """Book a fill; returns what it closed. Raises ``ImpossibleDeal``, the book unchanged."""
        if not (deal.lots.is_finite() and deal.lots > ZERO):
            raise NotPositive(deal, "lots must be a positive number")
        with exactly():
            return _ENTRIES[deal.entry](self, deal)

    def set_stop(self, change: StopSet) -> None:
        """Move, set or remove protective prices. Raises ``UnknownStop``."""
        position = self.find(change.position)
        if position is None:
            raise UnknownStop(f"a stop was set on position {change.position}, which is not open")
        position.target = change.target
        if change.target is not None and position.first_target is None:
            position.first_target = change.target
        _protect(position, change.stop, change.at)

    def find(self, position_id: str) -> Position | None:
        """An open position by its id, whichever way the account keeps its book."""
        if not self.netting:
            return self.positions.get(position_id)
        # A netting account has at most one position per symbol: a handful.
        return self.positions.get(position_id) or next(
            (p for p in self.positions.values() if p.id == position_id), None
        )

    def lots_open(self, symbol: str | None = None) -> Decimal:
        """Lots open, long and short added up, of one symbol or of all."""
        return sum(
            (p.lots for p in self.positions.values() if symbol is None or p.symbol == symbol), ZERO
        )

    def _key(self, deal: Deal) -> str:
        return deal.symbol if self.netting else deal.position

    def _open(self, deal: Deal) -> tuple[ClosedTrade, ...]:
        position = self.positions.get(self._key(deal))
        if position is None:
            self.positions[self._key(deal)] = _opened(deal)
            return ()
        if position.symbol != deal.symbol:
            raise WrongSide(deal, f"position {position.id} is of {position.symbol}")
        if position.side != deal.side:
            raise PositionExists(deal, f"position {position.id} is open the other way")
        # After this point the deal must be booked.
        _add(position, deal)
        return ()

    def _close(self, deal: Deal) -> tuple[ClosedTrade, ...]:
        position = self._closable(deal)
        if deal.lots > position.lots:
            raise TooManyLots(deal, f"position {position.id} has only {position.lots} open")
        return (self._reduce(position, deal),)

    def _reverse(self, deal: Deal) -> tuple[ClosedTrade, ...]:
        if not self.netting:
            raise WrongSide(deal, "a reversal needs a netting account")
        position = self._closable(deal)
        if deal.lots <= position.lots:
            # Some platforms mark every opposite deal so; it reverses nothing.
            return (self._reduce(position, deal),)
        closing, opening = _split(deal, position.lots, self._minor_digits)
        closed = self._reduce(position, closing)
        self.positions[self._key(deal)] = _opened(opening)
        return (closed,)

    def _closable(self, deal: Deal) -> Position:
        position = self.positions.get(self._key(deal))
        if position is None:
            name = f"{deal.symbol} position" if self.netting else f"position {deal.position!r}"
            raise UnknownPosition(deal, f"no {name} is open")
        if position.symbol != deal.symbol:
            raise WrongSide(deal, f"position {position.id} is of {position.symbol}")
        if position.side == deal.side:
            raise WrongSide(deal, f"a {deal.side} cannot close a {position.side}")
        return position

    def _reduce(self, position: Position, deal: Deal) -> ClosedTrade:
        """Close part or all of a position the deal was checked against."""
        digits = self._minor_digits
        whole = deal.lots == position.lots
        part = WHOLE if whole else Fraction(deal.lots) / Fraction(position.lots)
        commission = _share(position.commission, part, digits)
        swap = _share(position.swap, part, digits)
        fee = _share(position.fee, part, digits)
        position.commission -= commission
        position.swap -= swap
        position.fee -= fee
        position.lots -= deal.lots
        position.deals += (deal.id,)
        if position.lots == ZERO:
            del self.positions[self._key(deal)]
        commission, swap, fee = commission + deal.commission, swap + deal.swap, fee + deal.fee
        return ClosedTrade(
            id=deal.id,
            position=position.id,
            symbol=position.symbol,
            side=position.side,
            lots=deal.lots,
            average=position.average,
            close_price=deal.price,
            opened_at=position.opened_at,
            closed_at=deal.at,
            profit=deal.profit,
            commission=commission,
            swap=swap,
            fee=fee,
            net=deal.profit + commission + swap + fee,
            partial=position.lots > ZERO,
            reason=deal.reason,
            open_reason=position.reason,
            by=deal.counter_position,
            max_lots=position.max_lots,
            stop=position.stop,
            target=position.target,
            first_stop_at=position.first_stop_at,
            widest_stop=position.widest_stop,
            first_target=position.first_target,
            magic=position.magic,
        )


# A close-by is two deals, each closing its own position at the other's opening price; the
# platform books the pair's whole profit on one of them. Each is an ordinary close here.
_ENTRIES: dict[str, Callable[[PositionBook, Deal], tuple[ClosedTrade, ...]]] = {
    "in": PositionBook._open,  # noqa: SLF001 - this table is the book's own
    "out": PositionBook._close,  # noqa: SLF001
    "out_by": PositionBook._close,  # noqa: SLF001
    "inout": PositionBook._reverse,  # noqa: SLF001
}


def _opened(deal: Deal) -> Position:
    position = Position(
        id=deal.position or deal.symbol,
        symbol=deal.symbol,
        side=deal.side,
        lots=deal.lots,
        average=deal.price,
        opened_at=deal.at,
        commission=deal.commission,
        swap=deal.swap,
        fee=deal.fee,
        target=deal.target,
        first_target=deal.target,
        deals=(deal.id,),
        max_lots=deal.lots,
        reason=deal.reason,
        magic=deal.magic,
        comment=deal.comment,
    )
    _protect(position, deal.stop, deal.at)
    return position


def _add(position: Position, deal: Deal) -> None:
    """Another fill in the same direction: the average moves, its protection may."""
    cost = Fraction(position.average) * Fraction(position.lots)
    cost += Fraction(deal.price) * Fraction(deal.lots)
    lots = position.lots + deal.lots
    average = cost / Fraction(lots)
    exact = finite_decimal(average)
    position.average = average if exact is None else exact
    position.lots = lots
    position.max_lots = max(position.max_lots, lots)
    position.commission += deal.commission
    position.swap += deal.swap
    position.fee += deal.fee
    position.deals += (deal.id,)
    if deal.target is not None:
        position.target = deal.target
    if deal.stop is not None:
        _protect(position, deal.stop, deal.at)


def _protect(position: Position, stop: Decimal | None, at: Micros) -> None:
    position.stop = stop
    if stop is None:
        return
    if position.first_stop_at is None:
        position.first_stop_at = at
    widest = position.widest_stop
    if widest is None or (stop < widest if position.side == "buy" else stop > widest):
        position.widest_stop = stop


def _share(amount: Decimal, part: Fraction, minor_digits: int) -> Decimal:
    """A part's share of an opening cost, half away from zero; the last part gets what is left."""
    if part is WHOLE or amount == ZERO:
        return amount
    exponent = amount.as_tuple().exponent
    booked = -exponent if isinstance(exponent, int) else minor_digits
    return round_ratio_half_away(Fraction(amount) * part, max(minor_digits, booked))


def _split(deal: Deal, closing_lots: Decimal, minor_digits: int) -> tuple[Deal, Deal]:
    """A reversal as its two halves: profit and swap close, commission and fee go by lots."""
    part = Fraction(closing_lots) / Fraction(deal.lots)
    commission = _share(deal.commission, part, minor_digits)
    fee = _share(deal.fee, part, minor_digits)
    closing = replace(deal, lots=closing_lots, commission=commission, fee=fee)
    opening = replace(
        deal,
        lots=deal.lots - closing_lots,
        commission=deal.commission - commission,
        fee=deal.fee - fee,
        profit=ZERO,
        swap=ZERO,
    )
    return closing, opening
