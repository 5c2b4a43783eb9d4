"""The installation's secret key: made once, kept in a file only its owner can read.

It must not be shown, logged or changed: a new key ends every session and every signed link.
"""

import os
import secrets
import stat
from pathlib import Path

KEY_BYTES = 48


class SecretKeyError(Exception):
    """The key file cannot be made or trusted; the caller shows the message and starts nothing."""


def ensure_secret_key(path: Path) -> str:
    """The key in ``path``, made when there is none. Raises SecretKeyError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretKeyError(f"{path} can be read by others: chmod 600 it, or make a new one")
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretKeyError(f"the secret key {path} cannot be used: {error}") from error
    if len(key) < KEY_BYTES:
        raise SecretKeyError(
            f"{path} holds no key of this application: remove it to make a new one"
        )
    return key


def _make(path: Path) -> None:
    if path.exists():
        return
    # Written beside it and linked, so that no other process ever reads half a key.
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(KEY_BYTES))
    try:
        os.link(staging, path)
    except FileExistsError:
        pass  # another process was first, and its key counts
    finally:
        staging.unlink()
