"""Sending one message on one channel. What went wrong says what the caller may do about it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


class NotDelivered(Exception):
    """The root of what a messenger may say."""


class NotSent(NotDelivered):
    """It certainly was not taken: the caller tries again, not before ``after``."""

    def __init__(self, why: str, after: timedelta = timedelta()) -> None:
        super().__init__(why)
        self.after = after


class Refused(NotDelivered):
    """It was not taken and never will be: the caller gives it up."""


class Uncertain(NotDelivered):
    """It may have been taken. Only a channel with keys is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message as it leaves. Secrets are not shown in its text."""

    key: str
    """The same for the same message, however often it is sent."""
    to: str = field(repr=False)
    """A mail address, a chat's id, the address of a hook."""
    subject: str = ""
    text: str = ""
    html: str = field(default="", repr=False)
    sender: str = ""
    secret: str = field(default="", repr=False)
    """By which a webhook is signed, or a bot is known."""
    at: datetime


class Messenger(Protocol):
    """One channel."""

    knows_keys: bool
    """Whether the receiver can tell a message that comes again by its key."""

    def send(self, message: Outgoing) -> str:
        """What the receiver answered, in a few words. Raises ``NotSent``, ``Refused`` and
        ``Uncertain``; nothing else."""


class AddressCheck(Protocol):
    """What may be kept as an address of a channel."""

    def __call__(self, channel: str, address: str, /) -> str:
        """The address as it is kept. Raises ``ValueError`` with a sentence."""
