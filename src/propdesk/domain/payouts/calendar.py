"""The first date a payout may be asked for, and the windows it must fall in."""

from collections.abc import Iterator
from datetime import date, timedelta

from propdesk.domain.market_hours import weekday_of
from propdesk.domain.payouts.facts import PayoutFacts, Reason
from propdesk.domain.payouts.terms import PayoutTerms

SEARCH_DAYS = 400


def first_date(started: date, days: int) -> date:
    """``days`` calendar days after ``started`` (1 April and 14 days: 15 April)."""
    return started + timedelta(days=days)


def latest_date(terms: PayoutTerms, started: date) -> date | None:
    """The last date on which the reward day may lie."""
    days = terms.latest_after_days
    return None if days is None else started + timedelta(days=days)


def started_on(terms: PayoutTerms, facts: PayoutFacts) -> date | None:
    """The date from which the delay counts; None where it is not known."""
    if facts.number > 1:
        moment = facts.cycle_started_at
    elif terms.first_counted_from == "first_trade":
        moment = facts.first_trade_at
    else:
        moment = facts.opened_at
    return None if moment is None else facts.clock.day_of(moment).label


def delay_of(terms: PayoutTerms, facts: PayoutFacts) -> int:
    return terms.first_after_days if facts.number == 1 else terms.cycle_days


def earliest_date(terms: PayoutTerms, facts: PayoutFacts) -> date | None:
    """The first date that satisfies delay, window and weekday; None where it is not known."""
    started = started_on(terms, facts)
    if started is None:
        return None
    days = delay_of(terms, facts)
    if terms.day_kind == "trading":
        after = sorted(day for day in set(facts.traded_on) if day >= started)
        if len(after) < days:
            return None
        earliest = after[days - 1] if days else started
    else:
        earliest = first_date(started, days)
    earliest += timedelta(days=facts.delay_days)
    for number in range(SEARCH_DAYS):
        day = earliest + timedelta(days=number)
        if in_window(terms, day) and on_weekday(terms, day):
            return day
    return None


def in_window(terms: PayoutTerms, day: date) -> bool:
    windows = terms.request_windows
    return not windows or any(each.first <= day.day <= each.last for each in windows)


def on_weekday(terms: PayoutTerms, day: date) -> bool:
    return terms.request_weekday is None or weekday_of(day) == terms.request_weekday


def calendar_reasons(terms: PayoutTerms, facts: PayoutFacts) -> Iterator[Reason]:
    today = facts.clock.day_of(facts.at).label
    started, days = started_on(terms, facts), delay_of(terms, facts)
    delayed = days + facts.delay_days
    if delayed and started is None:
        yield Reason("not_known", "the day the delay counts from", f"{days} days", certain=False)
    elif delayed and started is not None:
        if terms.day_kind == "trading":
            done = len({day for day in facts.traded_on if day >= started})
            if done < days:
                yield Reason("too_early", f"{done} trading days", f"{days} trading days")
            last = sorted({day for day in facts.traded_on if day >= started})[:days]
            from_day = last[-1] if last else started
            begins = from_day + timedelta(days=facts.delay_days)
        else:
            begins = first_date(started, delayed)
        if today < begins:
            yield Reason("too_early", today.isoformat(), begins.isoformat())
    latest = None if started is None else latest_date(terms, started)
    if latest is not None and today > latest:
        yield Reason("too_late", today.isoformat(), latest.isoformat())
    if not in_window(terms, today):
        windows = ", ".join(f"{w.first}–{w.last}" for w in terms.request_windows)
        yield Reason("outside_request_window", str(today.day), windows)
    if not on_weekday(terms, today):
        yield Reason("wrong_weekday", weekday_of(today), str(terms.request_weekday))
