"""How the test provider's messages are written and signed: as Standard Webhooks has it.

Nothing of a body must be read before its signature holds.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from propdesk.ports.payments import NoticeKind, NoticeRefused, PaymentNotice

ID, STAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
AGE_MAX = timedelta(minutes=5)
BODY_BYTES_MAX = 16_384


def sign(secret: bytes, notice: PaymentNotice, at: datetime) -> tuple[bytes, dict[str, str]]:
    """The body and headers that tell a notice."""
    said: dict[str, Any] = {**asdict(notice), "at": notice.at.isoformat()}
    body = json.dumps(said, separators=(",", ":")).encode()
    return body, headers_of(secret, notice.id, body, at)


def headers_of(secret: bytes, message: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers under which a body is the provider's."""
    stamp = str(int(at.timestamp()))
    signature = _signature(secret, message, stamp, body)
    return {ID: message, STAMP: stamp, SIGNATURE: f"v1,{signature}"}


def read(secret: bytes, body: bytes, headers: Mapping[str, str], now: datetime) -> PaymentNotice:
    """What a message tells. Raises ``NoticeRefused``."""
    known = {name.lower(): value for name, value in headers.items()}
    message, stamp = known.get(ID, ""), known.get(STAMP, "")
    if len(body) > BODY_BYTES_MAX:
        raise NoticeRefused("the message is longer than any of this provider's")
    expected = f"v1,{_signature(secret, message, stamp, body)}"
    given = known.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(expected.encode(), given):
        raise NoticeRefused("the signature is not the provider's")
    # After this point the body is the provider's own; the stamp is signed with it.
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > AGE_MAX:
        raise NoticeRefused("the message was signed more than five minutes ago, or ahead")
    return _parsed(body)


def _parsed(body: bytes) -> PaymentNotice:
    try:
        said = json.loads(body)
        said["at"] = datetime.fromisoformat(said["at"])
        said["kind"] = NoticeKind(said["kind"])
        return PaymentNotice(**said)
    except (ValueError, TypeError, KeyError) as error:
        raise NoticeRefused(f"the message is signed but not readable: {error}") from error


def _signature(secret: bytes, message: str, stamp: str, body: bytes) -> str:
    signed = f"{message}.{stamp}.".encode("utf-8", "replace") + body
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
