"""Short histories for tests of rules: one account of 100,000 USD, instruments worth 1 per point."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, Deal, Quote, StopSet, TradeReported
from propdesk.domain.instants import micros_of
from propdesk.domain.instruments import CalculationMode, Catalogue, Instrument
from propdesk.domain.payouts import PayoutTerms
from propdesk.domain.rulebook import Accounting, Clock, Phase, Rulebook
from propdesk.domain.terms import RuleTerms

SIZE = Decimal(100000)
ACCOUNT = "A-1"


def d(text: str | int) -> Decimal:
    return Decimal(text)


def instrument(symbol: str, asset_class: str = "indices", **more: object) -> Instrument:
    figures = {
        "digits": 2,
        "contract_size": Decimal(1),
        "base_currency": "USD",
        "profit_currency": "USD",
        "margin_currency": "USD",
        "mode": CalculationMode.INDEX_CFD,
        **more,
    }
    return Instrument(symbol=symbol, asset_class=asset_class, **figures)  # type: ignore[arg-type]


CATALOGUE = Catalogue(
    (
        instrument("ONE"),
        instrument("TWO"),
        instrument("GOLD", "metals"),
        instrument("EUR", "forex"),
        instrument("BIG", correlated="PRODUCT"),
        instrument("SMALL", correlated="PRODUCT", mini_equivalent=Decimal("0.1")),
    )
)


def at(clock: str, day: int = 1) -> int:
    """Microseconds of a UTC time of day in March 2021 (the 1st is a Monday)."""
    return micros_of(datetime.fromisoformat(f"2021-03-{day:02d}T{clock}+00:00"))


def start(**more: object) -> AccountOpened:
    figures = {"at": at("00:00"), "currency": "USD", "balance": SIZE, **more}
    return AccountOpened(account=ACCOUNT, **figures)  # type: ignore[arg-type]


def buy(clock: str, position: str, lots: str = "1", *, day: int = 1, **more: object) -> Deal:
    """A position opened at 10,000 unless ``price`` says otherwise."""
    figures = {"symbol": "ONE", "side": "buy", "entry": "in", "price": d(10000), **more}
    return Deal(
        account=ACCOUNT,
        at=at(clock, day),
        id=f"{position}:{clock}",
        position=position,
        lots=d(lots),
        **figures,  # type: ignore[arg-type]
    )


def sell(clock: str, position: str, lots: str = "1", **more: object) -> Deal:
    return buy(clock, position, lots, **{"side": "sell", **more})  # type: ignore[arg-type]


def close(clock: str, opening: Deal, price: str, lots: str | None = None, *, day: int = 1) -> Deal:
    """Closes (part of) what ``opening`` opened; the profit booked is that of the price."""
    size = opening.lots if lots is None else d(lots)
    change = d(price) - opening.price
    return Deal(
        account=ACCOUNT,
        at=at(clock, day),
        id=f"{opening.position}:{clock}:out",
        position=opening.position,
        symbol=opening.symbol,
        side="sell" if opening.side == "buy" else "buy",
        entry="out",
        lots=size,
        price=d(price),
        profit=size * (change if opening.side == "buy" else -change),
    )


def quote(clock: str, price: str, symbol: str = "ONE", *, day: int = 1) -> Quote:
    return Quote(at(clock, day), symbol, d(price), d(price))


def stop(clock: str, position: str, price: str | None, *, day: int = 1) -> StopSet:
    return StopSet(ACCOUNT, at(clock, day), position, None if price is None else d(price))


def reported(
    opened: str, closed: str, profit: str, *, day: int = 1, **more: object
) -> TradeReported:
    """A round trip of which only the result is known."""
    figures = {"symbol": "ONE", "side": "buy", "lots": d(1), "id": f"{opened}-{closed}", **more}
    return TradeReported(
        account=ACCOUNT,
        at=at(closed, day),
        opened_at=at(opened, day),
        profit=d(profit),
        **figures,  # type: ignore[arg-type]
    )


def judge(
    rules: RuleTerms | tuple[RuleTerms, ...],
    events: Iterable[Any],  # of Event; lists of mixed events are inferred as objects
    **more: Any,
) -> Evaluation:
    """What the public evaluator finds in the events, under ``evaluator_of`` these rules."""
    evaluator = evaluator_of(rules, **more)
    evaluator.feed(events)
    return evaluator.result()


def evaluator_of(
    rules: RuleTerms | tuple[RuleTerms, ...],
    *,
    size: Decimal = SIZE,
    catalogue: Catalogue = CATALOGUE,
    fast: bool = True,
    stage: str = "evaluation",
    account: str | None = None,
    payout: PayoutTerms | None = None,
) -> Evaluator:
    """The public evaluator over a phase of these rules, on a day that ends at midnight UTC."""
    phase = Phase(
        name="phase",
        stage=stage,  # type: ignore[arg-type]
        rules=rules if isinstance(rules, tuple) else (rules,),
        accounting=Accounting(platform="exact"),
        payout=payout,
    )
    rulebook = Rulebook(
        name="test",
        version="1",
        effective_from=date(2021, 1, 1),
        currency="USD",
        clock=Clock(zone="UTC", reset=time(0)),
        phases=(phase,),
    )
    return Evaluator(rulebook, phase, size=size, catalogue=catalogue, fast=fast, account=account)


def outcomes(result: Evaluation) -> list[tuple[str, str]]:
    """Each verdict as the time of day it fell and what it was."""
    found = []
    for each in result.verdicts:
        minutes = (each.at - at("00:00")) // 60_000_000
        found.append((f"{minutes // 60:02d}:{minutes % 60:02d}", each.outcome))
    return found
