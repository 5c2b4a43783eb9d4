"""A mail server on loopback that keeps what it takes, and refuses as it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailBox:
    """What came, and what it says at which word."""

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    """By the word it is told: its answer; empty: it hangs up."""
    came: list[bytes] = field(default_factory=list)


@contextmanager
def mail_box() -> Iterator[MailBox]:
    """A mail server while the block lasts."""
    box = MailBox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 box")
            for line in iter(self.rfile.readline, b""):
                word = line.split(b" ")[0].strip().decode().upper()
                if word == "DATA" and "DATA" not in box.says:
                    self.say("354 go on")
                    self.take()
                    word = "TAKEN"
                answer = box.says.get(word, "221 bye" if word == "QUIT" else "250 ok")
                if not answer:
                    return
                self.say(answer)
                if word == "QUIT":
                    return

        def take(self) -> None:
            lines = iter(self.rfile.readline, b".\r\n")
            box.came.append(b"".join(lines))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    box.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
