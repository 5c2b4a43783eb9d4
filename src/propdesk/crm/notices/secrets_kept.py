"""Secrets of channels: made, kept encrypted, and shown so far that people know them again."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from urllib.parse import urlsplit

from django.conf import settings

WEBHOOK_SECRET = "whsec_"  # noqa: S105 - how such a secret begins
CODE_DIGITS = 8


def new_webhook_secret() -> str:
    """A key for one endpoint: 192 bits, as Standard Webhooks asks for at least."""
    return WEBHOOK_SECRET + b64encode(secrets.token_bytes(24)).decode()


def new_code() -> str:
    """What is sent to a chat and typed on the page."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def code_hash(code: str, whose: object) -> str:
    """What is kept of a code: nothing without the installation's key."""
    said = f"contact:{whose}:{code}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


def shown_address(channel: str, address: str) -> str:
    """A hook's address is its password: the host and its end are shown."""
    if channel == "telegram":
        return address
    host = urlsplit(address).hostname or ""
    return f"{host}/…{address[-4:]}" if channel == "discord" else address.partition("?")[0][:120]
