"""What the firm tells of: each kind with what can stand in its text, and what ships as its text.

It must not word anything for anybody; ``wording`` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from propdesk.crm.notices.models.desk import Severity

ALWAYS = ("name", "firm", "link", "at")
"""What stands in every text: whom it is for, who writes, where to look, when it happened."""
OF_ACCOUNT = ("account", "programme", "phase", "currency", "size")


class Topic(StrEnum):
    """What a kind is about; a person answers for kinds of one topic together on the page."""

    SECURITY = "security"
    MONEY = "money"
    ACCOUNT = "account"
    RULES = "rules"
    ALERT = "alert"


LOCKED = frozenset({Topic.SECURITY, Topic.MONEY})
"""Their mails cannot be switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. ``variables`` are what its text may name beside ``ALWAYS``."""

    name: str
    title: str
    topic: Topic
    variables: tuple[str, ...]
    subject: str
    body: str
    to: str = "account"
    """The page its link leads to: a word of ``links``."""
    severity: Severity = Severity.WARNING
    """Of an alert."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything its text may name."""
        return (*ALWAYS, *self.variables)

    @property
    def is_alert(self) -> bool:
        return self.topic == Topic.ALERT

    @property
    def mail_is_locked(self) -> bool:
        return self.topic in LOCKED


ALERT = "alert_"
"""Before the name of a notice: what the desk is told of it."""
ANYTHING = "anything"
"""The kind of a notice that has none of its own: a later part of the program told of it."""


def kind_of(notice: str, kinds: Mapping[str, Kind], *, alert: bool = False) -> Kind:
    """The kind in whose words ``notice`` is told to a person, or with ``alert`` to the desk."""
    before = ALERT if alert else ""
    return kinds.get(before + notice) or kinds[before + ANYTHING]
