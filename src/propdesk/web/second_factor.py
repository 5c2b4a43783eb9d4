"""The second factor: its secrets are encrypted where they lie.

It must not be asked whether a session has one; ``visitor`` says that.
"""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Encrypts by a key made of the installation's own: a copy of the database alone gives no
    codes, and another secret key makes every second factor unusable."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Propdesk"


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"propdesk second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
