"""Close what accounts hold in some symbols before a moment, and warn of it: markets that shut
early, and windows around news. Each is done once; without an engine's answer it is tried again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from propdesk.crm.accounts.holding import command_steps
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.calendar.known import event_of
from propdesk.crm.calendar.models import ReleaseVersion
from propdesk.crm.challenges.held_symbols import holding
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.challenges.phase_opening import terms_of
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.domain.rules.news import News
from propdesk.domain.rules.news_windows import targets
from propdesk.ports.live_accounts import LiveAccounts
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.markets import market_of

RUNNING = ["active", "unknown"]


def close_market_before(detail: Mapping[str, Any], at: datetime, live: LiveAccounts) -> None:
    """Close what is held in some markets (none named: in any) before they shut: at the deadline
    nobody could any more. Asset classes that the rule leaves alone stay. Raises ``EngineAway``."""
    catalogue = load_catalogue(None)

    def is_of_it(symbol: str) -> bool:
        instrument = catalogue.find(symbol)
        if instrument is not None and instrument.asset_class in detail["left_alone"]:
            return False
        return not detail["markets"] or market_of(instrument).name in detail["markets"]

    _close(detail, at, live, is_of_it, f"flat_by/{detail['deadline']}")


def close_for_news(detail: Mapping[str, Any], at: datetime, live: LiveAccounts) -> None:
    """Close what a release concerns before its window begins; nothing where it was moved or
    withdrawn since. Raises ``EngineAway``."""
    concerns = _concerned(detail)
    if concerns is not None:
        terms, release, concern = concerns
        _close(
            {**detail, "orders_too": "orders" in terms.restricts}, at, live, concern,
            f"news/{release.release_id}/{detail['release_at']}",
        )  # fmt: skip


def warn_of_news(detail: Mapping[str, Any], at: datetime, live: LiveAccounts) -> None:
    """Tell whoever holds what a release concerns that its window is ahead. Raises
    ``EngineAway``."""
    found = _concerned(detail)
    if found is None:
        return
    _, release, concern = found
    messages = [
        notice_message(
            account, "news_ahead",
            {"deadline": detail["begins"], "title": release.title, "symbols": ", ".join(held)},
            key_of(
                account.engine_account, "notice", "news", detail["release"], detail["release_at"]
            ),
        )
        for account, held in holding(detail, live, concern)
    ]  # fmt: skip
    with transaction.atomic():
        enqueue_messages(messages, at)


def _close(
    detail: Mapping[str, Any],
    at: datetime,
    live: LiveAccounts,
    concerns: Callable[[str], bool],
    cause: str,
) -> None:
    held = {account.pk: symbols for account, symbols in holding(detail, live, concerns)}
    with transaction.atomic():
        for account in locked_ids(list(held)):
            if account.status not in RUNNING:
                continue  # it ended between the look and the lock
            for symbol in held[account.pk]:
                steps = ("cancel_all", "close_all") if detail["orders_too"] else ("close_all",)
                command_steps(account, steps, f"{cause}/{symbol}", at, symbol=symbol)


def _concerned(
    detail: Mapping[str, Any],
) -> tuple[News, ReleaseVersion, Callable[[str], bool]] | None:
    """The rule, the release as it is known now, and what it concerns; None where its time is
    another one by now."""
    release = (
        ReleaseVersion.objects.filter(release=detail["release"], is_newest=True)
        .select_related("release")
        .first()
    )
    phase = (
        EnrolmentPhase.objects.filter(account__sha256=detail["sha256"], name=detail["phase"])
        .select_related("enrolment__version__programme", "version", "account")
        .first()
    )
    if release is None or phase is None or release.withdrawn:
        return None
    if release.release_at.isoformat() != detail["release_at"]:
        return None
    rules = (each for each in terms_of(phase).rules if isinstance(each, News))
    terms = next((each for each in rules if each.name == detail["rule"]), None)
    if terms is None:
        return None
    catalogue, event = load_catalogue(None), event_of(release)
    return terms, release, lambda symbol: targets(terms, event, symbol, catalogue)
