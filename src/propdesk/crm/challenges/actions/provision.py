"""Provision what was bought: the enrolment, and the account of its first phase."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.holding import note_action
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.models import ProgrammeVersion
from propdesk.crm.challenges.gates import state_in
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.phase_opening import open_phase, phase_at
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "challenges.provision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What a paid order is of. ``currency`` is the one it was paid in."""

    order: UUID
    person: UUID
    version: UUID
    size: Decimal
    currency: str
    add_ons: tuple[str, ...] = ()


def provision(bought: Bought, *, by: Actor, at: datetime) -> Enrolment:
    """Begin the enrolment of a paid order; the one that is there, where it was begun before.

    Raises ``ActionRefused`` where the same order is of something else.
    """
    require(by, ACTION)
    with transaction.atomic():
        version = ProgrammeVersion.objects.select_related("programme").get(pk=bought.version)
        enrolment, is_new = Enrolment.objects.get_or_create(
            order=bought.order,
            defaults={
                "id": uuid7(at), "person_id": bought.person, "version": version,
                "size": bought.size, "currency": bought.currency,
                "add_ons": list(bought.add_ons), "created_at": at, "state": "customer",
                "state_at": at,
            },
        )  # fmt: skip
        if not is_new:
            _refuse_another(enrolment, bought)
            return enrolment
        _begin(enrolment, by, at)
    return enrolment


def _begin(enrolment: Enrolment, by: Actor, at: datetime) -> None:
    first = phase_at(enrolment, 1)
    assert first is not None, "a rulebook has a phase"  # noqa: S101 - checked when it was published
    opened = open_phase(enrolment, 1, balance=enrolment.size, at=at)
    enrolment.state = state_in(first.stage)
    enrolment.save(update_fields=["state"])
    row = record(
        by=by, action=ACTION, object_type="enrolment", object_id=enrolment.pk, at=at,
        after={"state": enrolment.state, "account": opened.account.engine_account},
    )  # fmt: skip
    note_action(opened.account, ACTION, at, row.pk, {})


def _refuse_another(enrolment: Enrolment, bought: Bought) -> None:
    same = (
        enrolment.person_id == bought.person
        and enrolment.version_id == bought.version
        and enrolment.size == bought.size
        and tuple(enrolment.add_ons) == bought.add_ons
    )
    if not same:
        raise ActionRefused("other_order", "The order was provisioned as something else.")
