"""Open risk in rows: the rule, the positions, and what is said of them."""

from datetime import date, time
from typing import Any

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.instruments import CalculationMode, Catalogue
from propdesk.domain.rulebook import Accounting, Clock, Phase, Rulebook
from propdesk.domain.rules.open_risk import OpenRisk, OpenRiskJudge
from propdesk.domain.terms import Amount, Effect, RuleTerms
from tests.domain.rules.histories import (
    CATALOGUE,
    SIZE,
    buy,
    d,
    instrument,
    quote,
)

THOUSAND = Amount(money=d(1000))


def terms(**more: Any) -> OpenRisk:
    figures: dict[str, Any] = {
        "scope": "position", "measure": "floating", "limit": THOUSAND, "comparison": "touch",
        "effects": (Effect(kind="warn"),),
    }  # fmt: skip
    return OpenRisk(**{**figures, **more})


def evaluated(rule: RuleTerms, events: list[Any], *, reports: bool = False) -> Evaluator:
    """The evaluator after these events; with ``reports`` it reads the platform's equity."""
    phase = Phase(
        name="phase",
        stage="evaluation",
        rules=(rule,),
        accounting=Accounting(
            platform="exact", equity_source="reported" if reports else "computed"
        ),
    )
    book = Rulebook(
        name="test", version="1", effective_from=date(2021, 1, 1), currency="USD",
        clock=Clock(zone="UTC", reset=time(0)), phases=(phase,),
    )  # fmt: skip
    evaluator = Evaluator(book, phase, size=SIZE, catalogue=WITH_DAX)
    evaluator.feed(events)
    return evaluator


def judge_of(evaluator: Evaluator) -> OpenRiskJudge:
    (found,) = evaluator.judges
    assert isinstance(found, OpenRiskJudge)
    return found


WITH_DAX = Catalogue(
    (
        *(CATALOGUE.get(name) for name in ("ONE", "TWO", "GOLD")),
        instrument("DAX", profit_currency="EUR", margin_currency="EUR"),
        instrument(
            "EURUSD", "forex", base_currency="EUR", mode=CalculationMode.FX,
            contract_size=d(100000),
        ),
    )
)  # fmt: skip
Q, Q2 = quote("08:00", "10000"), quote("08:00", "10000", "TWO")
A, B = buy("09:00", "a"), buy("09:00", "b")
TWO = buy("09:00", "t", symbol="TWO")


def lost(
    when: str, loss: str, rule: OpenRisk, positions: str, symbols: str = "ONE", limit: str = "1000"
) -> tuple[Any, ...]:
    detail = {
        "scope": rule.scope, "measure": rule.measure, "positions": positions, "symbols": symbols,
    }  # fmt: skip
    return (when, "warn", d(loss), d(limit), rule.comparison, detail)


def unknown(when: str, rule: OpenRisk, positions: str) -> tuple[Any, ...]:
    row = lost(when, "0", rule, positions)
    reason = "the worst loss or the stop of a trade is not known"
    return (when, "unknown", None, d(1000), "touch", {**row[5], "reason": reason})
