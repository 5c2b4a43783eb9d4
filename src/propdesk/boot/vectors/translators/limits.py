"""Worked examples of clocks (RULES T1), limits by model (T3, T4, T7) and their steps."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.bench import FIRST_DAY, Bench, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number
from propdesk.boot.vectors.translators.daily_loss import DAILY, rule
from propdesk.boot.vectors.translators.tables import table
from propdesk.domain.clock import SERVER, DayClock, local_instant, offset_hours, zone_of
from propdesk.domain.rulebook import Phase
from propdesk.domain.rules.daily_loss import DailyLoss, StepUp
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount
from propdesk.wire.rulebook_file import load_rulebook, with_add_ons

# How pages write a platform clock that switches on United States dates.
SERVER_CLOCKS = re.compile(
    r"GMT\+2/\+3 switching on US DST dates|GMT\+3 until [\d-]{10}, GMT\+2 from then"
)


@family("clock.reset_tz_vs_platform_tz", via="function")
def offsets(given: Given) -> Answer:
    """The platform's clock over the reset's: on a usual day, and between the two switches."""
    key = "platform_tz_rule" if "platform_tz_rule" in given else "platform_tz"
    if not SERVER_CLOCKS.fullmatch(given.raw(key)):
        raise NotUnderstood(f"does not know the clock {given.raw(key)!r}")
    zone = given.raw("reset_tz")

    def ahead(day: date) -> int:
        return offset_hours(SERVER, zone, local_instant(day, time(12), zone_of(zone)))

    if "at" in given:
        stated = given.raw("at")
        return {f"offset_hours_from_{stated}": ahead(date.fromisoformat(stated))}
    first, last = given.raw("us_dst_switch"), given.raw("eu_dst_switch")
    between = date.fromisoformat(first)
    return {
        "offset_hours_normal": ahead(date.fromisoformat(last)),
        f"offset_hours_{first}_to_{last}": ahead(between),
    }


@family("clock.session_boundary", via="function")
def sessions(given: Given) -> Answer:
    """Trades of one date on both sides of the session's end."""
    found = re.fullmatch(r"(\d\d:\d\d)-\d\d:\d\d (\S+)", given.raw("session"))
    if found is None or given.raw("same_calendar_day") is not True:
        raise NotUnderstood("knows only a session such as 18:00-17:00 and trades of one date")
    clock = DayClock(found[2], time.fromisoformat(found[1]), label_end=True)
    moments = [
        local_instant(FIRST_DAY, time.fromisoformat(each), clock.zone)
        for each in given.raw("trades")
    ]
    return {"trading_days": len({clock.day_of(at).label for at in moments})}


@family("limits.by_model")
def by_model(given: Given) -> Answer:
    """The published models of one programme family, each judged on a new account."""
    size = given.number("initial_balance")
    one, two = load_rulebook("breakout-1-step"), load_rulebook("breakout-2-step")
    books = {
        "classic": one.rulebook,
        "pro": with_add_ons(one, ["pro"]).rulebook,
        "turbo": with_add_ons(one, ["turbo"]).rulebook,
    }
    answer: dict[str, Any] = {}
    for name, book in books.items():
        figures = limits(book.phases[0], size)
        answer[name] = figures
    phases = [each for each in two.rulebook.phases if each.stage == "evaluation"]
    both = [limits(each, size) for each in phases]
    answer["two_step"] = {
        **{f"target_p{place}": each["target"] for place, each in enumerate(both, 1)},
        **{key: value for key, value in both[0].items() if key != "target"},
    }
    return answer


def limits(phase: Phase, size: Decimal) -> dict[str, Any]:
    """What the evaluator shows of a new account in this phase."""
    kinds = (DailyLoss, OverallLoss, ProfitTarget)
    rules = [each for each in phase.rules if isinstance(each, kinds)]
    bench = Bench(*rules, size=size)
    daily = next(each for each in rules if isinstance(each, DailyLoss))
    return {
        "target": bench.objective("profit_target").required,
        "max_dd": bench.limit("overall_loss").allowance,
        "daily_pct": daily.allowance.percent,
    }


@family("daily_loss.step_up_on_profit")
def steps_up(given: Given) -> Answer:
    """The limit before, from the page; the limit after, from the two published tables."""
    before = {Decimal(size): number(value) for size, value in given.raw("dll").items()}
    trigger = percent(given.number("profit_trigger_pct"))
    after = {name: table("daily_loss.step_up_on_profit", Amount, name) for name in PLANS}
    answer: dict[str, Any] = {f"dll_after_{name}": {} for name in PLANS}
    answer["trigger_balance"] = {}
    for size in before:
        target = ProfitTarget(target=trigger)
        for name, allowance in after.items():
            terms = rule(
                "day_start_balance",
                Amount(by_size=before),
                step_up=StepUp(profit=trigger, allowance=allowance),
            )
            bench = Bench(terms, target, size=size)
            level = bench.objective("profit_target").figures["target_balance"]
            bench.day(profit=trigger.resolve(size))  # it holds from the next session on
            answer[f"dll_after_{name}"][str(size)] = bench.limit(DAILY).allowance
            answer["trigger_balance"][str(size)] = level
    return answer


PLANS = ("lightning", "growth")
