"""Signed webhooks by the Standard Webhooks specification (``webhook-id``, ``-timestamp``,
``-signature``): the id is the delivery's, so that a receiver knows one that comes again."""

from datetime import UTC, timedelta

from standardwebhooks.webhooks import Webhook

from propdesk.connectors.messengers.guarded_post import Reach, post
from propdesk.ports.messengers import Messenger, NotSent, Outgoing, Refused, Uncertain

RETRY_S_MAX = 3600
GONE = 410


class SignedWebhooks(Messenger):
    """Posts JSON. At least once: the receiver knows a second one by its id."""

    knows_keys = True

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def send(self, message: Outgoing) -> str:
        # The library takes a moment for UTC whatever its zone says.
        at = message.at.astimezone(UTC)
        signature = Webhook(message.secret).sign(message.key, at, message.text)
        headers = {
            "content-type": "application/json",
            "webhook-id": message.key,
            "webhook-timestamp": str(int(message.at.timestamp())),
            "webhook-signature": signature,
        }
        try:
            answer = post(message.to, message.text.encode(), headers, self._reach)
        except Uncertain as error:
            raise NotSent(str(error)) from None  # the id makes a second one harmless
        if 200 <= answer.status < 300:
            return f"HTTP {answer.status}"
        if answer.status == GONE:
            raise Refused("HTTP 410: the receiver wants no more")
        raise NotSent(f"HTTP {answer.status}", seconds(answer.retry_after))


def seconds(text: str) -> timedelta:
    """What a receiver asks to wait; an hour at most, and nothing where it is no number."""
    whole = text.partition(".")[0]
    if not (whole.isascii() and whole.isdecimal()) or len(whole) > 6:
        return timedelta()
    return timedelta(seconds=min(int(whole) + 1, RETRY_S_MAX))
