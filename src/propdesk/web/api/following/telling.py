"""What a client of the stream is told, as the bytes of server-sent events.

It must not decide who is told.
"""

import json
from collections.abc import Mapping
from typing import Any

from propdesk.domain.instants import format_instant
from propdesk.wire.live_state import LiveAccount
from propdesk.wire.log_records import StatusChanged, VerdictCorrected, VerdictSaid

Said = VerdictSaid | VerdictCorrected | StatusChanged
BEAT = b": beat\n\n"


def event(name: str, data: Mapping[str, Any], event_id: str | None = None) -> bytes:
    """One event. Without an id it does not move the place a client goes on from."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def said_event(said: Said, account: str | None, event_id: str) -> bytes:
    """A record of the log; ``account`` is the account's id, where the client follows it by name."""
    told: dict[str, Any] = {"account": account, "name": said.account, "phase": said.phase}
    match said:
        case VerdictSaid():
            more = {"id": said.id, **_figures(said), "basis": said.basis, "replaces": said.replaces}
            return event("verdict", {**told, **more}, event_id)
        case VerdictCorrected():
            more = {
                "id": said.id, **_figures(said), "why": said.why, "replaced_by": said.replaced_by,
            }  # fmt: skip
            return event("correction", {**told, **more}, event_id)
        case StatusChanged():
            more = {"status": said.status, "at": format_instant(said.at)}
            return event("status", {**told, **more}, event_id)


def equity(live: LiveAccount, account: str) -> dict[str, Any]:
    """What an account is worth now, and the limit that is nearest."""
    row, nearest = live.row, live.row.nearest
    return {
        "account": account,
        "name": row.account,
        "at": format_instant(row.at),
        "judged_to": format_instant(live.at),
        "status": row.status,
        "currency": row.currency,
        "balance": row.balance,
        "equity": row.equity,
        "rule": None if nearest is None else nearest.rule,
        "floor": None if nearest is None else nearest.floor,
        "room": None if nearest is None else nearest.room,
    }


def _figures(said: VerdictSaid | VerdictCorrected) -> dict[str, Any]:
    return {
        "rule": said.rule,
        "outcome": said.outcome,
        "at": format_instant(said.at),
        "observed": said.observed,
        "limit": said.limit,
    }
