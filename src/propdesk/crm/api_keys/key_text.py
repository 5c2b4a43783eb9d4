"""The text of a key, and the hash by which it is known.

It must not keep the text: who made the key is shown it, once.
"""

import hashlib
import secrets

PREFIX = "pdk_"
"""By which scanners for leaked secrets and people know what it is."""
SECRET_BYTES = 32
BEGINNING_LENGTH = 10


def new_text() -> str:
    """A key nobody has; 256 bits of chance, so its hash needs no salt and no stretching."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def beginning_of(text: str) -> str:
    return text[:BEGINNING_LENGTH]
