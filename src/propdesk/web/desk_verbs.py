"""What the desk can do to an account: for each verb when it is offered, what it does, and its form.

It must not do anything itself: ``act`` calls the one action of the verb.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.expire import expire
from propdesk.crm.challenges.actions.fail import fail
from propdesk.crm.challenges.actions.lift_suspension import lift_suspension
from propdesk.crm.challenges.actions.pause import pause
from propdesk.crm.challenges.actions.propose_rebinding import propose_rebinding
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.actions.reset import reset
from propdesk.crm.challenges.actions.resume import resume
from propdesk.crm.challenges.actions.retry import retry
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.actions.suspend import suspend
from propdesk.crm.challenges.actions.terminate import terminate
from propdesk.crm.challenges.binding import Binding
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Gate
from propdesk.crm.purchases.models import Order
from propdesk.crm.refusal import ActionRefused
from propdesk.web.desk_forms import (
    BalanceForm,
    BindingForm,
    GateForm,
    OrderForm,
    PositionsForm,
    SeenForm,
    WhyForm,
)

Said: TypeAlias = Mapping[str, Any]
Word: TypeAlias = str | Promise
WAITING = ("passed", "awaiting_kyc", "awaiting_contract")
HELD = ("suspended", "terminated")
RECORDED = _("Done, and recorded.")
LOST = ("failed", "expired", "ended")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One account of an enrolment, as the page of another one names it."""

    id: UUID
    account: UUID
    name: str
    attempt: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The account a page is of, with what it belongs to."""

    enrolment: Enrolment
    phase: EnrolmentPhase
    account: TradingAccount
    attempts: tuple[Attempt, ...]
    """All phases of the enrolment, this one among them, the first one first."""

    @property
    def is_newest(self) -> bool:
        """Whether the enrolment has no later account: what is done is done to the newest."""
        return self.attempts[-1].id == self.phase.pk

    @property
    def runs(self) -> bool:
        return self.is_newest and not self.phase.outcome

    @property
    def seen(self) -> str:
        return f"{self.enrolment.state}/{self.phase.pk}/{self.phase.outcome}/{self.account.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One thing that can be done. ``effects`` says what of each becomes."""

    word: Word
    action: str
    form: type[SeenForm]
    offered: Callable[[Subject], bool]
    act: Callable[[Subject, Said, Actor, datetime], object]
    effects: tuple[tuple[Word, Word], ...]
    tone: Literal["plain", "danger"] = "plain"
    done: Word = RECORDED
    opens: str = ""
    """To whom its page opens, where the action itself may also be a trader's."""


POSITIONS, CLOCKS, PAYOUT = _("Open positions"), _("Clocks"), _("Pending payout")
OTHERS, AGAIN, TRADER = _("Other accounts"), _("Buying again"), _("The trader")
UNTOUCHED, STAYS = _("not touched"), _("stays as it is, and waits")
AS_SAID = _("as you say below")


def _reset(on: Subject, said: Said, by: Actor, at: datetime) -> object:
    order = Order.objects.filter(reference=said["order"], person=on.enrolment.person_id).first()
    if order is None:
        raise ActionRefused("no_order", "The trader has no such order.")
    return reset(on.enrolment.pk, order.pk, by=by, at=at)


def _rebind(on: Subject, said: Said, by: Actor, at: datetime) -> object:
    names = tuple(each.strip() for each in said["add_ons"].split(",") if each.strip())
    binding = Binding(version=said["version"], add_ons=names, balance=said["balance"])
    return propose_rebinding(on.enrolment.pk, binding, by=by, at=at, reason=said["reason"])


VERBS: Mapping[str, Verb] = {
    "pause": Verb(
        word=_("Pause"),
        action="challenges.pause",
        form=WhyForm,
        offered=lambda on: (
            on.runs and on.account.status not in {"", "paused"} and on.enrolment.state not in HELD
        ),
        act=lambda on, said, by, at: pause(on.enrolment.pk, by=by, at=at, reason=said["reason"]),
        effects=(
            (POSITIONS, _("stay open; waiting orders are cancelled")),
            (TRADER, _("may only look, as soon as the engine says that it is paused")),
            (CLOCKS, _("time limit and inactivity stand: no day that is paused at all counts")),
            (PAYOUT, STAYS), (OTHERS, UNTOUCHED), (AGAIN, UNTOUCHED),
        ),
    ),
    "resume": Verb(
        word=_("Resume"),
        action="challenges.resume",
        form=WhyForm,
        offered=lambda on: (
            on.runs and on.account.status == "paused" and on.enrolment.state not in HELD
        ),
        act=lambda on, said, by, at: resume(on.enrolment.pk, by=by, at=at, reason=said["reason"]),
        effects=(
            (TRADER, _("may trade again, as soon as the engine says that it is active")),
            (CLOCKS, _("go on with the next trading day")),
        ),
    ),
    "suspend": Verb(
        word=_("Suspend"),
        action="challenges.suspend",
        form=PositionsForm,
        offered=lambda on: on.is_newest and on.enrolment.state not in HELD,
        act=lambda on, said, by, at: suspend(
            on.enrolment.pk, by=by, at=at, reason=said["reason"], positions=said["positions"]
        ),
        effects=(
            (POSITIONS, AS_SAID), (TRADER, _("may only look; waiting orders are cancelled")),
            (CLOCKS, _("stand, as with a pause; a pass meanwhile waits")),
            (PAYOUT, STAYS), (OTHERS, UNTOUCHED), (AGAIN, UNTOUCHED),
        ),
        tone="danger",
    ),
    "lift": Verb(
        word=_("Lift the suspension"),
        action="challenges.lift_suspension",
        form=WhyForm,
        offered=lambda on: on.is_newest and on.enrolment.state == "suspended",
        act=lambda on, said, by, at: lift_suspension(
            on.enrolment.pk, by=by, at=at, reason=said["reason"]
        ),
        effects=(
            (TRADER, _("may again what the account's status allows")),
            (CLOCKS, _("go on; what was passed meanwhile leads on")),
        ),
    ),
    "fail": Verb(
        word=_("Fail"),
        action="challenges.fail",
        form=PositionsForm,
        offered=lambda on: on.runs and on.enrolment.state in {"evaluating", "funded"},
        act=lambda on, said, by, at: fail(
            on.enrolment.pk, by=by, at=at, reason=said["reason"], positions=said["positions"]
        ),
        effects=(
            (POSITIONS, AS_SAID), (TRADER, _("may only look; no verdict is made up")),
            (PAYOUT, STAYS), (OTHERS, UNTOUCHED),
            (AGAIN, _("a reset may be bought, and two persons may reinstate it")),
        ),
        tone="danger",
    ),
    "terminate": Verb(
        word=_("Terminate"),
        action="challenges.terminate",
        form=PositionsForm,
        offered=lambda on: on.is_newest and on.enrolment.state != "terminated",
        act=lambda on, said, by, at: terminate(
            on.enrolment.pk, by=by, at=at, reason=said["reason"], positions=said["positions"]
        ),
        effects=(
            (POSITIONS, AS_SAID), (TRADER, _("may only look, for good")),
            (PAYOUT, STAYS), (OTHERS, UNTOUCHED),
            (AGAIN, _("another challenge may be bought; this one never goes on")),
        ),
        tone="danger",
    ),
    "expire": Verb(
        word=_("Expire"),
        action="challenges.expire",
        form=WhyForm,
        offered=lambda on: on.is_newest and on.enrolment.state in WAITING,
        act=lambda on, said, by, at: expire(on.enrolment.pk, by=by, at=at, reason=said["reason"]),
        effects=(
            (TRADER, _("the pass lapses: no next account is opened")),
            (AGAIN, _("another challenge may be bought")),
        ),
        tone="danger",
    ),
    "gate": Verb(
        word=_("Settle a gate"),
        action="challenges.settle_gate",
        form=GateForm,
        offered=lambda on: on.is_newest and on.enrolment.state not in HELD,
        act=lambda on, said, by, at: settle_gate(
            on.enrolment.pk, Gate(said["gate"]), by=by, at=at, reason=said["reason"]
        ),
        effects=(
            (TRADER, _("the next account is opened where no other gate is shut")),
            (OTHERS, _("identity and contract are settled for this enrolment alone")),
        ),
    ),
    "retry": Verb(
        word=_("Retry"),
        action="challenges.retry",
        form=SeenForm,
        offered=lambda on: (
            on.is_newest
            and on.phase.outcome in LOST
            and on.enrolment.state == "customer"
            and on.enrolment.retries_used < on.enrolment.version.programme.free_retries
        ),
        act=lambda on, _said, by, at: retry(on.enrolment.pk, by=by, at=at),
        opens="accounts.decide",
        effects=((TRADER, _("begins the phase anew in another account, without paying")),),
    ),
    "reset": Verb(
        word=_("Reset"),
        action="challenges.reset",
        form=OrderForm,
        offered=lambda on: (
            on.is_newest
            and on.phase.outcome != "passed"
            and on.enrolment.state in {"customer", "evaluating", "funded"}
        ),
        act=_reset,
        effects=(
            (POSITIONS, _("are closed, where the phase still runs")),
            (TRADER, _("begins the phase anew in another account, once for the order")),
        ),
        tone="danger",
    ),
    "reinstate": Verb(
        word=_("Propose to reinstate"),
        action="challenges.propose_reinstatement",
        form=BalanceForm,
        offered=lambda on: (
            on.is_newest and on.phase.outcome in LOST and on.enrolment.state == "customer"
        ),
        act=lambda on, said, by, at: propose_reinstatement(
            on.enrolment.pk, said["balance"], by=by, at=at, reason=said["reason"]
        ),
        effects=(
            (TRADER, _("goes on in another account with the balance you state, once another "
                       "person has approved it")),
            (CLOCKS, _("begin anew: peaks, floors, days done and the best day are not carried")),
            (OTHERS, _("the old account and its verdict stay as they are")),
        ),
        done=_("Proposed. Another person must approve it."),
    ),
    "rebind": Verb(
        word=_("Propose another version"),
        action="challenges.propose_rebinding",
        form=BindingForm,
        offered=lambda on: on.is_newest and on.enrolment.state not in HELD,
        act=_rebind,
        effects=(
            (TRADER, _("is told what changes and why, once another person has approved it")),
            (CLOCKS, _("the running account is judged to its end by its own version; with a "
                       "balance it is closed and the phase begins anew at once")),
        ),
        done=_("Proposed. Another person must approve it."),
    ),
}  # fmt: skip
