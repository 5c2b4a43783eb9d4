"""Each channel against a server on loopback: what leaves, and what each answer means."""

import email
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from propdesk.connectors.messengers import guarded_post
from propdesk.connectors.messengers.discord import Discord
from propdesk.connectors.messengers.guarded_post import Reach
from propdesk.connectors.messengers.mail import Mail
from propdesk.connectors.messengers.telegram import Telegram
from propdesk.connectors.messengers.webhook import SignedWebhooks
from propdesk.ports.messengers import Messenger, NotSent, Outgoing, Refused, Uncertain
from tests.connectors.messengers.mail_box import MailBox, mail_box
from tests.connectors.messengers.receiver import Receiver, receiving

NEAR = Reach(allow_private=True)
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "123456789:" + "x" * 35


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def message(to: str, **more: Any) -> Outgoing:
    said = {"key": "msg-1", "to": to, "text": '{"a":1}', "at": datetime.now(UTC), **more}
    return Outgoing(**said)


def test_a_webhook_is_signed_as_the_specification_says(receiver: Receiver) -> None:
    sent = message(f"{receiver.url}/in", secret=SECRET)
    assert SignedWebhooks(NEAR).send(sent) == "HTTP 200"
    ((path, headers, body),) = receiver.came
    assert path == "/in"
    assert headers["webhook-id"] == "msg-1"
    assert Webhook(SECRET).verify(body, headers) == {"a": 1}
    assert SECRET not in repr(sent)


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the specification's reference implementation."""
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    signed = Webhook(SECRET).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


ANSWERS: list[tuple[str, int, type[Exception] | None]] = [
    ("webhook", 204, None),
    ("webhook", 302, NotSent),
    ("webhook", 400, NotSent),
    ("webhook", 410, Refused),
    ("webhook", 500, NotSent),
    ("discord", 204, None),
    ("discord", 404, Refused),
    ("discord", 429, NotSent),
    ("discord", 502, Uncertain),
    ("telegram", 200, None),
    ("telegram", 403, Refused),
    ("telegram", 429, NotSent),
    ("telegram", 500, Uncertain),
]


def channel(name: str, receiver: Receiver) -> tuple[Messenger, Outgoing]:
    if name == "webhook":
        return SignedWebhooks(NEAR), message(f"{receiver.url}/in", secret=SECRET)
    if name == "discord":
        return Discord(NEAR), message(f"{receiver.url}/api/webhooks/1/x", subject="Breach")
    return Telegram(receiver.url, NEAR), message("42", secret=TOKEN, subject="Breach")


@pytest.mark.parametrize(("name", "status", "error"), ANSWERS)
def test_what_an_answer_means(
    receiver: Receiver, name: str, status: int, error: type[Exception] | None
) -> None:
    receiver.status = status
    messenger, sent = channel(name, receiver)
    if error is None:
        assert messenger.send(sent) == f"HTTP {status}"
    else:
        with pytest.raises(error) as said:
            messenger.send(sent)
        assert TOKEN not in str(said.value)
    assert len(receiver.came) == 1, "no redirect is followed, nothing is sent twice"


@pytest.mark.parametrize(
    ("name", "error"), [("webhook", NotSent), ("discord", Uncertain), ("telegram", Uncertain)]
)
def test_who_hangs_up_may_have_taken_it(
    receiver: Receiver, name: str, error: type[Exception]
) -> None:
    receiver.hangs_up = True
    messenger, sent = channel(name, receiver)
    with pytest.raises(error):
        messenger.send(sent)


@pytest.mark.parametrize("name", ["webhook", "discord", "telegram"])
def test_where_nobody_listens_nothing_was_sent(name: str) -> None:
    messenger, sent = channel(name, Receiver(url="http://127.0.0.1:1"))
    with pytest.raises(NotSent, match="no connection"):
        messenger.send(sent)


def test_whoever_asks_to_wait_is_waited_for(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, {"retry-after": "7.5"}
    for name, after in (("discord", 8), ("telegram", 33), ("webhook", 8)):
        receiver.body = b'{"parameters":{"retry_after":33}}'
        messenger, sent = channel(name, receiver)
        with pytest.raises(NotSent) as said:
            messenger.send(sent)
        assert said.value.after == timedelta(seconds=after)


def test_discord_pings_nobody_and_is_cut(receiver: Receiver) -> None:
    sent = message(f"{receiver.url}/api/webhooks/1/x", subject="S", text="@everyone " + "x" * 3000)
    Discord(NEAR).send(sent)
    ((path, _, body),) = receiver.came
    said = json.loads(body)
    assert path == "/api/webhooks/1/x?wait=true"
    assert said["allowed_mentions"] == {"parse": []}
    assert len(said["content"]) == 2_000


def test_telegram_writes_as_the_bot_and_only_with_a_token(receiver: Receiver) -> None:
    telegram = Telegram(receiver.url, NEAR)
    telegram.send(message("-1001", secret=TOKEN, subject="S", text="T"))
    ((path, _, body),) = receiver.came
    assert path == f"/bot{TOKEN}/sendMessage"
    assert json.loads(body)["chat_id"] == "-1001"
    assert json.loads(body)["text"] == "S\n\nT"
    for none in ("", "x/../y"):
        with pytest.raises(Refused, match="no bot"):
            telegram.send(message("-1001", secret=none))


# --- where nothing may go ---------------------------------------------------------------------
FAR = Reach()


def looks_up(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(_host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        kind = socket.AF_INET
        return [(kind, socket.SOCK_STREAM, 0, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1",
        "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for found in ([address], ["93.184.215.14", address]):
        looks_up(monkeypatch, *found)
        with pytest.raises(Refused, match="own network"):
            guarded_post.post("https://hooks.example.com/", b"", {}, FAR)


def test_the_address_that_was_looked_at_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """The name is asked for once: what it leads to later is nobody's business."""
    asked = []
    real = socket.getaddrinfo

    def found(host: str, *rest: Any, **how: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1" if host == "hook.example" else host, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    port = receiver.url.rpartition(":")[2]
    guarded_post.post(f"http://hook.example:{port}/in", b"x", {}, NEAR)
    assert asked.count("hook.example") == 1
    assert receiver.came[0][1]["host"] == f"hook.example:{port}"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "ftp://hooks.example.com/", "https:///x", "https://[::1]/",
        "https://10.0.0.1/", "https://a:b@hooks.example.com/", "https://hooks.example.com:99999/",
        "https://hooks.example.com/#x", "https://hööks.example.com/", "file:///etc/passwd", "",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        guarded_post.post(url, b"", {}, FAR)


def test_discord_and_telegram_write_nowhere_else() -> None:
    for url in ("https://discord.com.evil.example/api/webhooks/1/x", "https://example.com/"):
        with pytest.raises(Refused, match="only "):
            Discord().send(message(url))
    with pytest.raises(Refused, match="only "):
        Telegram("https://example.com").send(message("1", secret=TOKEN))


def test_too_much_is_not_sent_and_a_long_answer_is_cut(receiver: Receiver) -> None:
    with pytest.raises(Refused, match="may be sent"):
        guarded_post.post(f"{receiver.url}/", b"x" * 65_537, {}, NEAR)
    receiver.body = b"y" * 100_000
    answer = guarded_post.post(f"{receiver.url}/", b"x", {}, NEAR)
    assert len(answer.body) == guarded_post.ANSWER_BYTES_MAX


def test_no_proxy_of_the_environment_is_asked(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert guarded_post.post(f"{receiver.url}/", b"x", {}, NEAR).status == 200


# --- mail -------------------------------------------------------------------------------------
@pytest.fixture
def box(settings: Any) -> Iterator[MailBox]:
    with mail_box() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_TIMEOUT = 5
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield running


MAIL = message(
    "ada@example.org", subject="Breach", text="Equity 1", html="<p>Equity 1</p>",
    sender="The Firm <desk@firm.example>",
)  # fmt: skip


def test_a_mail_comes_from_the_brand_with_its_key_as_its_id(box: MailBox) -> None:
    assert Mail().send(MAIL) == "taken"
    read = email.message_from_bytes(box.came[0])
    assert read["From"] == "The Firm <desk@firm.example>"
    assert read["Message-ID"] == "<msg-1@firm.example>"
    assert [each.get_content_type() for each in read.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "answer", "error"),
    [
        ("RCPT", "550 no such box", Refused),
        ("RCPT", "451 later", NotSent),
        ("MAIL", "421 busy", NotSent),
        ("TAKEN", "554 spam", Refused),
        ("TAKEN", "452 full", NotSent),
        ("TAKEN", "", Uncertain),
    ],
)
def test_what_a_mail_server_says(
    box: MailBox, word: str, answer: str, error: type[Exception]
) -> None:
    box.says[word] = answer
    with pytest.raises(error):
        Mail().send(MAIL)


def test_a_mail_that_was_taken_is_taken_however_the_connection_ends(box: MailBox) -> None:
    box.says["QUIT"] = ""
    assert Mail().send(MAIL) == "taken"


def test_without_a_mail_server_nothing_was_sent(box: MailBox, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    with pytest.raises(NotSent, match="no connection"):
        Mail().send(MAIL)


@pytest.fixture
def provider(receiver: Receiver, settings: Any) -> Receiver:
    settings.EMAIL_BACKEND = "anymail.backends.resend.EmailBackend"
    settings.ANYMAIL = {"RESEND_API_KEY": "k", "RESEND_API_URL": f"{receiver.url}/"}
    receiver.body = b'{"id":"1"}'
    return receiver


def test_a_providers_api_takes_a_mail(provider: Receiver) -> None:
    assert Mail().send(MAIL) == "taken"
    ((_, headers, body),) = provider.came
    assert headers["authorization"] == "Bearer k"
    assert json.loads(body)["to"] == ["ada@example.org"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(422, Refused), (401, Refused), (429, NotSent), (503, NotSent), (500, Uncertain)],
)
def test_what_a_provider_says(provider: Receiver, status: int, error: type[Exception]) -> None:
    provider.status = status
    with pytest.raises(error):
        Mail().send(MAIL)


def test_a_provider_that_is_not_reached_or_hangs_up(provider: Receiver, settings: Any) -> None:
    provider.hangs_up = True
    with pytest.raises(Uncertain):
        Mail().send(MAIL)
    settings.ANYMAIL = {"RESEND_API_KEY": "k", "RESEND_API_URL": "http://127.0.0.1:1/"}
    with pytest.raises(NotSent):
        Mail().send(MAIL)
