"""What a measure does to each account, and how it is undone: rows of the caller's transaction.

Each account stands for itself: what is refused for one is kept as that, and stops no other. It must
not decide who may.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.held_verdicts import RULE_SUSPENDED, suspension_source
from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.accounts.messages import command_message, notice_message
from propdesk.crm.accounts.models import Hold, TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.pause import pause
from propdesk.crm.challenges.actions.reinstate import reinstate
from propdesk.crm.challenges.actions.resume import resume
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.incidents.models import Effect, Measure, MeasureKind
from propdesk.crm.outbox.actions.enqueue_messages import Message, enqueue_messages
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.platform import AdjustBalance, Rights

Doer: TypeAlias = Callable[[Measure, TradingAccount, Actor, datetime], str]
"""Does it to one account, and says by what (a proposal, a command); raises ``ActionRefused``."""


def do_to_each(
    measure: Measure, accounts: Iterable[UUID], *, by: Actor, at: datetime
) -> tuple[int, int]:
    """Do it; for how many it was done, and for how many refused."""
    return _each(_DOERS[MeasureKind(measure.kind)], measure, accounts, by, at, is_undoing=False)


def undo_for_each(measure: Measure, *, by: Actor, at: datetime) -> tuple[int, int]:
    """Take back what was done, for those it was done for."""
    done = measure.effects.filter(is_undoing=False, refused="").values_list("account", flat=True)
    return _each(_UNDOERS[MeasureKind(measure.kind)], measure, done, by, at, is_undoing=True)


def _each(
    act: Doer, measure: Measure, accounts: Iterable[UUID], by: Actor, at: datetime, *,
    is_undoing: bool,
) -> tuple[int, int]:  # fmt: skip
    effects = []
    for account in locked_ids(accounts):
        refused = source = ""
        try:
            with transaction.atomic():
                source = act(measure, account, by, at)
        except ActionRefused as error:
            refused = error.sentence
        effects.append(
            Effect(
                measure=measure, account=account, at=at, is_undoing=is_undoing, refused=refused,
                source=source,
            )
        )  # fmt: skip
    Effect.objects.bulk_create(effects)
    lost = sum(bool(each.refused) for each in effects)
    return len(effects) - lost, lost


def line(measure: Measure, account: TradingAccount, action: str, at: datetime) -> None:
    """A line on the account's time line; the measure is its source."""
    detail = {"incident": measure.incident.reference, "title": measure.incident.title}
    note_action(account, action, at, measure.pk, {**detail, **measure.terms})


def enrolment_of(account: TradingAccount) -> UUID:
    """Whose last account it is. Raises ``ActionRefused`` where another goes on in its place."""
    phase = EnrolmentPhase.objects.filter(account=account).first()
    if phase is None:
        raise ActionRefused("no_enrolment", "No enrolment has this account.")
    newest = EnrolmentPhase.objects.filter(enrolment=phase.enrolment_id)
    if newest.order_by("-started_at", "-id")[0].pk != phase.pk:
        raise ActionRefused("succeeded", "Another account goes on in its place.")
    return phase.enrolment_id


# --- rules -----------------------------------------------------------------------------------
def _suspend(measure: Measure, account: TradingAccount, by: Actor, at: datetime) -> str:
    del by
    if account.ended_at is not None:
        raise ActionRefused("over", "Its phase is over.")
    for rule in measure.terms["rules"]:
        Hold.objects.get_or_create(
            account=account, reason=RULE_SUSPENDED, source=suspension_source(measure.pk, rule),
            lifted_at=None, defaults={"id": uuid7(at), "rights": Rights.TRADE, "set_at": at},
        )  # fmt: skip
    line(measure, account, "incidents.suspend_rules", at)
    return ""


def _let_count(measure: Measure, account: TradingAccount, by: Actor, at: datetime) -> str:
    del by
    sources = [suspension_source(measure.pk, rule) for rule in measure.terms["rules"]]
    standing = account.holds.filter(reason=RULE_SUSPENDED, source__in=sources, lifted_at=None)
    standing.update(lifted_at=at)
    line(measure, account, "incidents.let_rules_count", at)
    return ""


# --- verdicts and money ----------------------------------------------------------------------
def _reinstate(measure: Measure, account: TradingAccount, by: Actor, at: datetime) -> str:
    """By the proposal that was made for it: its own action approves it and does it."""
    approval = measure.terms["proposals"].get(str(account.pk))
    if approval is None:
        raise ActionRefused("not_proposed", measure.terms["refused"].get(str(account.pk), ""))
    opened = reinstate(UUID(approval), by=by, at=at)
    line(measure, account, "incidents.reinstate", at)
    return opened.account.engine_account


def _credit(measure: Measure, account: TradingAccount, by: Actor, at: datetime) -> str:
    del by
    terms = measure.terms
    if account.currency != terms["currency"]:
        raise ActionRefused("other_currency", f"Its currency is {account.currency}.")
    if account.ended_at is not None or account.opened_at is None:
        raise ActionRefused("over", "Its phase does not run.")
    command = AdjustBalance("", account.login, Decimal(terms["amount"]), "correction")
    key = key_of(account.engine_account, "incident", str(measure.pk))
    amount = f"{terms['amount']} {account.currency}"
    told = _notice(measure, account, "incident_credit", amount=amount)
    enqueue_messages([command_message(account, command, key), told], at)
    line(measure, account, "incidents.credit", at)
    return str(key)


# --- clocks and words ------------------------------------------------------------------------
def _pause(measure: Measure, account: TradingAccount, by: Actor, at: datetime) -> str:
    pause(enrolment_of(account), by=by, at=at, reason=measure.reason)
    return ""


def _resume(measure: Measure, account: TradingAccount, by: Actor, at: datetime) -> str:
    resume(enrolment_of(account), by=by, at=at, reason=measure.reason)
    return ""


def _notify(measure: Measure, account: TradingAccount, by: Actor, at: datetime) -> str:
    del by
    text = measure.terms.get("text") or measure.incident.told
    enqueue_messages([_notice(measure, account, "incident", reason=text)], at)
    line(measure, account, "incidents.notify", at)
    return ""


def _notice(measure: Measure, account: TradingAccount, notice: str, **said: str) -> Message:
    incident = measure.incident
    detail = {
        "incident": incident.reference, "title": incident.title, "reason": measure.reason, **said,
    }  # fmt: skip
    key = key_of(account.engine_account, "notice", notice, str(measure.pk))
    return notice_message(account, notice, detail, key)


_DOERS: Final[Mapping[MeasureKind, Doer]] = {
    MeasureKind.SUSPEND_RULES: _suspend,
    MeasureKind.REINSTATE: _reinstate,
    MeasureKind.CREDIT: _credit,
    MeasureKind.PAUSE: _pause,
    MeasureKind.NOTIFY: _notify,
}
_UNDOERS: Final[Mapping[MeasureKind, Doer]] = {
    MeasureKind.SUSPEND_RULES: _let_count,
    MeasureKind.PAUSE: _resume,
}
