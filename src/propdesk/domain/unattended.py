"""An account that is not asked at every quote: what must be watched meanwhile, and catching up.

Whoever watches (the engine's kernel) keeps the sums this names, tells their extremes, and asks
when one of them leaves its interval. It must not decide anything: the evaluator does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from decimal import Decimal

from propdesk.domain.consequences import AnyJudge, Ending, verdict_id
from propdesk.domain.evaluation import Verdict
from propdesk.domain.evaluator import FOREVER, Evaluator
from propdesk.domain.events import Event
from propdesk.domain.exact import exactly
from propdesk.domain.foretold import Foretold
from propdesk.domain.judging import Calm, PartCalm
from propdesk.domain.situation import Span
from propdesk.domain.values import value


@value(frozen=True, slots=True)
class LastWord:
    """A limit that ends the account, and what it will say."""

    rule: str
    foretold: Foretold
    ending: Ending


@value(frozen=True, slots=True)
class Arming:
    """What must be watched until the account is next asked.

    ``always``: ask at every quote of its symbols, no interval can be named. ``trails``: bounds
    that rise with equity, each beside the fixed ones. ``priced``: whether open profit is in
    equity, so that quotes move it. ``wake``: ask before anything at or after this moment.
    ``last_words``: the limits on equity one of which ends the account, in the order in which they
    are asked: the first that is reached says the only verdict, as long as no other bound is left.
    """

    wake: int = FOREVER
    always: bool = False
    priced: bool = True
    low: Decimal | None = None
    high: Decimal | None = None
    trails: tuple[Calm, ...] = ()
    parts: tuple[PartCalm, ...] = ()
    last_words: tuple[LastWord, ...] = ()


@value(frozen=True, slots=True)
class Seen:
    """Between which values things moved since the account was armed.

    ``parts`` in the order of the arming. ``worst``: the lowest floating profit by position.
    """

    equity: Span | None
    parts: Sequence[Span] = ()
    worst: Mapping[str, Decimal] = field(default_factory=dict)


class Unattended:
    """One account's evaluator, driven by somebody who watches its bounds."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        evaluator.attended = False
        self._parts: list[tuple[AnyJudge, int]] = []

    def arm(self) -> Arming:
        """What to watch from here on. No bounds, once the phase is over: only figures go on."""
        evaluator, account = self.evaluator, self.evaluator.account
        self._parts.clear()
        if account is None:
            return Arming()
        reported = account.reads_reports and account.reported is not None
        priced = account.floats and not reported
        if evaluator.over:
            return Arming(wake=evaluator.wake, priced=priced)
        always = evaluator.restless or bool(account.worth.unknown)
        lows: list[Decimal] = []
        highs: list[Decimal] = []
        trails: list[Calm] = []
        parts: list[PartCalm] = []
        for judge in evaluator.judges:
            if not judge.watches_marks:
                continue
            watches = judge.watches()
            self._parts.append((judge, len(watches.parts)))
            parts += watches.parts
            calm = watches.equity
            if calm.trail is not None:
                trails.append(calm)
            elif calm.low is not None:
                lows.append(calm.low)
            if calm.high is not None:
                highs.append(calm.high)
        low, high = max(lows, default=None), min(highs, default=None)
        equity = account.worth_now()
        if equity is not None:  # outside its own interval, or at its end: each quote counts
            always = always or (low is not None and equity.low <= low)
            always = always or (high is not None and equity.high >= high)
        return Arming(
            wake=evaluator.wake,
            always=always,
            priced=priced,
            low=low,
            high=high,
            trails=tuple(trails),
            parts=tuple(parts),
            last_words=self.last_words() if priced and not always else (),
        )

    def last_words(self) -> tuple[LastWord, ...]:
        """The limits that may end the account at a quote; none where another rule might, too."""
        standing = self.evaluator.standing
        found = []
        for judge in self.evaluator.judges:
            if not judge.watches_marks or not judge.terms.may_end:
                continue  # what does not end the account is not said beside what does
            told = judge.foretell()
            if told == "nothing":
                continue
            ending = standing.ends_by(judge)
            if told == "unsure" or ending is None:
                return ()
            found.append(LastWord(judge.terms.name, told, ending))
        return tuple(found)

    def foretold(
        self, words: Sequence[LastWord], at: int, symbol: str, equity: Decimal, highest: Decimal
    ) -> Verdict | None:
        """What will be said of a quote that makes the account worth ``equity``, and ends it.

        ``words`` as of the last arming or settling, ``highest`` as of all quotes since. None:
        none of them is reached. Nothing is changed by asking; the event has no number yet.
        """
        evaluator, account = self.evaluator, self.evaluator.account
        if account is None:
            return None
        for word in words:
            violation = word.foretold.violation(equity, highest)
            if violation is None:
                continue
            name, cause, turn = word.rule, f"quote:{symbol}:{at}", word.ending.occurrence
            phase = evaluator.phase.name
            return Verdict(
                id=verdict_id(account.situation.account, phase, name, cause, turn),
                rule=name,
                outcome=word.ending.outcome,
                at=max(account.at, at),
                event=0,
                observed=violation.observed,
                limit=violation.limit,
                comparison=violation.comparison,
                basis=evaluator.coverage.basis_by_quotes(),
                evidence=violation.detail,
            )
        return None

    def settle(self, seen: Seen) -> None:
        """Catch up with the quotes since the account was armed, none of which needed asking."""
        account = self.evaluator.account
        if account is None:
            return
        with exactly():
            account.worth.catch_up(seen.worst)
            equity = seen.equity
            if equity is None:
                return
            account.window_low = min(account.window_low, equity.low)
            account.window_high = max(account.window_high, equity.high)
            first = 0
            for judge, count in self._parts:
                judge.catch_up(equity, seen.parts[first : first + count])
                first += count

    def quote(self, at: int, symbol: str) -> None:
        """Judge the account at a quote that was settled already."""
        evaluator, account = self.evaluator, self.evaluator.account
        if account is None:
            return
        account.at = max(account.at, at)
        worth = account.worth
        if worth.unknown and not evaluator.looks_at_parts and worth.missing() == account.missing:
            return  # nothing is known that was not, and nothing forgotten
        with exactly():
            evaluator.event_no += 1
            evaluator.mark(f"quote:{symbol}:{at}")

    def wake(self, at: int) -> None:
        """Roll the days and ring the timers up to and including ``at``."""
        if at >= self.evaluator.wake:
            with exactly():
                self.evaluator.wake_at(at)

    def feed(self, events: Sequence[Event]) -> None:
        """Apply one moment's events. Raises ``UnusableHistory`` for what cannot be."""
        self.evaluator.feed(events)
