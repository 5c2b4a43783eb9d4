"""T6: position size and exposure."""

from dataclasses import replace
from typing import Any

from propdesk.domain.events import TimePassed
from propdesk.domain.rules.exposure import Cap, ExposureLimit, Tier
from propdesk.domain.rules.size_consistency import SizeConsistency
from propdesk.domain.terms import Amount, Effect
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import at, buy, close, d, judge, quote, reported, sell, start

WARN = (Effect(kind="warn"),)
FIVE = Cap(at_most=d(5))
RULE = ExposureLimit(unit="lots", aggregation="all_open", cap=FIVE, effects=WARN, leverage=d(30))


def over(*events: Any) -> Answer:
    return lambda rule: judge(rule, [start(), *events])


MICROS = over(buy("09:00", "a", "4.5", symbol="SMALL"), buy("09:01", "b", "0.6", symbol="SMALL"))
HUGE = over(buy("09:00", "a", "10"))
table(
    "T6", "unit", RULE, "unit", MICROS,
    {
        "contracts": ("contracts", "lots"),
        "lots": ("lots", "mini_equivalents"),
        "mini-equivalents (10 micro = 1 mini, or micro = full lot)": ("mini_equivalents", "lots"),
        "notional": ("notional", "mini_equivalents"),
    },
)  # fmt: skip
shows("T6", "unit", "margin %", RULE, "unit", ("margin_percent", "lots"), HUGE)
LONG, SHORT = buy("09:00", "a", "4"), sell("09:01", "b", "3")
OTHER = sell("09:01", "b", "3", symbol="TWO")
METAL = buy("09:01", "b", "3", symbol="GOLD")
HEDGED, BOTH, MIXED = over(LONG, SHORT), over(LONG, OTHER), over(LONG, METAL)
for word, sides, answer in (
    ("per order", ("order", "instrument"), HEDGED),
    ("per instrument", ("instrument", "order"), HEDGED),
    ("per group (FX/indices/commodities/…)", ("group", "instrument"), BOTH),
    ("sum of absolute across products", ("absolute_sum", "all_open"), HEDGED),
    ("all open", ("all_open", "group"), MIXED),
):
    shows("T6", "aggregation", word, RULE, "aggregation", sides, answer)

LADDER = (
    Tier(profit=Amount(money=d(0)), cap=Cap(at_most=d(2))),
    Tier(profit=Amount(money=d(1500)), cap=Cap(at_most=d(3))),
)
STEPS = replace(RULE, ladder=LADDER)
WON = reported("08:00", "08:30", "2000", id="w")
THREE = buy("09:00", "t", "3")
NEXT = buy("09:00", "n", "3", day=2)
shows("T6", "ladder", "tiers by profit", RULE, "ladder", (LADDER, ()), over(THREE))
HELD = buy("08:00", "h")
RISEN = over(quote("07:00", "10000"), HELD, quote("08:30", "12000"), buy("09:00", "t", "2"))
shows("T6", "ladder", "source live E", replace(STEPS, ladder_effective="now"), "ladder_source",
      ("live_equity", "eod_balance"), RISEN)  # fmt: skip
shows("T6", "ladder", "EOD balance", replace(STEPS, ladder_effective="now"), "ladder_source",
      ("eod_balance", "live_equity"), RISEN)  # fmt: skip
LIVE = replace(STEPS, ladder_source="live_equity")
shows("T6", "ladder", "effective now", LIVE, "ladder_effective", ("now", "next_session"), RISEN)
shows("T6", "ladder", "next session", LIVE, "ladder_effective", ("next_session", "now"), RISEN)
BACK = over(
    WON,
    reported("08:00", "09:00", "-1000", day=2, id="l"),
    buy("09:00", "n", "3", day=3),
    TimePassed(at("10:00", 3)),
)
shows("T6", "ladder", "up only", STEPS, "ladder_moves", ("up_only", "both_ways"), BACK)
shows("T6", "ladder", "both ways", STEPS, "ladder_moves", ("both_ways", "up_only"), BACK)
AGAIN = over(buy("09:00", "a", "6"), buy("09:01", "b", "1"), buy("09:02", "c", "1"))
shows("T6", "violation_counting", "per position", RULE, "counting",
      ("per_position", "per_event"), AGAIN)  # fmt: skip
shows("T6", "violation_counting", "per event; strikes; effect profit removal → close", RULE,
      "counting", ("per_event", "per_position"), AGAIN)  # fmt: skip

EVEN = SizeConsistency(reference="first_trade", min_factor=d("0.5"), max_factor=d(2), effects=WARN)


def lots(*sizes: str) -> Answer:
    return over(
        *(
            reported(f"09:{n}0", "20:00", "1", lots=d(each), id=f"t{n}")
            for n, each in enumerate(sizes)
        )
    )


UNEVEN = lots("1", "2.1", "3", "1.5")
shows("T6", "size_consistency", "reference first trade", EVEN, "reference",
      ("first_trade", "average"), UNEVEN)  # fmt: skip
shows("T6", "size_consistency", "average", EVEN, "reference", ("average", "first_trade"), UNEVEN)
shows("T6", "size_consistency", "factors (0.5–1.5, 0.25–2, ±30 %, 0.5–4)", EVEN, "max_factor",
      (d(4), d(2)), UNEVEN)  # fmt: skip
FIRST, PART = buy("09:00", "f"), buy("10:00", "p", "2")
PARTS = over(
    quote("08:00", "10000"), FIRST, close("09:30", FIRST, "10001"), PART,
    close("11:00", PART, "10001", "0.4"), close("12:00", PART, "10001", "1.6"),
)  # fmt: skip
shows("T6", "size_consistency", "partial closes as own trades", EVEN, "partial_closes",
      ("own_trades", "one_trade"), PARTS)  # fmt: skip
shows("T6", "size_consistency", "aggregation window", EVEN, "sum_window_minutes", (15, None),
      lots("1", "0.4"))  # fmt: skip
