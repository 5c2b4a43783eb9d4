"""The opening of a phase's account: its rows and the command to the platform, in the caller's
transaction. It must not decide whether a phase may begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from propdesk.crm.accounts.enrolling import enrolment_of
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import command_message
from propdesk.crm.accounts.models import AccountEvent, EventKind, TradingAccount
from propdesk.crm.catalog.models import ProgrammeVersion
from propdesk.crm.catalog.versions import loaded
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, PhasePlace
from propdesk.crm.outbox.actions.enqueue import enqueue
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.rulebook import Phase
from propdesk.ports.platform import CreateAccount
from propdesk.wire.rulebook_file import LoadedRulebook, with_add_ons

SERVER_DEFAULT, GROUP_DEFAULT = "simulated", "{currency}-hedging"
"""Of a programme that names no place: the platform that ships, its group of the currency."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account is opened."""

    server: str
    group: str
    leverage: Decimal | None


def rulebook_of(enrolment: Enrolment) -> LoadedRulebook:
    """By which its next phase is judged: what was bought, or what it was bound to since."""
    return rulebook_with(enrolment.bound_to or enrolment.version, add_ons_of(enrolment))


def add_ons_of(enrolment: Enrolment) -> list[str]:
    """Those that were bought, or those of what it was bound to since."""
    return enrolment.add_ons if enrolment.bound_to is None else enrolment.bound_add_ons


def rulebook_of_phase(phase: EnrolmentPhase) -> LoadedRulebook:
    """By which a phase was opened and is judged for as long as it runs."""
    return rulebook_with(phase.version or phase.enrolment.version, phase.account.add_ons)


def rulebook_with(version: ProgrammeVersion, add_ons: Sequence[str]) -> LoadedRulebook:
    """A version with add-ons applied. Raises ``RulebookRefused`` for one it does not have."""
    plain = loaded(version)
    return with_add_ons(plain, add_ons) if add_ons else plain


def phase_at(enrolment: Enrolment, number: int) -> Phase | None:
    """The phase of that number, from 1, as it would be opened now; None behind the last."""
    phases = rulebook_of(enrolment).rulebook.phases
    return phases[number - 1] if number <= len(phases) else None


def terms_of(phase: EnrolmentPhase) -> Phase:
    """The terms by which a phase is judged."""
    return rulebook_of_phase(phase).rulebook.phases[phase.number - 1]


def open_phase(
    enrolment: Enrolment,
    number: int,
    *,
    balance: Decimal,
    at: datetime,
    replaces: TradingAccount | None = None,
    order: UUID | None = None,
) -> EnrolmentPhase:
    """Begin a phase: an account that the platform is asked to open. Raises ``IntegrityError``
    where another phase of the enrolment still runs, and ``LookupError`` behind the last."""
    book = rulebook_of(enrolment)
    phase = phase_at(enrolment, number)
    if phase is None:
        raise LookupError(f"the rulebook has no phase {number}")
    attempt = enrolment.phases.filter(number=number).count() + 1
    place, login = _place(enrolment, phase, book.rulebook.currency), _next_login()
    account = TradingAccount.objects.create(
        id=uuid7(at), engine_account=login, person=enrolment.person_id,
        created_at=at, server=place.server, login=login, group=place.group,
        leverage=place.leverage, currency=book.rulebook.currency, size=enrolment.size,
        rulebook=book.rulebook.name, version=book.rulebook.version, sha256=book.sha256,
        add_ons=add_ons_of(enrolment), phase=phase.name, stage=phase.stage, opening_balance=balance,
        replaces=replaces,
    )  # fmt: skip
    _command(account, balance, at)
    return EnrolmentPhase.objects.create(
        id=uuid7(at), enrolment=enrolment, number=number, attempt=attempt, name=phase.name,
        stage=phase.stage, account=account, started_at=at, order=order,
        version=enrolment.bound_to,
    )  # fmt: skip


def _command(account: TradingAccount, balance: Decimal, at: datetime) -> None:
    # The engine first: whatever the platform tells of the account has somebody who hears it.
    enqueue(enrolment_of(account), at)
    command = CreateAccount(
        "", account.group, balance, account.leverage, account.login, str(account.person)
    )
    message = command_message(account, command, key_of(account.engine_account, "create"))
    enqueue_messages([message], at)
    AccountEvent.objects.create(
        account=account, at=at, recorded_at=at, kind=EventKind.COMMAND, word=message.name,
        source=str(message.key),
    )  # fmt: skip


def _place(enrolment: Enrolment, phase: Phase, currency: str) -> Place:
    found = PhasePlace.objects.filter(
        programme=enrolment.version.programme_id, phase=phase.name
    ).first()
    if found is None:
        return Place(SERVER_DEFAULT, GROUP_DEFAULT.format(currency=currency.lower()), None)
    return Place(found.server, found.group, found.leverage)


def _next_login() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('challenges_login')")
        (number,) = cursor.fetchone()
    return str(number)
