"""Close what a rulebook wants flat before a moment, and warn of it: many accounts, once each."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.holding import command_steps
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages


def close_before(detail: Mapping[str, Any], at: datetime) -> None:
    """Close, and cancel where it says so, every running account of one rulebook and phase."""
    steps = ("cancel_all", "close_all") if detail["orders_too"] else ("close_all",)
    with transaction.atomic():
        for account in locked_ids(_running(detail)):
            command_steps(account, steps, f"flat_by/{detail['deadline']}", at)


def warn_before(
    detail: Mapping[str, Any], at: datetime, held: Collection[UUID] | None = None
) -> None:
    """Tell the traders of accounts that must be flat. ``held`` are those that hold something;
    None: nobody knows, and all are told."""
    running = _running(detail)
    warned = running if held is None else [each for each in running if each in held]
    notice = "flat_by" if detail.get("closes", True) else "must_be_flat"
    with transaction.atomic():
        accounts = TradingAccount.objects.filter(pk__in=warned).order_by("id")
        enqueue_messages(
            [
                notice_message(
                    account, notice, {"deadline": detail["deadline"]},
                    key_of(account.engine_account, "notice", "flat_by", detail["deadline"]),
                )
                for account in accounts
            ],
            at,
        )  # fmt: skip


def _running(detail: Mapping[str, Any]) -> list[UUID]:
    found = TradingAccount.objects.filter(
        sha256=detail["sha256"], phase=detail["phase"], status__in=["active", "unknown"]
    )
    return list(found.values_list("id", flat=True))
