"""T12: payouts."""

from dataclasses import replace
from datetime import time
from typing import Any

from propdesk.domain.clock import DayClock
from propdesk.domain.events import PayoutMoved
from propdesk.domain.instants import DAY, parse_instant
from propdesk.domain.payouts import (
    Buffer,
    Cap,
    Extras,
    MonthWindow,
    PayoutConsistency,
    PayoutDays,
    PayoutFacts,
    PayoutTerms,
    Split,
    SplitTier,
    Threshold,
    judge_payout,
)
from propdesk.domain.rules.martingale import Martingale
from propdesk.domain.terms import Amount, Effect
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import ACCOUNT, at, d, judge, quote, reported, start

NOON = parse_instant("2021-04-20T12:00:00Z")  # a Tuesday
TERMS = PayoutTerms(split=Split(percent=d(80)), first_after_days=0,
                    first_counted_from="first_trade", cycle_days=0)  # fmt: skip
FACTS = PayoutFacts(
    at=NOON,
    clock=DayClock("UTC", time(0)),
    size=d(100000),
    origin=d(100000),
    balance=d(110000),
    profit=d(10000),
    number=1,
    flat=True,
    pending_orders=0,
    opened_at=NOON - 30 * DAY,
    first_trade_at=NOON - 19 * DAY,
    cycle_started_at=NOON - 30 * DAY,
    cycle_start_balance=d(100000),
    drawdown=d(2500),
    daily_limit=d(4000),
    peak_balance=d(110000),
)


def money(text: str | int) -> Amount:
    return Amount(money=d(text))


def percent(text: str | int, of: str = "initial") -> Amount:
    return Amount(percent=d(text), of=of)  # type: ignore[arg-type]


def asked(requested: int | None = None, **more: Any) -> Answer:
    amount = None if requested is None else d(requested)
    return lambda terms: judge_payout(terms, replace(FACTS, **more), requested=amount)


PLAIN = asked()
WHEN = "first_delay, cycle"
LATER = replace(TERMS, first_after_days=25)
shows("T12", WHEN, "calendar days from first trade", LATER, "first_counted_from",
      ("first_trade", "activation"), PLAIN)  # fmt: skip
shows("T12", WHEN, "activation", LATER, "first_counted_from",
      ("activation", "first_trade"), PLAIN)  # fmt: skip
WINDOWS = (MonthWindow(first=1, last=5), MonthWindow(first=15, last=19))
shows("T12", WHEN, "request windows (1–5 & 15–20 of month)", TERMS, "request_windows",
      (WINDOWS, ()), PLAIN)  # fmt: skip
shows("T12", WHEN, "on demand", TERMS, "cycle_days", (0, 14),
      asked(number=2, cycle_started_at=NOON - DAY))  # fmt: skip
shows("T12", WHEN, "weekly fixed weekday", TERMS, "request_weekday", ("mon", None), PLAIN)
GATE = (PayoutDays(winning=5, winning_from=money(150)),)
shows("T12", WHEN, "winning-days gate", TERMS, "days", (GATE, ()), PLAIN)
PRE = "preconditions"
shows("T12", PRE, "flat", TERMS, "flat", (True, False), asked(flat=False))
shows("T12", PRE, "no pendings", TERMS, "no_pending_orders", (True, False),
      asked(pending_orders=1))  # fmt: skip
shows("T12", PRE, "in profit", TERMS, "in_profit", (True, False),
      asked(balance=d(100000), profit=d(0)))  # fmt: skip
shows("T12", PRE, "days", TERMS, "days", ((PayoutDays(required=3),), ()), PLAIN)
EVEN = (PayoutConsistency(percent=d(40)),)
shows("T12", PRE, "consistency", TERMS, "consistency", (EVEN, ()), asked(days=(d(9000), d(1000))))
POOR = asked(balance=d(100900), profit=d(900))
shows("T12", PRE, "min profit % of I", TERMS, "min_profit",
      ((Threshold(amount=percent(3)),), ()), POOR)  # fmt: skip
shows("T12", PRE, "share > 20 % of DLL", TERMS, "min_share",
      ((Threshold(amount=percent(20, "daily_limit"), comparison="cross"),), ()), POOR)  # fmt: skip
shows("T12", PRE, "net profit > 50 % of DLL", TERMS, "min_profit",
      ((Threshold(amount=percent(50, "daily_limit"), comparison="cross"),), ()), POOR)  # fmt: skip
KEPT = Buffer(keep=percent(5), needed="maintained")
shows("T12", PRE, "buffer reached once vs maintained", TERMS, "buffers",
      ((KEPT,), (replace(KEPT, needed="reached_once"),)),
      asked(balance=d(104000), profit=d(4000)))  # fmt: skip
shows("T12", "buffer", "none", TERMS, "buffers", ((), (KEPT,)), PLAIN)
DRAWDOWN = Buffer(keep=Amount(percent=d(100), of="drawdown", plus=d(100)), needed="maintained")
shows("T12", "buffer", "I + drawdown (+100)", TERMS, "buffers", ((DRAWDOWN,), ()), PLAIN)
shows("T12", "buffer", "first n payouts only", TERMS, "buffers",
      ((replace(KEPT, to_payout=3),), (KEPT,)), asked(number=4))  # fmt: skip
PENALTY = replace(KEPT, inside="penalty", inside_percent_by_age={0: d(50)})
shows("T12", "buffer", "never withdrawable", TERMS, "buffers", ((KEPT,), (PENALTY,)), asked(10000))
shows("T12", "buffer", "withdrawable with penalty/termination", TERMS, "buffers",
      ((PENALTY,), (KEPT,)), asked(10000))  # fmt: skip
PAID = asked(paid_month=d(1000), paid_gross=d(1500), paid_person=d(3500), number=2)
FIXED = Cap(amount=money(4000))
table(
    "T12", "max", TERMS, "caps", PAID,
    {
        "% of balance/profit (50 %)": ((Cap(amount=percent(50, "base")),), ()),
        "absolute by size": ((Cap(amount=Amount(by_size={d(100000): d(3000)})),), ()),
        "cap ladder by payout number": (
            (replace(FIXED, to_payout=1), Cap(amount=money(5000), from_payout=2)), (FIXED,),
        ),
        "% of I": ((Cap(amount=percent(6)),), ()),
        "monthly": ((replace(FIXED, period="month"),), (FIXED,)),
        "per person": (
            (replace(FIXED, period="lifetime", person=True),), (replace(FIXED, period="lifetime"),),
        ),
    },
)  # fmt: skip
shows("T12", "max", "lifetime payouts count", TERMS, "max_payouts", (1, None), PAID)
AFTER = replace(FIXED, order="after_split")
shows("T12", "cap_order", "cap before split", TERMS, "caps", ((FIXED,), (AFTER,)), PLAIN)
shows("T12", "cap_order", "after split", TERMS, "caps", ((AFTER,), (FIXED,)), PLAIN)
table(
    "T12", "excess", replace(TERMS, caps=(FIXED,)), "excess", PLAIN,
    {"stays": ("stays", "removed"), "removed": ("removed", "stays"),
     "carried to next cycle": ("carried", "removed")},
)  # fmt: skip
TIERS = (SplitTier(up_to=d(5000), percent=d(100)), SplitTier(percent=d(90)))
EIGHTY = Split(percent=d(80))
table(
    "T12", "split", TERMS, "split", asked(cycle="weekly", tier=2),
    {
        "constant": (EIGHTY, Split(percent=d(90))),
        "by chosen cycle": (Split(by_cycle={"weekly": d(60), "monthly": d(100)}), EIGHTY),
        "by cumulative amount (100 % of first 10K/25K then 90 %; 80/90/95 tiers)": (
            Split(by_cumulative=TIERS), EIGHTY,
        ),
        "by tier/scale": (Split(by_tier={0: d(80), 2: d(90)}), EIGHTY),
    },
)  # fmt: skip
shows("T12", "firm_share_when_left_in", "still deducted", TERMS, "firm_share_when_left_in",
      ("deducted", "stays"), asked(4000))  # fmt: skip
table(
    "T12", "balance_after", TERMS, "balance_after", asked(4000),
    {"minus amount": ("minus_amount", "swept"), "swept to I": ("swept", "reset"),
     "reset to I": ("reset", "minus_amount")},
)  # fmt: skip
table(
    "T12", "extras", TERMS, "extras",
    asked(50, fee_paid=d(500), challenge_profit=d(8000), growth=d(10000)),
    {
        "fee refund at n-th payout": (Extras(fee_refund_at_payout=1), Extras()),
        "share of challenge-phase profit unlocked at 10 % growth": (
            Extras(challenge_share_percent=d(15), challenge_unlock_growth_percent=d(10)), Extras(),
        ),
        "min-size fee": (Extras(small_payout_up_to=d(250), small_payout_fee=d(50)), Extras()),
    },
)  # fmt: skip
shows("T12", "termination", "taking 100 % closes", TERMS, "terminates",
      (("takes_all",), ()), asked(10000))  # fmt: skip
TAKEN = replace(TERMS, buffers=(PENALTY,))
shows("T12", "termination", "inside-buffer closes", TAKEN, "terminates",
      (("inside_buffer",), ()), asked(10000))  # fmt: skip
BY_AGE = replace(PENALTY, inside_percent_by_age={0: d(50), 20: d(80)})
shows("T12", "termination", "age-based share", TERMS, "buffers", ((BY_AGE,), (PENALTY,)),
      asked(10000))  # fmt: skip


def refused(**more: Any) -> Answer:
    """Only what is decided: the judgement repeats which counters it resets."""

    def decided(terms: PayoutTerms) -> object:
        answer = judge_payout(terms, replace(FACTS, **more))
        return answer.eligible, answer.reasons

    return decided


# 4,000 in two days were paid; since then two days earned 1,200 and 300.
SECOND = {
    "number": 2, "balance": d(101500), "profit": d(1500), "cycle_start_balance": d(100000),
    "days": (d(1200), d(300)), "days_lifetime": (d(2500), d(1500), d(1200), d(300)),
    "growth": d(5500),
}  # fmt: skip
ALL = TERMS.counters_reset
shows("T12", "counters_reset", "days", replace(TERMS, days=(PayoutDays(required=3),)),
      "counters_reset", (ALL, ("consistency", "cycle_profit")), refused(**SECOND))  # fmt: skip
shows("T12", "counters_reset", "consistency window",
      replace(TERMS, consistency=(PayoutConsistency(percent=d(50)),)),
      "counters_reset", (ALL, ("days", "cycle_profit")), refused(**SECOND))  # fmt: skip
EACH_CYCLE = Threshold(amount=percent(5, "balance_after_last_payout"))
shows("T12", "counters_reset", "cycle profit", replace(TERMS, min_profit=(EACH_CYCLE,)),
      "counters_reset", (ALL, ("days", "consistency")), refused(**SECOND))  # fmt: skip


def shares_paid(rule: Martingale) -> object:
    """What the trader would get of 1,000 at once, and of another 1,000 after that was paid."""
    doubled = [
        start(), quote("00:00", "10000"),
        reported("09:00", "10:00", "-10", id="a"), reported("10:10", "11:00", "-10", id="b"),
        reported("12:00", "13:00", "1020", id="c", lots=d(2)),
    ]  # fmt: skip
    later = [
        PayoutMoved(ACCOUNT, at("14:00"), "paid", "first", d(1000)),
        reported("15:00", "16:00", "1000", id="d"),
    ]
    answers = (judge(rule, events, payout=TERMS) for events in (doubled, [*doubled, *later]))
    return [each.payout and (each.payout.number, each.payout.trader_share) for each in answers]


shows("T12", "split", "permanent penalty", Martingale(), "effects",
      ((Effect(kind="penalty", percent=d(50)),), (Effect(kind="warn"),)), shares_paid)  # fmt: skip
