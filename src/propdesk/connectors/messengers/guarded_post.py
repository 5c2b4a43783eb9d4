"""A POST to an address that somebody typed in: only outwards, bounded in time and size.

The name is looked up once, every address of it must be a public one, and that address is the one
connected to: a name that changes its mind in between leads nowhere. No redirect is followed and no
proxy of the environment is asked. It must not log the address: a hook's is its password.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from propdesk.ports.messengers import NotSent, Refused, Uncertain

CONNECT_S_MAX, READ_S_MAX, ANSWER_S_MAX = 5.0, 10.0, 12.0
SENT_BYTES_MAX, ANSWER_BYTES_MAX = 65_536, 4_096


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the beginning of the body."""

    status: int
    body: bytes
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a messenger may post to. ``hosts`` empty: to any public address."""

    hosts: frozenset[str] = frozenset()
    allow_private: bool = False
    """Also addresses of this machine and its own network, and without TLS: for tests, and for a
    firm whose receiver stands beside it."""


def check_address(url: str, reach: Reach) -> str:
    """``url``, where it may be posted to at all. Raises ``ValueError`` with a sentence."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("this is no address of the web") from None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("an address is written without spaces and in plain letters")
    schemes = {"https", "http"} if reach.allow_private else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError("an address begins with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("an address holds no name, password or # part")
    if reach.hosts and (parts.hostname not in reach.hosts or port not in {None, 443}):
        raise ValueError(f"only {', '.join(sorted(reach.hosts))} is written to here")
    if not reach.allow_private and _is_number(parts.hostname) and not _is_public(parts.hostname):
        raise ValueError("an address of this machine or its own network is not written to")
    return url


def post(url: str, body: bytes, headers: Mapping[str, str], reach: Reach) -> Answer:
    """Raises ``Refused`` for an address that may not be reached, ``NotSent`` where nothing left,
    and ``Uncertain`` where nobody answered."""
    try:
        check_address(url, reach)
    except ValueError as error:
        raise Refused(str(error)) from None
    if len(body) > SENT_BYTES_MAX:
        raise Refused(f"{len(body)} bytes; {SENT_BYTES_MAX} may be sent")
    parts = urlsplit(url)
    host = str(parts.hostname)
    there = httpx.URL(url).copy_with(host=_public_address(host, parts.port or 443, reach))
    sent = {**headers, "host": parts.netloc, "user-agent": "propdesk"}
    timeout = httpx.Timeout(READ_S_MAX, connect=CONNECT_S_MAX)
    try:
        with (
            httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "POST", there, content=body, headers=sent, extensions={"sni_hostname": host}
            ) as answer,
        ):
            return Answer(
                answer.status_code, _beginning(answer), answer.headers.get("retry-after", "")
            )
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotSent(f"no connection: {type(error).__name__}") from None
    except httpx.HTTPError as error:
        raise Uncertain(f"no answer: {type(error).__name__}") from None


def _beginning(answer: httpx.Response) -> bytes:
    """So much of the body as is worth keeping; one that drips is not waited for."""
    until = time.monotonic() + ANSWER_S_MAX
    body = b""
    for part in answer.iter_raw(1_024):
        body += part
        if len(body) >= ANSWER_BYTES_MAX or time.monotonic() > until:
            break
    return body[:ANSWER_BYTES_MAX]


def _public_address(host: str, port: int, reach: Reach) -> str:
    """The address to connect to. Raises ``NotSent`` where the name is unknown, and ``Refused``
    where any of its addresses is not a public one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("the name is not known") from None
    addresses = [str(each[4][0]) for each in found]
    if not reach.allow_private and not all(map(_is_public, addresses)):
        raise Refused("the name leads to this machine or its own network")
    return addresses[0]


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(address: str) -> bool:
    """Whether it is everybody's. IPv4 wrapped in IPv6 counts as what is wrapped."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if found in _NAT64:
            return _is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
