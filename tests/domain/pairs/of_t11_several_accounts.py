"""T11: conduct of one owner's accounts: hedges across them, and how much they hold together."""

from dataclasses import replace
from typing import Any

from propdesk.domain.events import GroupFormed
from propdesk.domain.instruments import Catalogue
from propdesk.domain.rules.capital import Capital
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.terms import Effect
from tests.domain.pairs.registry import Answer, shows
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    at,
    buy,
    close,
    d,
    instrument,
    judge,
    quote,
    sell,
    start,
)

WARN = (Effect(kind="warn"),)
FUTURES = Catalogue(
    (
        *CATALOGUE,
        *(instrument(symbol) for symbol in ("ES", "NQ", "YM", "GC", "SIL")),
        instrument("MES", correlated="ES"),
    )
)


def other(event: Any) -> Any:
    return replace(event, account="B")


def together(
    *events: Any, kind: str = "owner", stages: tuple[str, ...] = (), theirs: int = 250000
) -> Answer:
    """What is said of both accounts, each judged on its own beside the other."""
    group = GroupFormed(at("08:00"), kind, (ACCOUNT, "B"), kind, stages)
    log = [start(), other(start(balance=d(theirs))), group, *events]

    def judged(rule: Any) -> object:
        return [
            judge(rule, log, account=account, size=size, catalogue=FUTURES)
            for account, size in ((ACCOUNT, d(100000)), ("B", d(theirs)))
        ]

    return judged


def legs(mine: str, theirs: str) -> tuple[Any, ...]:
    """Long one in this account; short the other in that one, from the last minute on."""
    long = buy("09:00", "p", symbol=mine)
    quotes = [quote("08:30", "10000", symbol) for symbol in {mine: 1, theirs: 1}]
    return *quotes, long, other(sell("09:59", "q", symbol=theirs)), close("10:00", long, "10000")


ACROSS = (
    "cross-account same owner incl. correlated product map (ES/MES/NQ/YM; GC/SIL) "
    "with any time overlap"
)
MAP = (("ES", "MES", "NQ", "YM"), ("GC", "SIL"))
APART = Hedging(cross_account="banned", effects=WARN)
MAPPED = replace(APART, products=MAP)
WITHIN = replace(APART, same_account="banned")
shows("T11", "hedging", ACROSS, WITHIN, "cross_account", ("banned", "allowed"),
      together(*legs("ES", "ES")))  # fmt: skip
shows("T11", "hedging", ACROSS, APART, "correlated", (True, False),
      together(*legs("ES", "MES")))  # fmt: skip
shows("T11", "hedging", ACROSS, MAPPED, "products", (MAP, ()), together(*legs("MES", "YM")))
shows("T11", "hedging", ACROSS, MAPPED, "products", (MAP, MAP[:1]), together(*legs("GC", "SIL")))
shows("T11", "hedging", "allowed between evaluations (DayTraders)", APART, "evaluations_exempt",
      (True, False), together(*legs("NQ", "NQ"), stages=("evaluation", "evaluation")))  # fmt: skip
HELD = (
    "max accounts, max allocation per strategy (Alpha 300K), above 500K no copying (The5ers), "
    "household, IP"
)
shows("T11", "copy / capital", HELD, Capital(accounts_max=1, effects=WARN), "accounts_max", (1, 2),
      together())  # fmt: skip
ALPHA = Capital(total_max=d(300000), kinds=("strategy",), effects=WARN)
shows("T11", "copy / capital", HELD, ALPHA, "total_max", (d(300000), d(350000)),
      together(kind="strategy"))  # fmt: skip
FIVERS = Capital(total_max=d(500000), while_copying=True, effects=WARN)
COPYING = GroupFormed(at("11:00"), "c", (ACCOUNT, "B"), "copier")
shows("T11", "copy / capital", HELD, FIVERS, "total_max", (d(500000), d(550000)),
      together(COPYING, theirs=450000))  # fmt: skip
shows(
    "T11", "copy / capital", HELD, FIVERS, "while_copying", (True, False), together(theirs=450000)
)
for kind in ("household", "address"):
    shows("T11", "copy / capital", HELD, Capital(accounts_max=1, kinds=(kind,), effects=WARN),
          "kinds", ((kind,), ("owner",)), together(kind=kind))  # fmt: skip
