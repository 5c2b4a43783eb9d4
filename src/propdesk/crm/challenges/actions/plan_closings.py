"""Plan what the rulebooks of running accounts want flat before a moment: closings and warnings.

Planned again and again, each is one row, so that nothing is skipped and nothing done twice. It
must not judge: what is open all the same at the deadline is the engine's to say.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from propdesk.crm.accounts.due_work import planned
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.calendar.known import event_of, releases, terms
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.challenges.phase_opening import rulebook_of_phase, terms_of
from propdesk.domain.instants import MINUTE, datetime_of, micros_of
from propdesk.domain.rulebook import Clock
from propdesk.domain.rules.flat_by import FlatBy, by_the_clock, deadlines
from propdesk.domain.rules.news import News
from propdesk.domain.rules.news_windows import counts
from propdesk.wire.markets import markets

CLOSE, WARN = "close_before", "warn_before"
"""Everything an account holds; a rule that leaves some of it alone closes by market."""
CLOSE_MARKET, CLOSE_NEWS, WARN_NEWS = "close_market_before", "close_for_news", "warn_of_news"
AHEAD = timedelta(days=3)
LEAD = timedelta(seconds=30)
"""So long before the deadline positions are closed: the closing takes a moment too."""
SHUT_MAX = timedelta(days=5)
"""A market that is shut for longer before a deadline has no position that could still be closed
in time; the longest holidays are shorter."""
CLOSES = frozenset({"flatten", "close_position"})
_PRESENT = frozenset({"hold", "orders"})


def plan_closings(at: datetime) -> int:
    """Plan the deadlines of the days ahead; how many were new."""
    warning, new = terms().closing, 0
    for sha256, phase in running_phases():
        clock = rulebook_of_phase(phase).rulebook.clock
        for each in terms_of(phase).rules:
            if isinstance(each, FlatBy):
                new += _plan_deadlines(each, clock, sha256, phase, at, warning)
            elif isinstance(each, News) and _PRESENT & set(each.restricts):
                new += _plan_news(each, sha256, phase, at, warning)
    return new


def _plan_deadlines(
    rule: FlatBy, clock: Clock, sha256: str, phase: EnrolmentPhase, at: datetime,
    warning: timedelta,
) -> int:  # fmt: skip
    new, closes = 0, any(each.kind in CLOSES for each in rule.effects)
    window = micros_of(at + LEAD), micros_of(at + AHEAD)
    for deadline in deadlines(by_the_clock(rule, clock.day_clock()), clock.zone, *window):
        moment = datetime_of(deadline.at)
        detail = {
            "sha256": sha256, "phase": phase.name, "deadline": moment.isoformat(),
            "orders_too": rule.orders_too, "closes": closes,
        }  # fmt: skip
        name = f"{sha256}/{phase.name}/{moment.isoformat()}"
        if closes:
            new += _plan_closes(rule, name, moment, detail, at)
        if moment - warning > at:
            planned(f"{WARN}/{name}", WARN, moment - warning, detail, at)
    return new


def _plan_closes(
    rule: FlatBy, name: str, deadline: datetime, detail: dict[str, object], at: datetime
) -> int:
    """At the deadline all, and before it what is held in markets that are shut by then."""
    left_alone = list(rule.exempt_asset_classes)
    if not left_alone:
        new = planned(f"{CLOSE}/{name}", CLOSE, deadline - LEAD, detail, at)
    else:
        rest = {**detail, "markets": [], "left_alone": left_alone}
        new = planned(f"{CLOSE_MARKET}/{name}", CLOSE_MARKET, deadline - LEAD, rest, at)
    count = int(new)
    for shut, names in shut_before(deadline - LEAD).items():
        if shut - LEAD > at:
            early = {**detail, "markets": names, "left_alone": left_alone}
            key = f"{CLOSE_MARKET}/{name}/{shut.isoformat()}"
            count += planned(key, CLOSE_MARKET, shut - LEAD, early, at)
    return count


def _plan_news(
    rule: News, sha256: str, phase: EnrolmentPhase, at: datetime, warning: timedelta
) -> int:
    """A window around each release that counts: whoever holds what it concerns is warned, and
    closed where the rule says that the firm closes."""
    new = 0
    before = timedelta(microseconds=int(rule.window_before_minutes * MINUTE))
    for each in releases(at, at + AHEAD).filter(withdrawn=False):
        if not counts(rule, event_of(each)):
            continue
        begins = each.release_at - before
        detail = {
            "sha256": sha256, "phase": phase.name, "rule": rule.name,
            "release": str(each.release_id), "release_at": each.release_at.isoformat(),
            "begins": begins.isoformat(),
        }  # fmt: skip
        # Its time is in the name: a release that moves is planned again, at its new time.
        name = f"{sha256}/{phase.name}/{rule.name}/{each.release_id}/{each.release_at.isoformat()}"
        if any(effect.kind in CLOSES for effect in rule.effects) and begins - LEAD > at:
            new += planned(f"{CLOSE_NEWS}/{name}", CLOSE_NEWS, begins - LEAD, detail, at)
        if begins - warning > at:
            new += planned(f"{WARN_NEWS}/{name}", WARN_NEWS, begins - warning, detail, at)
    return new


def shut_before(moment: datetime) -> dict[datetime, list[str]]:
    """The markets that are shut at a moment, by their last close before it: for a holiday, an
    early close, or because their day is over by then."""
    at, found = micros_of(moment), dict[datetime, list[str]]()
    for name, market in markets().items():
        around = next(market.hours.breaks(at), None)
        if around is None or around.closes > at:
            continue
        shut = datetime_of(around.closes)
        if moment - shut <= SHUT_MAX:
            found.setdefault(shut, []).append(name)
    return found


def running_phases() -> Iterator[tuple[str, EnrolmentPhase]]:
    """Every rulebook and phase that has running accounts, with one of them."""
    found = TradingAccount.objects.filter(status__in=["active", "unknown", "paused"])
    for sha256, name in found.values_list("sha256", "phase").distinct().order_by():
        phase = (
            EnrolmentPhase.objects.filter(account__sha256=sha256, name=name)
            .select_related("enrolment__version__programme", "version", "account")
            .first()
        )
        if phase is not None:
            yield sha256, phase
