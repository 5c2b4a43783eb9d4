"""The configuration: environment variables with ``PROPDESK_`` in front, parsed once, at the door.

It must not read a file, open a connection or fall back quietly: all errors are told at once.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from propdesk.web.mail_providers import is_provider

Value = TypeVar("Value")

PREFIX = "PROPDESK_"
SECRET_KEY_CHARACTERS_MIN = 40
PORT_DEFAULT = 8000
HOST_DEFAULT = "127.0.0.1"
SNAPSHOT_EVERY_MS_DEFAULT = 60_000
SNAPSHOT_EVERY_MS_MIN, SNAPSHOT_EVERY_MS_MAX = 50, 3_600_000
MAIL_FROM_DEFAULT = "propdesk@localhost"
SESSION_EVENTS_DAYS_DEFAULT, SESSION_EVENTS_DAYS_MAX = 400, 3_650
PROXIES_MAX = 9

# Names under the prefix that are not the application's own: the test suite reads them.
FOREIGN = frozenset({"PROPDESK_SHARED", "PROPDESK_TEST_DATABASE_URL"})


class SettingsError(Exception):
    """The environment is unusable; the caller prints every error and starts nothing."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; nothing in it changes while the process lives."""

    home: Path
    """Where state lives: the embedded database, the secret key, archives."""
    host: str
    """The address the pages are served on."""
    port: int
    allowed_hosts: tuple[str, ...]
    """Names under which the pages may be asked for, beside this machine's own."""
    database_url: str | None
    """An external PostgreSQL, or None for the embedded one."""
    secret_key: str | None = field(repr=False)
    """What signs sessions, or None for the key kept in ``secret_key_file``."""
    snapshot_every_ms: int
    """How often the engine keeps its state: after a start it replays the log from there."""
    mail_url: str | None = field(repr=False)
    """The mail server, or None for files under ``home``."""
    mail_from: str
    is_https: bool
    """Whether people reach the pages by HTTPS, through a proxy that says so."""
    proxies: int
    """How many proxies in front add themselves to X-Forwarded-For; none is believed beyond."""
    test_payments: bool
    """Whether orders are paid at a provider that moves no money. Unless it is said, only where
    the database is the embedded one and people do not come by HTTPS: a trial, not a business."""
    simulated_platform: bool
    """Whether the platform that ships runs, with its market and its traders."""
    webhooks_to_private: bool
    """Whether webhooks may go to this machine and its own network."""
    tools_are_public: bool
    """Whether anybody may judge a statement and read the rulebooks."""
    registration_is_open: bool
    session_events_days: int
    """How long it is kept from where people signed in."""

    @property
    def secret_key_file(self) -> Path:
        return self.home / "secret.key"

    def environment(self, *, database_url: str, secret_key: str) -> dict[str, str]:
        """The variables by which a child process or the pages learn these settings.

        ``database_url`` and ``secret_key`` are those really used, wherever they come from.
        """
        return {
            "PROPDESK_HOME": str(self.home),
            "PROPDESK_HOST": self.host,
            "PROPDESK_PORT": str(self.port),
            "PROPDESK_ALLOWED_HOSTS": ",".join(self.allowed_hosts),
            "PROPDESK_DATABASE_URL": database_url,
            "PROPDESK_SECRET_KEY": secret_key,
            "PROPDESK_SNAPSHOT_EVERY_MS": str(self.snapshot_every_ms),
            "PROPDESK_MAIL_URL": self.mail_url or "",
            "PROPDESK_MAIL_FROM": self.mail_from,
            "PROPDESK_HTTPS": _word(self.is_https, "yes", "no"),
            "PROPDESK_PROXIES": str(self.proxies),
            "PROPDESK_TEST_PAYMENTS": _word(self.test_payments, "yes", "no"),
            "PROPDESK_SIMULATED_PLATFORM": _word(self.simulated_platform, "on", "off"),
            "PROPDESK_WEBHOOKS_TO_PRIVATE": _word(self.webhooks_to_private, "yes", "no"),
            "PROPDESK_TOOLS": _word(self.tools_are_public, "public", "staff"),
            "PROPDESK_REGISTRATION": _word(self.registration_is_open, "open", "closed"),
            "PROPDESK_SESSION_EVENTS_DAYS": str(self.session_events_days),
        }


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Parses ``environment``; raises SettingsError with every error it holds."""
    errors: list[str] = []

    def parsed(name: str, parse: Callable[[str], Value], default: Value) -> Value:
        text = environment.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            errors.append(f"{name}: {error}")
            return default

    settings = Settings(
        home=parsed("PROPDESK_HOME", _home, default_home(environment)),
        host=parsed("PROPDESK_HOST", str, HOST_DEFAULT),
        port=parsed("PROPDESK_PORT", _port, PORT_DEFAULT),
        allowed_hosts=parsed("PROPDESK_ALLOWED_HOSTS", _names, ()),
        database_url=parsed("PROPDESK_DATABASE_URL", _database_url, None),
        secret_key=parsed("PROPDESK_SECRET_KEY", _secret_key, None),
        snapshot_every_ms=parsed(
            "PROPDESK_SNAPSHOT_EVERY_MS",
            _from_to(SNAPSHOT_EVERY_MS_MIN, SNAPSHOT_EVERY_MS_MAX),
            SNAPSHOT_EVERY_MS_DEFAULT,
        ),
        mail_url=parsed("PROPDESK_MAIL_URL", _mail_url, None),
        mail_from=parsed("PROPDESK_MAIL_FROM", _mail_from, MAIL_FROM_DEFAULT),
        is_https=parsed("PROPDESK_HTTPS", _either("yes", "no"), False),
        proxies=parsed("PROPDESK_PROXIES", _from_to(0, PROXIES_MAX), 0),
        test_payments=parsed(
            "PROPDESK_TEST_PAYMENTS", _either("yes", "no"), _is_trial(environment)
        ),
        simulated_platform=parsed("PROPDESK_SIMULATED_PLATFORM", _either("on", "off"), True),
        webhooks_to_private=parsed("PROPDESK_WEBHOOKS_TO_PRIVATE", _either("yes", "no"), False),
        tools_are_public=parsed("PROPDESK_TOOLS", _either("public", "staff"), True),
        registration_is_open=parsed("PROPDESK_REGISTRATION", _either("open", "closed"), True),
        session_events_days=parsed(
            "PROPDESK_SESSION_EVENTS_DAYS",
            _from_to(1, SESSION_EVENTS_DAYS_MAX),
            SESSION_EVENTS_DAYS_DEFAULT,
        ),
    )
    known = settings.environment(database_url="", secret_key="").keys() | FOREIGN
    errors += [
        f"{name}: there is no such setting; known are {', '.join(sorted(known - FOREIGN))}"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known
    ]
    if errors:
        raise SettingsError(tuple(errors))
    return settings


def _is_trial(environment: Mapping[str, str]) -> bool:
    """Neither a database of one's own nor HTTPS: nobody's real money is near."""
    has_own_database = bool(environment.get("PROPDESK_DATABASE_URL", "").strip())
    return not has_own_database and environment.get("PROPDESK_HTTPS", "").strip() != "yes"


def default_home(environment: Mapping[str, str]) -> Path:
    """The per-user state directory of the XDG specification."""
    state = environment.get("XDG_STATE_HOME", "")
    if Path(state).is_absolute():
        return Path(state) / "propdesk"
    user_home = environment.get("HOME", "") or os.path.expanduser("~")  # noqa: PTH111 (no raise)
    return Path(user_home) / ".local" / "state" / "propdesk"


def _home(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise ValueError(f"{text!r} is not an absolute path")
    return path


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 65535:
        raise ValueError(f"{text!r} is not a port: a whole number from 1 to 65535 is needed")
    return int(text)


def _from_to(least: int, most: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a number from {least} to {most}")
        return int(text)

    return whole


def _either(yes: str, no: str) -> Callable[[str], bool]:
    def chosen(text: str) -> bool:
        if text not in {yes, no}:
            raise ValueError(f"{text!r} is neither {yes} nor {no}")
        return text == yes

    return chosen


def _word(is_so: bool, yes: str, no: str) -> str:
    return yes if is_so else no


def _mail_url(text: str) -> str:
    # The text may hold a password, so no message quotes it.
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname)
        is_usable = is_usable and (parts.port is None or parts.port > 0)
        is_usable = is_usable or is_provider(text)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError(
            "a URL of the form smtp://user:password@host:587, smtps://… or resend://key@ is needed"
        )
    return text


def _mail_from(text: str) -> str:
    if "@" not in text or "\n" in text:
        raise ValueError(f"{text!r} is no address a mail can come from")
    return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if any("/" in name or " " in name for name in names):
        raise ValueError(f"{text!r} is not a list of host names divided by commas")
    return names


def _database_url(text: str) -> str:
    # The text may hold a password, so no message quotes it.
    try:
        scheme = urlsplit(text).scheme
    except ValueError:
        scheme = ""
    if scheme not in {"postgres", "postgresql"}:
        raise ValueError("a URL of the form postgresql://user:password@host:port/name is needed")
    return text


def _secret_key(text: str) -> str:
    if len(text) < SECRET_KEY_CHARACTERS_MIN:
        raise ValueError(f"too short: at least {SECRET_KEY_CHARACTERS_MIN} characters are needed")
    return text
