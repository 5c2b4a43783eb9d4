"""What violations cost: effects become verdicts and the account's standing.

One place decides it, so that a rule never does. Hard goes before soft on the same event.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from propdesk.domain.clock import local_instant
from propdesk.domain.evaluation import Basis, Verdict
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Judge, Violation
from propdesk.domain.situation import Situation
from propdesk.domain.terms import Effect, RuleTerms
from propdesk.domain.values import value

AnyJudge = Judge[RuleTerms]


@value(frozen=True, slots=True)
class Ending:
    """The verdict that ends an account: its outcome, and the how manieth of its rule it is."""

    outcome: str
    occurrence: int


@dataclass(slots=True)
class Standing:
    """Where the account stands by the verdicts so far."""

    breached: bool = False
    payable_percent: Decimal | None = None  # of the remaining profit, after a breach
    paused_until: int | None = None
    reset_requested: bool = False
    demoted: bool = False
    review: bool = False
    payout_denied: bool = False
    payout_delay_days: int = 0
    uncertain: dict[str, str] = field(default_factory=dict)  # rule → why it cannot be known
    disputed: bool = False
    """A verdict was written that could not be explained: a person decides what holds."""
    strikes: Counter[str] = field(default_factory=Counter)
    occurrences: Counter[str] = field(default_factory=Counter)
    verdicts: list[Verdict] = field(default_factory=list)
    _said: set[tuple[str, str, date]] = field(default_factory=set)
    _taken: dict[tuple[str, str], Decimal] = field(default_factory=dict)  # profit, by trade

    @property
    def held(self) -> bool:
        """Whether a reset, a demotion or a person's review must come before any pass."""
        return self.reset_requested or self.demoted or self.review

    def decide(
        self,
        found: list[tuple[AnyJudge, Violation]],
        situation: Situation,
        basis: Basis,
        phase: str,
    ) -> None:
        """Turn the violations of one event into verdicts and standing."""
        hard = [each for each in found if self._is_hard(*each)]
        for judge, violation in hard or found:
            if self.breached:
                return
            if violation.certainty == "proven":
                self._apply(judge, violation, situation, basis, phase)
            else:
                self._doubt(judge, violation, situation, basis, phase)

    def _is_hard(self, judge: AnyJudge, violation: Violation) -> bool:
        if violation.certainty != "proven":
            return False
        effect = self._effect(judge, violation, self.occurrences[judge.terms.name] + 1)
        if effect.kind == "strike" and effect.then is not None and effect.of is not None:
            return self.strikes[judge.terms.name] + 1 >= effect.of and effect.then.hard
        return effect.hard

    def ends_by(self, judge: AnyJudge) -> Ending | None:
        """What a proven violation of this rule, the next one, says and does, where it says one
        thing and the account is over by it."""
        occurrence = self.occurrences.get(judge.terms.name, 0) + 1
        effects = judge.terms.effects
        effect = effects[min(occurrence, len(effects)) - 1]
        return Ending(effect.kind, occurrence) if effect.hard and not effect.also else None

    @staticmethod
    def _effect(judge: AnyJudge, violation: Violation, occurrence: int) -> Effect:
        effects = judge.terms.effects if violation.effects is None else violation.effects
        return effects[min(occurrence, len(effects)) - 1]

    def _apply(
        self,
        judge: AnyJudge,
        violation: Violation,
        situation: Situation,
        basis: Basis,
        phase: str,
    ) -> None:
        name = judge.terms.name
        if violation.effects is None:
            self.occurrences[name] += 1
        effect = self._effect(judge, violation, max(1, self.occurrences[name]))
        self._say(effect.kind, judge, violation, situation, basis, phase)
        if effect.kind == "strike":
            self.strikes[name] += 1
            if effect.then is None or effect.of is None or self.strikes[name] < effect.of:
                return
            effect = effect.then
            self._say(effect.kind, judge, violation, situation, basis, phase)
        for each in (effect, *effect.also):
            if each is not effect:
                self._say(each.kind, judge, violation, situation, basis, phase)
            self._take(each, violation, situation)

    def _take(self, effect: Effect, violation: Violation, situation: Situation) -> None:
        match effect.kind:
            case "fail":
                self.breached = True
            case "fail_but_payable":
                self.breached = True
                self.payable_percent = effect.percent
            case "pause_until":
                self.paused_until = pause_end(effect, situation)
            case "penalty":
                situation.split_override = effect.percent
            case "profit_adjust":
                situation.excluded += self._newly_excluded(violation, effect.factor or ZERO)
            case "payout_denied":
                self.payout_denied = True
            case "payout_delayed":
                self.payout_delay_days += effect.days or 0
            case "reset_account":
                self.reset_requested = True
            case "demote_stage":
                self.demoted = True
            case "manual_review":
                self.review = True
            case "flatten" | "close_position" | "warn" | "strike" | "target_raised":
                pass  # a command, a message or a figure: the verdict itself says it

    def _newly_excluded(self, violation: Violation, factor: Decimal) -> Decimal:
        """Profit that stops counting: wins lose ``1 − factor`` of themselves, losses count in full.

        Of rules that take the same trade's profit the harshest does; none takes it again.
        """
        if violation.excess is not None:
            return violation.excess * (1 - factor)
        total = ZERO
        for trade in violation.trades:
            key = (trade.position, trade.id)
            before = self._taken.get(key, ZERO)
            self._taken[key] = max(before, trade.net * (1 - factor))
            total += self._taken[key] - before
        return total

    def _doubt(
        self,
        judge: AnyJudge,
        violation: Violation,
        situation: Situation,
        basis: Basis,
        phase: str,
    ) -> None:
        name = judge.terms.name
        key = (name, violation.certainty, situation.day.day.label)
        why = violation.detail.get("reason", "the prices known allow it, and do not prove it")
        self.uncertain.setdefault(name, why)
        if key not in self._said:
            self._said.add(key)
            self._say(violation.certainty, judge, violation, situation, basis, phase)

    def _say(
        self,
        outcome: str,
        judge: AnyJudge,
        violation: Violation,
        situation: Situation,
        basis: Basis,
        phase: str,
    ) -> None:
        name = judge.terms.name
        self.verdicts.append(
            Verdict(
                id=self._id(situation, phase, name),
                rule=name,
                outcome=outcome,
                at=situation.at,
                event=situation.event_no,
                observed=violation.observed,
                limit=violation.limit,
                comparison=violation.comparison,
                basis=basis,
                evidence=dict(violation.detail),
            )
        )

    def _id(self, situation: Situation, phase: str, rule: str) -> str:
        """One violation may say several things (a pause, and flatten): each has its own name."""
        said = set()
        for verdict in reversed(self.verdicts):  # one cause is of one moment
            if verdict.at != situation.at:
                break
            said.add(verdict.id)
        words = (situation.account, phase, rule, situation.cause, self.occurrences[rule])
        turn = 1
        while (name := verdict_id(*words, turn=turn)) in said:
            turn += 1
        return name


def verdict_id(
    account: str, phase: str, rule: str, cause: str, occurrence: int, *, turn: int = 1
) -> str:
    """A verdict's name: never a log position, so that a replay gives the same one."""
    words = [account, phase, rule, cause, str(occurrence)]
    text = "\x1f".join(words if turn == 1 else [*words, str(turn)])
    return sha256(text.encode()).hexdigest()[:32]


def pause_end(effect: Effect, situation: Situation) -> int:
    """The moment a pause ends: the next reset, the first day of the next month, or n days on."""
    day = situation.day.day
    if effect.until == "next_day":
        return day.end
    clock = situation.clock
    if effect.until == "days":
        local = clock.wall(situation.at).date() + timedelta(days=effect.days or 0)
        return local_instant(local, clock.reset, clock.zone)
    first = (day.label.replace(day=1) + timedelta(days=32)).replace(day=1)
    starts = first - timedelta(days=1) if clock.label_end else first
    return local_instant(starts, clock.reset, clock.zone)


def strikes_of(standing: Standing) -> Mapping[str, int]:
    return dict(sorted(standing.strikes.items()))
