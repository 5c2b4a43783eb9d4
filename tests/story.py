"""Histories in the business's notation, for tests: who, when, what, how much."""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    Event,
    PayoutMoved,
    Quote,
    TimePassed,
)
from propdesk.domain.instants import parse_instant
from propdesk.domain.rulebook import Accounting, Clock, Phase, Promotion, Rulebook
from propdesk.domain.terms import Amount, RuleTerms
from propdesk.wire.catalogue import load_catalogue

CATALOGUE = load_catalogue()
ACCOUNT = "A1"


def at(text: str) -> int:
    """``2026-03-02 08:00:01`` (UTC) in microseconds."""
    return parse_instant(text.replace(" ", "T") + "Z")


def opened(when: str, balance: str = "100000", currency: str = "USD") -> AccountOpened:
    return AccountOpened(ACCOUNT, at(when), currency, Decimal(balance))


def quote(when: str, symbol: str, bid: str, ask: str) -> Quote:
    return Quote(at(when), symbol, Decimal(bid), Decimal(ask))


def deal(
    when: str, position: str, side: str, entry: str, lots: str, price: str, **more: str
) -> Deal:
    """A fill in EURUSD unless ``symbol`` says otherwise; money fields are texts."""
    fields: dict[str, Any] = dict(more)
    for name in ("profit", "commission", "swap", "unbooked"):
        if name in fields:
            fields[name] = Decimal(fields[name])
    fields.setdefault("symbol", "EURUSD")
    return Deal(
        ACCOUNT,
        at(when),
        fields.pop("id", f"{position}-{entry}-{when}"),
        position,
        side=side,  # type: ignore[arg-type]
        entry=entry,  # type: ignore[arg-type]
        lots=Decimal(lots),
        price=Decimal(price),
        **fields,
    )


def reported(when: str, balance: str | None = None, equity: str | None = None) -> AccountReported:
    return AccountReported(
        ACCOUNT,
        at(when),
        None if balance is None else Decimal(balance),
        None if equity is None else Decimal(equity),
    )


def paid(when: str, amount: str, share: str | None = None) -> PayoutMoved:
    trader = None if share is None else Decimal(share)
    return PayoutMoved(ACCOUNT, at(when), "paid", f"P-{when}", Decimal(amount), trader)


def adjusted(when: str, amount: str, kind: str) -> BalanceAdjusted:
    return BalanceAdjusted(ACCOUNT, at(when), Decimal(amount), kind)  # type: ignore[arg-type]


def passed(when: str) -> TimePassed:
    return TimePassed(at(when))


def percent(value: str, of: str = "initial") -> Amount:
    return Amount(percent=Decimal(value), of=of)  # type: ignore[arg-type]


def money(value: str) -> Amount:
    return Amount(money=Decimal(value))


def rulebook(
    *rules: RuleTerms,
    zone: str = "Europe/Prague",
    reset: str = "00:00",
    label: str = "start",
    stage: str = "evaluation",
    moment: str = "at_once",
    **accounting: Any,
) -> Rulebook:
    """A programme of one phase, ``phase``."""
    return Rulebook(
        name="test",
        version="1",
        effective_from=date(2026, 1, 1),
        currency="USD",
        clock=Clock(zone=zone, reset=time.fromisoformat(reset), label=label),  # type: ignore[arg-type]
        accounting=Accounting(**accounting),
        phases=(
            Phase(
                name="phase",
                stage=stage,  # type: ignore[arg-type]
                rules=rules,
                promotion=Promotion(moment=moment),  # type: ignore[arg-type]
            ),
        ),
    )


def judged(
    book: Rulebook, events: Iterable[Event], size: str = "100000", *, fast: bool = True
) -> Evaluation:
    """The evaluation of a history by the book's only phase."""
    evaluator = Evaluator(book, book.phases[0], size=Decimal(size), catalogue=CATALOGUE, fast=fast)
    evaluator.feed(events)
    return evaluator.result()


def outcomes(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [(each.rule, each.outcome) for each in evaluation.verdicts]
