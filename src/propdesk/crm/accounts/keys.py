"""Names of what is commanded: the same cause and step have the same name for ever."""

from uuid import UUID, uuid5

_MESSAGES = UUID("0d6a5b5e-7d0c-5b0e-9c55-6a0f3c1a6f10")


def key_of(*words: str) -> UUID:
    """The key of a message that ``words`` name: whose, why, which step."""
    return uuid5(_MESSAGES, "\x1f".join(words))
