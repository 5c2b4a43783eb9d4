"""Encryption of a field by the installation's secret key, or by one of those it had before.

It must not be used for what is looked up: the same text is another each time.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes

_PURPOSE = b"propdesk.field"


class FieldUnreadable(Exception):
    """None of the keys opens it. The caller says so and shows nothing."""


def encrypted(text: str) -> bytes:
    """``text`` under the present key."""
    return _keys().encrypt(text.encode())


def decrypted(token: bytes | memoryview) -> str:
    """What was encrypted. Raises ``FieldUnreadable``."""
    try:
        return _keys().decrypt(bytes(token)).decode()
    except InvalidToken as error:
        raise FieldUnreadable("no key of this installation opens the field") from error


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str | bytes) -> bytes:
    """A key for fields alone: who learns it cannot sign a session by it."""
    return base64.urlsafe_b64encode(
        hashlib.blake2b(force_bytes(secret), digest_size=32, salt=_PURPOSE).digest()
    )
