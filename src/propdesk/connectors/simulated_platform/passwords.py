"""The passwords of accounts: derived from one secret of the platform, so that none is stored.

A command that is sent again gets the same ones, and the journal holds nothing secret. Whoever has
the secret has every password.
"""

import base64
import hmac
from typing import Literal

from propdesk.ports.platform import Credentials

PASSWORD_CHARACTERS = 16
SECRET_BYTES_MIN = 32


def credentials_of(login: str, secret: bytes) -> Credentials:
    """What the trader gets. Raises ``ValueError`` for a secret that is too short."""
    if len(secret) < SECRET_BYTES_MIN:
        raise ValueError(f"a secret of {len(secret)} bytes; {SECRET_BYTES_MIN} are the least")
    return Credentials(login, _password(login, "main", secret), _password(login, "look", secret))


def _password(login: str, kind: Literal["main", "look"], secret: bytes) -> str:
    digest = hmac.digest(secret, f"{kind}/{login}".encode(), "sha256")
    return base64.b32encode(digest).decode()[:PASSWORD_CHARACTERS].lower()
