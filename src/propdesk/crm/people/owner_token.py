"""The token by which the first owner is made from another machine.

It is made of the installation's key, so that it need not be kept; with the first owner it is of no
more use.
"""

import hashlib
import hmac


def owner_token(secret_key: str) -> str:
    """The token of the installation with that key: 32 characters."""
    return hmac.new(secret_key.encode(), b"the first owner", hashlib.sha256).hexdigest()[:32]
