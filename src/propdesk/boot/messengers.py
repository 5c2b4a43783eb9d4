"""The channels this installation has: each kind of message with what sends it."""

from collections.abc import Mapping

from django.conf import settings

from propdesk.connectors.messengers.discord import Discord
from propdesk.connectors.messengers.guarded_post import Reach
from propdesk.connectors.messengers.mail import Mail
from propdesk.connectors.messengers.telegram import Telegram
from propdesk.connectors.messengers.webhook import SignedWebhooks
from propdesk.ports.messengers import Messenger


def messengers() -> Mapping[str, Messenger]:
    """By channel."""
    return {
        "mail": Mail(),
        "telegram": Telegram(),
        "discord": Discord(),
        "webhook": SignedWebhooks(Reach(allow_private=settings.WEBHOOKS_TO_PRIVATE)),
    }
