"""What the library that signs people in changes about a person, recorded as it tells of it.

Signals are shunned in this house; these are the library's only word of a changed password or
second factor. They are connected in ``apps.py`` and nowhere else.
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import TRADER
from propdesk.web.received import received_at
from propdesk.web.sign_in import keep_failed_sign_in
from propdesk.web.visitor import address_of, look_again

ACTION = "people.change_sign_in"


def connect() -> None:
    """Hear of every change. Receivers are named, so that connecting twice connects once."""
    for name, signal, receiver in (
        ("password changed", account_signals.password_changed, password_changed),
        ("password set", account_signals.password_set, password_changed),
        ("password reset", account_signals.password_reset, password_changed),
        ("address changed", account_signals.email_changed, address_changed),
        ("address verified", account_signals.email_confirmed, address_verified),
        ("factor added", mfa_signals.authenticator_added, factor_added),
        ("factor removed", mfa_signals.authenticator_removed, factor_removed),
        ("factor reset", mfa_signals.authenticator_reset, factor_reset),
        ("factor failed", mfa_signals.authentication_failed, factor_failed),
    ):
        signal.connect(receiver, dispatch_uid=f"propdesk {name}")


def password_changed(request: HttpRequest, user: Person, **_: Any) -> None:
    note(request, user, "password changed")


def address_changed(request: HttpRequest, user: Person, **_: Any) -> None:
    note(request, user, "address changed")


def address_verified(request: HttpRequest, email_address: Any, **_: Any) -> None:
    note(request, email_address.user, "address verified")


def factor_added(
    request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any
) -> None:
    """A factor that was just set up was also just given: the code or the key was there."""
    note(request, user, f"{authenticator.type} added")
    given = {each.get("id") for each in get_authentication_records(request, user)}
    if authenticator.type != Authenticator.Type.RECOVERY_CODES and authenticator.pk not in given:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=str(authenticator.type)
        )
    look_again(request)


def factor_removed(
    request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any
) -> None:
    note(request, user, f"{authenticator.type} removed")
    look_again(request)


def factor_reset(
    request: HttpRequest, user: Person, authenticator: Authenticator, **_: Any
) -> None:
    note(request, user, f"{authenticator.type} renewed")


def factor_failed(request: HttpRequest, user: Person, **_: Any) -> None:
    keep_failed_sign_in(request, user)


def note(request: HttpRequest, person: Person, what: str) -> None:
    """Record that ``what`` was done to how a person signs in."""
    by = Actor(person.id, TRADER, address=address_of(request))
    with transaction.atomic():
        record(
            by=by,
            action=ACTION,
            object_type="person",
            object_id=person.id,
            at=received_at(),
            after={"change": what},
        )
