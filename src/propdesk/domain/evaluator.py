"""The reference evaluator: a pure function over an account's events.

Same events, same verdicts, bit for bit. It reads no clock and no file. Each event is applied,
then costs, balance and equity, peaks, floors, limits, the day roll, objectives and promotion, in
that order (RULES, "Evaluation order"). A quote that leaves equity inside the interval where no
rule can speak costs its positions' revaluation and nothing more; everything else is judged by
every rule that watches.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeGuard

from propdesk.domain.account import Account
from propdesk.domain.account_days import close_day, note_floors, open_day, with_new_floors
from propdesk.domain.applicability import rules_in_force
from propdesk.domain.asking import cause_of
from propdesk.domain.conditions import Conditions
from propdesk.domain.consequences import AnyJudge, Standing, verdict_id
from propdesk.domain.coverage import CoverageLog
from propdesk.domain.evaluation import Evaluation, Sample, Status, Strip, UnusableHistory, Verdict
from propdesk.domain.events import (
    AccountOpened,
    Bar,
    Event,
    GapClosed,
    GapOpened,
    GroupFormed,
    InstrumentDefined,
    NewsScheduled,
    Paused,
    Quote,
    Resumed,
)
from propdesk.domain.exact import exactly
from propdesk.domain.instants import MINUTE
from propdesk.domain.instruments import Catalogue, instrument_of
from propdesk.domain.judging import Objective, Violation
from propdesk.domain.ordering import OrderDoubt, same_moment
from propdesk.domain.outcome import evaluation_of
from propdesk.domain.peers import Peers, related
from propdesk.domain.price_limits import PriceLimits
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.rules.registry import RULES
from propdesk.domain.situation import Situation
from propdesk.domain.snapshots import strip_of
from propdesk.domain.watch import watch_of
from propdesk.domain.worth import Market

FOREVER = 2**62


def owner_of(event: Event | None) -> str | None:
    """The account an event is of; None for what concerns every account."""
    return getattr(event, "account", None)


class Evaluator:
    """Judges one account in one phase, event by event."""

    def __init__(
        self,
        rulebook: Rulebook,
        phase: Phase,
        *,
        size: Decimal,
        catalogue: Catalogue,
        account: str | None = None,
        sampled: bool = False,
        fast: bool = True,
        conditions: Conditions | None = None,
        market: Market | None = None,
    ) -> None:
        self.rulebook = rulebook
        self.phase = phase
        self.size = size
        self.catalogue = self.given_catalogue = catalogue  # a log may define instruments anew
        self.account_id = account
        self.conditions = conditions
        self.market = Market() if market is None else market
        self.fast = fast  # False asks every rule on every quote: the oracle of the fast path
        self.event_no = 0
        self.account: Account | None = None
        self.judges: list[AnyJudge] = []
        self.standing = Standing()
        self.peers = Peers()
        self.price_limits = PriceLimits()
        self.looks_at_parts = False
        self.looks_at_peers = any(terms.looks_at_peers for terms in phase.rules)
        self.coverage = CoverageLog()
        self.samples: list[Sample] | None = [] if sampled else None
        self.strip: Strip | None = None
        self.passed_at: int | None = None
        self.pass_due = False
        # Nothing was judged yet: who breaks a rule by being opened is never asked at all.
        self.calm_low: Decimal | None = None
        self.calm_high: Decimal | None = None
        self.restless = True
        self.attended = True  # False: an ``Unattended`` watches, every quote told here is judged
        self.wake = FOREVER
        self._sample_due = 0 if sampled else FOREVER
        self._names: dict[str, str | None] = {}
        self._early: list[NewsScheduled | GroupFormed] = []
        self._objectives_due = True
        self._order = OrderDoubt()
        self._numbers: Iterator[int] | None = None
        self.observer: Callable[[], None] | None = None

    # -- feeding -----------------------------------------------------------------------------
    def feed(self, events: Iterable[Event]) -> None:
        """Apply events in log order. Raises ``UnusableHistory`` at the first impossible one."""
        with exactly():
            iterator = iter(events)
            event = next(iterator, None)
            while event is not None:
                following = next(iterator, None)
                if type(event) is Quote:
                    self._quote(event)
                else:
                    between = []  # other accounts' events of its moment hide no own one
                    while self.is_foreign(following) and following.at == event.at:
                        between.append(following)
                        following = next(iterator, None)
                    settled = not same_moment(event, following)
                    for each in (event, *between):
                        apply = self._peer if self.is_foreign(each) else self._event
                        apply(each, settled=settled)
                event = following

    def feed_numbered(self, numbers: Sequence[int], events: Iterable[Event]) -> None:
        """Apply a part of a log, each event under the number it has in the whole log."""
        self._numbers = iter(numbers)
        self.feed(events)
        self._numbers = None

    def is_foreign(self, event: Event | None) -> TypeGuard[Event]:
        """Whether it is an event of another account than the one that is judged."""
        own = self.account_id if self.account is None else self.account.situation.account
        named = owner_of(event)
        return own is not None and named is not None and named != own

    def judged_with(self) -> frozenset[str]:
        """The other accounts whose events the verdicts depend on."""
        if self.account is None or not self.looks_at_peers:
            return frozenset()
        return related(self.account.situation)

    def apply(self, event: Event) -> None:
        """Apply one event on its own."""
        self.feed((event,))

    def _quote(self, quote: Quote) -> None:
        self.event_no = self.event_no + 1 if self._numbers is None else next(self._numbers)
        at, symbol, bid, ask = quote
        account = self.account
        if account is None:
            self._note_early(quote)
            return
        if at >= self.wake:
            self.wake_at(at)
        name = self._names.get(symbol) or self._name(symbol)
        if name is None:
            return
        if at < account.at:  # a late price is not the price now
            self._doubt_late()
            return
        worth = account.worth
        if name not in worth.by_symbol:
            worth.note(name, bid, ask)
            return
        worth.quote(name, bid, ask)
        account.at = at
        if at >= self._sample_due:
            self._sample(at)
            self._sample_due = at + MINUTE
        if worth.unknown:
            if self.looks_at_parts or worth.missing() != account.missing:
                self.mark(f"quote:{symbol}:{at}")
            return
        equity = account.base + worth.low if account.floats else account.base
        account.window_low = min(account.window_low, equity)
        account.window_high = max(account.window_high, equity)
        if (
            self.restless
            or not self.attended
            or worth.low != worth.high
            or not account.was_known
            or (self.calm_low is not None and equity <= self.calm_low)
            or (self.calm_high is not None and equity >= self.calm_high)
        ):
            self.mark(f"quote:{symbol}:{at}")

    def _note_early(self, event: Quote | Bar | GapOpened | GapClosed) -> None:
        """The price from before the account opened is the price then, unless it fell silent."""
        name = self._names.get(event.symbol) or self._name(event.symbol) or event.symbol
        if isinstance(event, Quote):
            if name not in self.market.silent:
                self.market.prices[name] = (event.bid, event.bid, event.ask, event.ask)
            return
        self.market.prices.pop(name, None)
        if isinstance(event, GapOpened):
            self.market.silent.add(name)
        elif isinstance(event, GapClosed):
            self.market.silent.discard(name)

    def _know_early(self, event: NewsScheduled | GroupFormed) -> None:
        """Known before the account opens, and still known then, but a group that is replaced."""
        if isinstance(event, GroupFormed):
            self._early = [
                each
                for each in self._early
                if not (isinstance(each, GroupFormed) and each.id == event.id)
            ]
        self._early.append(event)

    def _event(self, event: Event, *, settled: bool) -> None:
        self.event_no = self.event_no + 1 if self._numbers is None else next(self._numbers)
        if isinstance(event, AccountOpened):
            self._open(event)
            return
        if isinstance(event, InstrumentDefined):
            self._define(event)
            return
        account = self.account
        owner = owner_of(event)
        if owner is not None and account is None:
            raise UnusableHistory(
                self.event_no, f"account {owner} is not open yet; the first event must open it"
            )
        if account is None:
            if isinstance(event, Bar | GapOpened | GapClosed):
                self._note_early(event)
            if isinstance(event, NewsScheduled | GroupFormed):
                self._know_early(event)
            return
        if event.at >= self.wake:
            self.wake_at(event.at)
        if owner is not None and event.at < account.at:
            self._doubt_late()
        if isinstance(event, Paused | Resumed):
            self._pause(event)
            return
        try:
            cause, found = account.apply(event, self.judges, self.event_no, self._name)
        except ValueError as refused:
            raise UnusableHistory(self.event_no, str(refused)) from refused
        self._objectives_due = self._objectives_due or not isinstance(event, Bar)
        self._collect(found, cause)
        self.mark(cause, settled=settled)
        if self.samples is not None:
            self._sample(account.at)

    def _peer(self, event: Event, *, settled: bool) -> None:
        """What rules about several accounts say to another account's event."""
        self.event_no = self.event_no + 1 if self._numbers is None else next(self._numbers)
        account = self.account
        if isinstance(event, AccountOpened) and self.account_id is None:
            raise UnusableHistory(self.event_no, f"a second account {event.account} in one history")
        if not self.looks_at_peers:
            return
        beside = account is not None and owner_of(event) in self.judged_with()
        began = self.peers.apply(event, account.at if account is not None and beside else 0)
        if account is None or owner_of(event) not in self.judged_with():
            return
        if event.at >= self.wake:
            self.wake_at(event.at)
        account.at = max(account.at, event.at)
        cause = cause_of(event)
        self._each(lambda judge: judge.on_peer(began), cause)
        for judge in self.judges:
            if judge.cleared():
                self.standing.uncertain.pop(judge.terms.name, None)
        self._objectives_due = True  # the doubt that ends here may be all that held a pass back
        self.mark(cause, settled=settled)

    def _doubt_late(self) -> None:
        """What came after its time was not judged at its time: only a breach stands."""
        self.standing.uncertain.setdefault(
            "late", "an event came after its time; the log must be judged again in order"
        )

    def _pause(self, event: Paused | Resumed) -> None:
        """The firm stops an account, or lets it go on."""
        until = None
        if isinstance(event, Paused):
            until = FOREVER if event.until is None else event.until
        self.standing.paused_until = until
        if self.account is not None:
            self._freeze(self.account.situation, is_frozen=until == FOREVER)
        self._objectives_due = True  # the pause may be all that held a pass back
        self.mark(f"{type(event).__name__.lower()}:{event.at}")

    @staticmethod
    def _freeze(situation: Situation, *, is_frozen: bool) -> None:
        """From here on days do not count, or count again from the next one on."""
        situation.is_frozen = is_frozen
        if is_frozen:
            situation.frozen_days.add(situation.day.day.label)

    def _define(self, event: InstrumentDefined) -> None:
        try:
            self.catalogue = self.catalogue.with_overrides([instrument_of(event)])
            self.price_limits.learn(event)
            self._names.clear()
            if self.account is not None:
                self.account.know(self.catalogue)
        except ValueError as refused:
            raise UnusableHistory(self.event_no, str(refused)) from refused

    def _open(self, event: AccountOpened) -> None:
        if self.account is not None:
            raise UnusableHistory(self.event_no, f"account {event.account} is opened twice")
        try:
            self.account = Account(
                event,
                self.rulebook,
                self.phase,
                size=self.size,
                catalogue=self.catalogue,
                market=self.market,
            )
        except ValueError as refused:
            raise UnusableHistory(self.event_no, str(refused)) from refused
        situation = self.account.situation
        situation.conditions, situation.peers = self.conditions, self.peers
        situation.price_limits = self.price_limits
        self.wake = situation.day.day.end  # days roll even where the opening is a breach
        for terms in rules_in_force(self.phase.rules, situation):
            _, judge = RULES[terms.rule]
            self.judges.append(judge(terms, situation))
        self.looks_at_parts = any(each.looks_at_parts for each in self.judges)
        self.judges.sort(key=lambda each: each.terms.rule != "overall_loss")  # floors clamp to it
        self._each(lambda judge: judge.on_start(), f"opened:{event.account}")
        for early in self._early:
            cause, found = self.account.apply(early, self.judges, self.event_no, self._name)
            self._collect(found, cause)
        self.mark(f"opened:{event.account}")

    # -- time --------------------------------------------------------------------------------
    def wake_at(self, at: int) -> None:
        """Roll days and ring timers up to and including ``at``, in order."""
        account = self.account
        if account is None:  # pragma: no cover - nothing wakes before an account exists
            return
        situation = account.situation
        while self.wake <= at:
            now = self.wake
            account.at = situation.at = now
            situation.event_no = self.event_no
            self._sample(now)
            cause = f"time:{now}"
            if now >= situation.day.day.end:
                self._roll()
            due = [j for j in self.judges if (t := j.timer()) is not None and t <= now]
            for judge in due:
                self._collect([(judge, v) for v in judge.on_time()], cause)
            paused = self.standing.paused_until
            if paused is not None and now >= paused:
                self.standing.paused_until = None
            self._objectives_due = True
            self.mark(cause)
            if self.samples and self.samples[-1].at == now:
                self.samples[-1] = with_new_floors(account, self.judges, self.samples[-1])
            if self.wake <= now:  # when the phase is over nothing rearms: only days still roll
                self.wake = situation.day.day.end

    def _roll(self) -> None:
        account = self.account
        if account is None:  # pragma: no cover
            return
        record = close_day(account, self.judges)
        cause = f"day:{record.label.isoformat()}"
        self._each(lambda judge: judge.on_day_end(record), cause)
        open_day(account, record)
        self._freeze(account.situation, is_frozen=account.situation.is_frozen)
        self._each(lambda judge: judge.on_day_start(), cause)
        if self.pass_due and not self.standing.breached:
            self._pass()

    # -- judging -----------------------------------------------------------------------------
    def mark(self, cause: str, *, settled: bool = True) -> None:
        """Test every watching rule at the present moment, then look at the objectives."""
        account = self.account
        if account is None:
            return
        account.refresh(self.event_no, cause)
        if self.over:
            return
        self.coverage.note(account)
        if not settled:
            self._order.note(self.judges)
            return
        found: list[tuple[AnyJudge, Violation]] = []
        for judge in self.judges:
            if judge.watches_marks:
                found += [(judge, each) for each in judge.on_mark()]
        found += self._order.doubts(found)
        self._collect(found, cause)
        if self._objectives_due:
            self._objectives_due = any(judge.goal_by_equity for judge in self.judges)
            self._try_to_pass()
        self._rearm()
        if self.observer is not None:
            self.observer()

    def _each(self, hook: Callable[[AnyJudge], Iterable[Violation]], cause: str) -> None:
        account = self.account
        if account is None:  # pragma: no cover
            return
        account.refresh(self.event_no, cause)
        found = [(judge, each) for judge in self.judges for each in hook(judge)]
        self._collect(found, cause)

    def _collect(self, found: list[tuple[AnyJudge, Violation]], cause: str) -> None:
        account = self.account
        if account is None or not found or self.over:
            return
        account.situation.cause = cause
        self.standing.decide(found, account.situation, self.coverage.basis(), self.phase.name)
        if self.standing.breached:
            self.strip = strip_of(account)
            self._sample(account.at)

    def _rearm(self) -> None:
        """The interval of equity, and the moment, up to which no rule has anything to say."""
        account = self.account
        if account is None:  # pragma: no cover
            return
        watch = watch_of(self.judges, interval=self.attended)
        clock, day = account.situation.clock, account.situation.day.day
        taking = clock.snapshot_of(account.situation.at) is not None  # each mark may be the one
        self.restless = watch.restless or taking or not self.fast
        self.calm_low, self.calm_high = watch.low, watch.high
        wakes = [day.end, *clock.snapshot_edges(day), *watch.timers]
        if self.standing.paused_until is not None:
            wakes.append(self.standing.paused_until)
        self.wake = min(each for each in wakes if each > account.situation.at)

    # -- passing -----------------------------------------------------------------------------
    def _try_to_pass(self) -> None:
        account, standing = self.account, self.standing
        if account is None or self.over:  # a breach of this very moment stands before the pass
            return
        if not self._goals_met():
            return
        if self.phase.promotion.flat_required and not account.situation.flat:
            return
        if standing.paused_until is not None or standing.held or not self._knowable():
            return
        if account.mismatches:  # the platform and we disagree: nobody passes on either figure
            return
        match self.phase.promotion.moment:
            # What a person reviews is a phase that is passed: the review is a gate before the next
            # account, and the gate is the firm's to open.
            case "at_once" | "after_manual_review":
                self._pass()
            case "after_day_reset":
                self.pass_due = True

    def _goals_met(self) -> bool:
        """Whether there is something to be reached, and all of it is; the first that is not is
        looked at and none behind it, for this is asked with every deal."""
        is_one = False
        for judge in self.judges:
            goal = judge.objective() if "objective" in judge.hears else None
            if goal is not None and goal.blocks != "payout":
                if not goal.met:
                    return False
                is_one = True
        return is_one

    def _pass(self) -> None:
        account = self.account
        if account is None:  # pragma: no cover
            return
        self.passed_at = account.at
        situation = account.situation
        name = verdict_id(situation.account, self.phase.name, "phase", situation.cause, 1)
        self.standing.verdicts.append(
            Verdict(
                id=name,
                rule="phase",
                outcome="pass",
                at=account.at,
                event=self.event_no,
                observed=situation.balance,
                limit=None,
                comparison=None,
                basis=self.coverage.basis(),
            )
        )

    def _knowable(self) -> bool:
        return self.coverage.known and not self.standing.uncertain

    def objectives(self) -> list[Objective]:
        return [goal for judge in self.judges if (goal := judge.objective()) is not None]

    @property
    def over(self) -> bool:
        return self.standing.breached or self.passed_at is not None

    # -- the outcome -------------------------------------------------------------------------
    def status(self) -> Status:
        """A proven breach stands whatever came later; doubt stands before every good outcome."""
        if self.standing.disputed:
            return "unknown"
        if self.standing.breached:
            ended_by = self.standing.verdicts[-1].rule
            ran_out = {
                each.terms.name
                for each in self.judges
                if each.terms.rule in {"time_limit", "inactivity"}
            }
            return "expired" if ended_by in ran_out else "breached"
        if self.passed_at is not None:
            return "passed"
        if not self._knowable():
            return "unknown"
        return "active" if self.standing.paused_until is None else "paused"

    def result(self) -> Evaluation:
        """The evaluation as of the last event. Raises ``UnusableHistory`` for an empty one."""
        if self.account is None:
            raise UnusableHistory(max(self.event_no, 1), "no account was opened")
        with exactly():
            self.account.refresh(self.event_no, self.account.situation.cause)
            self._sample(self.account.at)
            return evaluation_of(self, self.account)

    # -- small things ------------------------------------------------------------------------
    def _name(self, symbol: str) -> str | None:
        """The catalogue's name of a feed's symbol; None for one no position can depend on."""
        if symbol not in self._names:
            instrument = self.catalogue.find(symbol)
            self._names[symbol] = None if instrument is None else instrument.symbol
        return self._names[symbol]

    def _sample(self, at: int) -> None:
        account = self.account
        if account is None:
            return
        note_floors(account, self.judges)
        sample = account.take_window(at)
        if self.samples is not None and not (self.over and self.samples[-1:] == [sample]):
            self.samples.append(sample)


def evaluate(
    events: Iterable[Event],
    rulebook: Rulebook,
    *,
    phase: str,
    size: Decimal,
    catalogue: Catalogue,
    account: str | None = None,
    sampled: bool = False,
    conditions: Conditions | None = None,
) -> Evaluation:
    """Judge a whole history. Raises ``UnusableHistory`` naming the event that cannot be."""
    evaluator = Evaluator(
        rulebook,
        rulebook.phase(phase),
        size=size,
        catalogue=catalogue,
        account=account,
        sampled=sampled,
        conditions=conditions,
    )
    evaluator.feed(events)
    return evaluator.result()
