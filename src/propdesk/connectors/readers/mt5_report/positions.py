"""Which position each deal of a MetaTrader 5 report belongs to; the table of deals does not say.

Netting: one position a symbol. Hedging: a position bears the number of its opening order; the
one a deal closes is found by the table of positions, by a close-by's comment, or else it is the
oldest of the other side. It must not change any figure.
"""

import re
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal

from propdesk.connectors import figures
from propdesk.connectors.readers.mt5_report.orders import OrderRow
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Sheet
from propdesk.domain.events import Deal
from propdesk.domain.exact import ZERO

_CLOSE_BY = re.compile(r"#(\d+) by #(\d+)")
_POSITION_CELLS = 13


@dataclass(frozen=True, slots=True)
class RawDeal:
    """A deal before its position is known, with its page row."""

    row: int
    deal: Deal

    @property
    def entry(self) -> str:
        return self.deal.entry


@dataclass(frozen=True, slots=True)
class PositionHint:
    """One row of the table of positions: how and when the position ended."""

    closed_at: int
    close_price: Decimal
    stop: Decimal | None
    target: Decimal | None


@dataclass(slots=True)
class _Open:
    """An open position and what is left of it. Mutable on purpose: deals take it down."""

    id: str
    side: str
    lots: Decimal


def position_hints(sheet: Sheet, zone: tzinfo) -> dict[str, PositionHint]:
    """The table of closed positions by position number; empty where the report has none."""
    section = sheet.section("Positions")
    hints: dict[str, PositionHint] = {}
    for row in section.rows if section else ():
        if len(row.cells) != _POSITION_CELLS or not row.cells[1].isdigit():
            continue
        with at_row(sheet.name, row.number):
            hints[row.cells[1]] = PositionHint(
                closed_at=figures.moment(row.cells[8], zone),
                close_price=figures.positive_price(row.cells[9]),
                stop=figures.price(row.cells[6]),
                target=figures.price(row.cells[7]),
            )
    return hints


def is_hedging(trades: list[RawDeal], label: str, has_positions: bool) -> bool:
    """What the report says of the account, or else what its deals show.

    A deal ``in`` against the open side opens a second position, which only hedging has.
    """
    if "hedg" in label.lower():
        return True
    if "nett" in label.lower() or any(trade.entry == "inout" for trade in trades):
        return False
    nets: dict[str, Decimal] = {}
    for trade in trades:
        deal = trade.deal
        signed = deal.lots if deal.side == "buy" else -deal.lots
        net = nets.get(deal.symbol, ZERO)
        if deal.entry == "in" and net * signed < ZERO:
            return True
        nets[deal.symbol] = net + signed
    return has_positions


class Positions:
    """The open positions of a report while its deals are walked in order."""

    def __init__(self, hints: dict[str, PositionHint], *, netting: bool) -> None:
        self._hints = hints
        self._netting = netting
        self._open: dict[str, list[_Open]] = {}

    def place(self, deal: Deal, order: OrderRow | None) -> Deal:
        """The deal with its position, the other leg and the protective prices it came with."""
        if deal.entry == "in":
            return self._protected(self._enter(deal), order)
        if deal.entry == "inout":
            return self._protected(self._reverse(deal), order)
        return self._leave(deal)

    def _enter(self, deal: Deal) -> Deal:
        name = deal.order or deal.id
        held = self._open.setdefault(deal.symbol, [])
        same = held[0] if self._netting and held else next((p for p in held if p.id == name), None)
        if same is None:
            held.append(_Open(name, deal.side, deal.lots))
            return replace(deal, position=name)
        if same.side != deal.side:
            raise ValueError("a deal 'in' against the open side; this account is not netting")
        same.lots += deal.lots
        return replace(deal, position=same.id)

    def _reverse(self, deal: Deal) -> Deal:
        held = self._open.get(deal.symbol, [])
        if len(held) != 1 or held[0].side == deal.side or held[0].lots >= deal.lots:
            raise ValueError("a deal 'in/out' needs a smaller open position of the other side")
        held[0].lots = deal.lots - held[0].lots
        held[0].side = deal.side
        return replace(deal, position=held[0].id)

    def _leave(self, deal: Deal) -> Deal:
        found, other = self._named(deal)
        if found is None:
            found = self._fitting(deal)
        if found is None:
            raise ValueError(f"deal {deal.id} closes a position that was not opened before")
        if found.lots < deal.lots:
            raise ValueError(
                f"deal {deal.id} closes {deal.lots} lots of position {found.id}, "
                f"which has {found.lots}"
            )
        found.lots -= deal.lots
        if found.lots == ZERO:
            self._open[deal.symbol].remove(found)
        return replace(deal, position=found.id, counter_position=other)

    def _named(self, deal: Deal) -> tuple[_Open | None, str | None]:
        """A close-by's comment names both legs; the deal closes the one of the other side."""
        pair = _CLOSE_BY.search(deal.comment) if deal.entry == "out_by" else None
        if pair is None:
            return None, None
        for mine, other in (pair.groups(), pair.groups()[::-1]):
            for position in self._open.get(deal.symbol, []):
                if position.id == mine and position.side != deal.side:
                    return position, other
        return None, None

    def _fitting(self, deal: Deal) -> _Open | None:
        candidates = [p for p in self._open.get(deal.symbol, []) if p.side != deal.side]
        enough = [p for p in candidates if p.lots >= deal.lots] or candidates
        return min(enough, key=lambda p: self._distance(p, deal), default=None)

    def _distance(self, position: _Open, deal: Deal) -> tuple[bool, bool, bool]:
        """How far a position is from what the table says of its end; ties keep the oldest."""
        hint = self._hints.get(position.id)
        if hint is None:
            return (bool(self._hints), True, True)
        return (
            hint.closed_at < deal.at,
            hint.closed_at != deal.at or hint.close_price != deal.price,
            position.lots != deal.lots,
        )

    def _protected(self, deal: Deal, order: OrderRow | None) -> Deal:
        stop, target = (order.stop, order.target) if order else (None, None)
        hint = self._hints.get(deal.position)
        if order is None and hint is not None:
            stop, target = hint.stop, hint.target
        return replace(deal, stop=stop, target=target)
