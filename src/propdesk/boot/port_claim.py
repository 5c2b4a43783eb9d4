"""Claims the web port: one Propdesk a port, told apart from a stranger that listens there.

The web server shares a port silently with a forgotten older one, so requests would go to either.
"""

import contextlib
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path


class PortTaken(Exception):
    """Somebody else serves on the port; the caller names another or stops the other."""


@contextlib.contextmanager
def claimed_port(host: str, port: int) -> Iterator[None]:
    """Holds the port of this user until the block ends. Raises PortTaken."""
    path = Path(tempfile.gettempdir()) / f"propdesk-{os.geteuid()}-port-{port}.lock"
    # O_NOFOLLOW: the folder is everybody's, and a link there would lead us elsewhere.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PortTaken(_taken(host, port, by="another Propdesk of yours")) from None
        _refuse_a_stranger(host, port)
        yield
    finally:
        os.close(descriptor)


def _refuse_a_stranger(host: str, port: int) -> None:
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise PortTaken(f"PROPDESK_HOST {host!r} is no address of this machine: {error}") from error
    with socket.socket(address[0], address[1]) as probe:
        # Connections of an earlier run that linger must not count; a listener still does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address[4])
        except OSError as error:
            raise PortTaken(_taken(host, port, by=error.strerror or str(error))) from error


def _taken(host: str, port: int, *, by: str) -> str:
    return (
        f"{host}:{port} cannot be used ({by}): stop what serves there, "
        "or set PROPDESK_PORT to another port"
    )
