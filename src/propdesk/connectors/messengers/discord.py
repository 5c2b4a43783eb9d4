"""Discord by a channel's hook. Its hooks know no keys: a message is never sent a second time
unless Discord said that it did not take the first."""

import json

from propdesk.connectors.messengers.guarded_post import Reach, post
from propdesk.connectors.messengers.webhook import seconds
from propdesk.ports.messengers import Messenger, NotSent, Outgoing, Refused, Uncertain

HOSTS = frozenset({"discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com"})
PATH = "/api/webhooks/"
CHARACTERS_MAX = 2_000


class Discord(Messenger):
    """Posts as the hook. Nobody is pinged by what a text says."""

    knows_keys = False

    def __init__(self, reach: Reach | None = None) -> None:
        self._reach = reach or Reach(HOSTS)

    def send(self, message: Outgoing) -> str:
        text = f"**{message.subject}**\n{message.text}" if message.subject else message.text
        content = {"content": text[:CHARACTERS_MAX], "allowed_mentions": {"parse": []}}
        headers = {"content-type": "application/json"}
        answer = post(f"{message.to}?wait=true", json.dumps(content).encode(), headers, self._reach)
        if 200 <= answer.status < 300:
            return f"HTTP {answer.status}"
        if answer.status == 429:
            raise NotSent("Discord asks to wait", seconds(answer.retry_after))
        if answer.status < 500:
            raise Refused(f"Discord refused it: HTTP {answer.status}")
        raise Uncertain(f"Discord failed: HTTP {answer.status}")
