"""Take in what the engine said: copies, time lines, statuses, and what follows, with the offset.

Each record once: whoever comes with another offset than the one kept is refused. Nothing here is
in the audit: the log, which proves more, is the source.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from propdesk.crm.accounts.held_verdicts import (
    ENDING,
    HELD,
    HELD_RIGHTS,
    Waits,
    held_source,
    over_by,
    waits_with,
    why_held,
)
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.locks import locked
from propdesk.crm.accounts.many_rows import write_events, write_statuses, write_verdicts
from propdesk.crm.accounts.messages import (
    credentials_notice,
    notice_message,
    rights_message,
    steps_of,
)
from propdesk.crm.accounts.models import (
    NOT_JUDGED,
    AccountEvent,
    AccountVerdict,
    Case,
    CaseKind,
    EventKind,
    Hold,
    PlatformCredentials,
    StreamPosition,
    TradingAccount,
)
from propdesk.crm.accounts.paid_out import last_paid
from propdesk.crm.accounts.what_follows import (
    blocked_by,
    can_become,
    ends,
    of_correction,
    of_forbidden_status,
    of_outcome,
    of_status,
    rights_of,
    status_of,
)
from propdesk.crm.outbox.actions.enqueue_messages import Message, enqueue_messages
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.evaluation import Status
from propdesk.domain.instants import datetime_of
from propdesk.wire.log_records import (
    DeadLetter,
    EngineRecord,
    StatusChanged,
    VerdictCorrected,
    VerdictSaid,
)

_STANDING = "SELECT * FROM accounts_hold WHERE account_id = ANY(%s) AND lifted_at IS NULL"


class OtherPlace(Exception):
    """Somebody else has taken in this stream further. The caller reads its place anew."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record of a stream of verdicts; ``said`` None: its bytes cannot be read."""

    offset: int
    key: str
    said: EngineRecord | None


@dataclass(frozen=True, slots=True)
class StatusRead:
    """That an account's status became another one; for whoever goes on from it."""

    account: TradingAccount
    old: str
    at: datetime


@dataclass(slots=True)
class _Taken:
    """What one batch amounts to, written at its end in a few statements."""

    now: datetime
    stream: str
    accounts: Mapping[str, TradingAccount]
    holds: Mapping[UUID, list[Hold]]
    paid: Mapping[str, datetime]
    """By name, when an account that is said to have failed was paid last."""
    credited: frozenset[UUID]
    """Accounts nobody judged yet whose credentials are there."""
    held: list[Hold] = field(default_factory=list)
    """Of verdicts that wait for a person from now on."""
    enforced: set[str] = field(default_factory=set)
    """The names of those that failed by what does not wait."""
    changed: dict[str, TradingAccount] = field(default_factory=dict)
    events: list[AccountEvent] = field(default_factory=list)
    verdicts: list[AccountVerdict] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    statuses: list[StatusRead] = field(default_factory=list)

    def event(
        self, account: TradingAccount, at: datetime, kind: EventKind, word: str, source: str,
        **detail: object,
    ) -> None:  # fmt: skip
        self.events.append(
            AccountEvent(
                account=account, at=at, recorded_at=self.now, kind=kind, word=word,
                detail=detail, source=source,
            )
        )  # fmt: skip

    def case(self, account: TradingAccount, kind: CaseKind, source: str, **detail: object) -> None:
        """A person must look; the desk is told."""
        self.cases.append(
            Case(
                id=uuid7(self.now), account=account, kind=kind, source=source,
                opened_at=self.now, detail=detail,
            )
        )  # fmt: skip
        self.notice(account, "case", f"{kind}/{source}", kind=kind, **detail)

    def has_case(self, account: TradingAccount, kind: CaseKind) -> bool:
        """Whether a person looks at this of the account already."""
        return any(each.account is account and each.kind == kind for each in self.cases) or (
            Case.objects.filter(account=account, kind=kind, closed_at=None).exists()
        )

    def notice(self, account: TradingAccount, notice: str, source: str, **detail: object) -> None:
        key = key_of(account.engine_account, "notice", notice, source)
        self.messages.append(notice_message(account, notice, detail, key))


def last_taken_in(stream: str) -> int:
    """The offset up to which a stream is taken in."""
    found = StreamPosition.objects.filter(stream=stream).values_list("offset", flat=True).first()
    return found or 0


def take_in_records(
    stream: str, after: int, records: Sequence[Read], now: datetime
) -> Sequence[StatusRead]:
    """Apply the records behind ``after`` in the caller's transaction, and say whose status changed.

    Raises ``OtherPlace``, and nothing is written then. Accounts that are not the firm's (those of
    a replay) are passed over.
    """
    _move(stream, after, records[-1].offset)
    names = (getattr(each.said, "account", None) for each in records)
    accounts = locked(name for name in names if name)
    failed = (each.said for each in records if isinstance(each.said, VerdictSaid))
    paid = last_paid(each.account for each in failed if each.outcome in ENDING)
    holds, credited = _holds_of(accounts.values()), _credited(accounts.values())
    taken = _Taken(now, stream, accounts, holds, paid, credited)
    for each in records:
        _take(taken, each)
    _write(taken)
    return taken.statuses


def _move(stream: str, after: int, upto: int) -> None:
    """Raises ``OtherPlace``."""
    place = StreamPosition.objects.filter(stream=stream, offset=after)
    if place.update(offset=upto):
        return
    _, is_new = StreamPosition.objects.get_or_create(stream=stream)
    if not is_new or not place.update(offset=upto):
        raise OtherPlace(f"{stream} is not at {after} any more")


def _take(taken: _Taken, read: Read) -> None:
    account = taken.accounts.get(getattr(read.said, "account", None) or "")
    if account is None:
        return
    account.log_stream, account.log_offset = taken.stream, read.offset
    taken.changed[account.engine_account] = account
    match read.said:
        case VerdictSaid() as verdict:
            _verdict(taken, account, verdict)
        case VerdictCorrected() as correction:
            _correction(taken, account, correction, read.key)
        case StatusChanged() as status:
            _status(taken, account, status, read.key)
        case DeadLetter() as letter:
            source = f"{letter.stream}/{letter.offset}"
            taken.event(
                account, taken.now, EventKind.DEAD_LETTER, "unreadable", source,
                reason=letter.reason,
            )  # fmt: skip
            taken.case(account, CaseKind.UNREADABLE, source, reason=letter.reason)


# --- verdicts --------------------------------------------------------------------------------
def _verdict(taken: _Taken, account: TradingAccount, said: VerdictSaid) -> None:
    at = datetime_of(said.at)
    taken.verdicts.append(
        AccountVerdict(
            id=said.id, account=account, phase=said.phase, rule=said.rule, outcome=said.outcome,
            at=at, observed=said.observed or "", limit=said.limit or "",
            comparison=said.comparison or "", basis=said.basis, evidence=dict(said.evidence),
            offset=said.offset, tick=said.tick, replaces=said.replaces or "",
        )
    )  # fmt: skip
    taken.event(
        account, at, EventKind.VERDICT, said.outcome, said.id,
        rule=said.rule, observed=said.observed, limit=said.limit,
    )  # fmt: skip
    waits = _waits(taken, account, said, at)
    if waits is not None:
        _hold(taken, account, said, at, waits)
        return
    if said.outcome in ENDING:
        taken.enforced.add(account.engine_account)
        if account.status in {"passed", "expired"}:  # the case tells of it: nothing is done
            return
    follows = of_outcome(said.outcome)
    if follows.steps:
        _command(taken, account, at, follows.steps, said.id)
    if follows.notice:
        taken.notice(
            account, follows.notice, said.id, verdict=said.id, phase=said.phase, rule=said.rule,
            at=at.isoformat(), observed=said.observed, limit=said.limit, basis=said.basis,
        )  # fmt: skip
    if follows.case is not None:
        taken.case(account, follows.case, said.id, rule=said.rule, outcome=said.outcome)


def _waits(taken: _Taken, account: TradingAccount, said: VerdictSaid, at: datetime) -> Waits | None:
    """Why what the verdict asks for is not commanded; None: it is, or its phase is over."""
    status = status_of(account.status)
    if status is None or ends(status):
        return None
    paid_at = taken.paid.get(account.engine_account)
    return why_held(said.rule, said.outcome, at, taken.holds[account.pk], paid_at)


def _hold(
    taken: _Taken, account: TradingAccount, said: VerdictSaid, at: datetime, waits: Waits
) -> None:
    """Nothing is cancelled, closed or ended; the trader may close and no more until a person has
    decided. What only closes positions leaves the rights as they are."""
    detail = {
        "verdict": said.id, "rule": said.rule, "outcome": said.outcome, "observed": said.observed,
        "limit": said.limit, "at": at.isoformat(), "held": waits.why, "by": waits.by,
    }  # fmt: skip
    taken.case(account, waits.case, said.id, **detail)
    if said.outcome == "flatten":
        return
    hold = Hold(
        id=uuid7(taken.now), account=account, reason=HELD, rights=HELD_RIGHTS, set_at=taken.now,
        source=held_source(said.outcome, said.id),
    )  # fmt: skip
    taken.held.append(hold)
    taken.holds[account.pk].append(hold)
    _settle(taken, account, at, said.id)
    taken.notice(account, "verdict_held", said.id, phase=said.phase, basis=said.basis, **detail)


def _release(
    taken: _Taken, account: TradingAccount, over: Sequence[Hold], at: datetime, key: str
) -> None:
    """A lock that was held is over by itself."""
    for hold in over:
        hold.lifted_at = taken.now
    Hold.objects.filter(pk__in=[each.pk for each in over]).update(lifted_at=taken.now)
    taken.holds[account.pk][:] = [each for each in taken.holds[account.pk] if each not in over]
    _settle(taken, account, at, key)


def _settle(taken: _Taken, account: TradingAccount, at: datetime, cause: str) -> None:
    """What the holds of an account leave, where its status stays."""
    status = status_of(account.status)
    if status is not None:
        reasons = [each.reason for each in taken.holds[account.pk]]
        account.blocked_by = blocked_by(status, reasons)
        _rights(taken, account, status, at, cause)


def _command(
    taken: _Taken, account: TradingAccount, at: datetime, steps: Iterable[str], cause: str
) -> None:
    made = steps_of(account, steps, cause)
    taken.messages += made
    for each in made:
        taken.event(account, at, EventKind.COMMAND, each.name, str(each.key), cause=cause)


def _correction(taken: _Taken, account: TradingAccount, said: VerdictCorrected, key: str) -> None:
    """Nothing is undone by it: what was done stands until a person decides."""
    detail = {
        "verdict": said.id, "rule": said.rule, "outcome": said.outcome, "why": said.why,
        "replaced_by": said.replaced_by, "observed": said.observed, "limit": said.limit,
    }  # fmt: skip
    taken.event(account, datetime_of(said.at), EventKind.CORRECTION, said.outcome, key, **detail)
    taken.notice(account, "correction", key, **detail)
    kind = of_correction(said.outcome, said.replaced_by)
    if kind is not None:
        taken.case(account, kind, key, **detail)


# --- statuses --------------------------------------------------------------------------------
def _status(taken: _Taken, account: TradingAccount, said: StatusChanged, key: str) -> None:
    at, old = datetime_of(said.at), account.status
    holds = taken.holds[account.pk]
    over = over_by(said.status, holds)
    if over:
        _release(taken, account, over, at, key)
    if said.status == old:
        return
    if waits_with(said.status, holds) and account.engine_account not in taken.enforced:
        taken.event(account, at, EventKind.CORRECTION, said.status, key, stays=old, held=True)
        return
    new = status_of(said.status)
    if new is None or not can_become(old, new):
        taken.event(account, at, EventKind.CORRECTION, said.status, key, stays=old)
        kind = of_forbidden_status(old, said.status)
        if not taken.has_case(account, kind):
            taken.case(account, kind, key, stays=old, said=said.status)
        return
    # After this point the account has the status.
    follows = of_status(new)
    account.status, account.status_at = new, at
    account.ended_at = at if ends(new) else None
    reasons = [hold.reason for hold in taken.holds[account.pk]]
    account.blocked_by, account.blocked_why = blocked_by(new, reasons), ""
    taken.event(account, at, EventKind.STATUS, new, key, old=old)
    _command(taken, account, at, follows.steps, key)
    _rights(taken, account, new, at, key)
    if follows.notice:
        taken.notice(account, follows.notice, key, at=at.isoformat(), phase=said.phase)
    if old == NOT_JUDGED and account.pk in taken.credited:
        taken.messages.append(credentials_notice(account))
    taken.statuses.append(StatusRead(account, old, at))


def _rights(
    taken: _Taken, account: TradingAccount, status: Status, at: datetime, cause: str
) -> None:
    """Command what the trader may do from here on, where it is another thing than before."""
    wanted = rights_of(status, *(hold.rights for hold in taken.holds[account.pk]))
    if wanted == account.rights_wanted and not ends(status):
        return
    account.rights_wanted = wanted
    message = rights_message(account, wanted, cause)
    taken.messages.append(message)
    taken.event(
        account, at, EventKind.COMMAND, message.name, str(message.key), cause=cause, rights=wanted
    )


# --- writing ---------------------------------------------------------------------------------
def _write(taken: _Taken) -> None:
    write_statuses(taken.changed.values())
    write_verdicts(taken.verdicts)
    Hold.objects.bulk_create(taken.held, ignore_conflicts=True)
    Case.objects.bulk_create(taken.cases, ignore_conflicts=True)
    write_events(taken.events)
    enqueue_messages(taken.messages, taken.now)


def _credited(accounts: Iterable[TradingAccount]) -> frozenset[UUID]:
    new = [each.pk for each in accounts if each.status == NOT_JUDGED]
    if not new:
        return frozenset()
    rows = PlatformCredentials.objects.filter(account__in=new)
    return frozenset(rows.values_list("account", flat=True))


def _holds_of(accounts: Iterable[TradingAccount]) -> Mapping[UUID, list[Hold]]:
    found: dict[UUID, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.raw(_STANDING, [[each.pk for each in accounts]]):
        found[hold.account_id].append(hold)
    return found
