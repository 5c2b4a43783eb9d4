"""The texts in force: what staff wrote last in a person's language, else what ships.

It must not fill anything in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from propdesk.crm.notices.kinds import Kind
from propdesk.crm.notices.models import TextVersion


@dataclass(frozen=True, slots=True)
class Text:
    """A subject and a body with their names in braces. ``version`` 0 is the shipped one."""

    language: str
    version: int
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The newest text of every kind and language that staff wrote."""

    written: Mapping[tuple[str, str], TextVersion]

    def of(self, kind: Kind, language: str) -> Text:
        """The text for somebody who reads ``language``: that, what it is a kind of (``de`` for
        ``de-at``), the firm's own language, and then what ships."""
        for each in fallbacks(language):
            found = self.written.get((kind.name, each))
            if found is not None and not found.is_shipped:
                return Text(each, found.version, found.subject, found.body)
        return shipped(kind)


def shipped(kind: Kind) -> Text:
    """What ships with the program."""
    return Text(settings.LANGUAGE_CODE, 0, kind.subject, kind.body)


def fallbacks(language: str) -> list[str]:
    """Languages to look in, in order, each once."""
    wanted = [language.lower(), language.lower().partition("-")[0], settings.LANGUAGE_CODE]
    return list(dict.fromkeys(each for each in wanted if each))


def texts_in_force() -> Texts:
    """Every text as it is now: one query."""
    newest = TextVersion.objects.order_by("kind", "language", "-version").distinct(
        "kind", "language"
    )
    return Texts({(each.kind, each.language): each for each in newest})
