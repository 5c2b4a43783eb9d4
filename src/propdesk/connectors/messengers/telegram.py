"""Telegram by a bot. Its interface knows no keys: a message is never sent a second time unless
Telegram said that it did not take the first."""

import json
import re
from datetime import timedelta

from propdesk.connectors.messengers.guarded_post import Answer, Reach, post
from propdesk.connectors.messengers.webhook import RETRY_S_MAX
from propdesk.ports.messengers import Messenger, NotSent, Outgoing, Refused, Uncertain

API = "https://api.telegram.org"
HOSTS = frozenset({"api.telegram.org"})
TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,80}\Z")
CHAT = re.compile(r"(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,40})\Z")
CHARACTERS_MAX = 4_096


class Telegram(Messenger):
    """Writes plain text as the bot whose token is the message's secret."""

    knows_keys = False

    def __init__(self, api: str = API, reach: Reach | None = None) -> None:
        self._api, self._reach = api, reach or Reach(HOSTS)

    def send(self, message: Outgoing) -> str:
        if not TOKEN.match(message.secret):
            raise Refused("the firm has no bot")
        text = f"{message.subject}\n\n{message.text}" if message.subject else message.text
        body = {
            "chat_id": message.to,
            "text": text[:CHARACTERS_MAX],
            "link_preview_options": {"is_disabled": True},
        }
        answer = post(
            f"{self._api}/bot{message.secret}/sendMessage",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
            self._reach,
        )
        if answer.status == 200:
            return "HTTP 200"
        if answer.status == 429:
            raise NotSent("Telegram asks to wait", _after(answer))
        if answer.status < 500:
            raise Refused(f"Telegram refused it: HTTP {answer.status}")
        raise Uncertain(f"Telegram failed: HTTP {answer.status}")


def _after(answer: Answer) -> timedelta:
    try:
        wait = int(json.loads(answer.body)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        return timedelta()
    return timedelta(seconds=min(max(wait, 0), RETRY_S_MAX))
