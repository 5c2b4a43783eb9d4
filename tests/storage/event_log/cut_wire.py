"""A wire to a PostgreSQL server that a test can cut, before or behind an answer."""

import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

LISTENING_AS = ".s.PGSQL.5432"


class CutWire:
    """Passes bytes between clients and the server at ``url``; ``url`` here leads through it."""

    def __init__(self, url: str) -> None:
        parts = conninfo_to_dict(url)
        self._server = (str(parts.get("host", "localhost")), int(parts.get("port") or 5432))
        self._folder = Path(tempfile.mkdtemp(prefix="propdesk-wire-"))
        self.url = (
            f"postgresql://{parts['user']}@/{parts['dbname']}"
            f"?host={quote(str(self._folder), safe='')}"
        )
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self._folder / LISTENING_AS))
        self._door.listen()
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._cut_at_answer = threading.Event()
        self.is_refusing = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        shutil.rmtree(self._folder)

    def cut(self) -> None:
        """Every connection there is ends."""
        with self._lock:
            connected, self._open = self._open, []
        for each in connected:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut_at_the_next_answer(self) -> None:
        """What the server answers next is thrown away, and its connection ends."""
        self._cut_at_answer.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            if self.is_refusing:
                client.close()
                continue
            server = self._to_server()
            with self._lock:
                self._open += (client, server)
            for pair in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _to_server(self) -> socket.socket:
        host, port = self._server
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _pass(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if is_answer and self._cut_at_answer.is_set():
                    self._cut_at_answer.clear()
                    break
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
