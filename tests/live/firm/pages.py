"""The pages as they are served in an installation, as a process: ``python -m … PORT``."""

import sys

from granian.constants import Interfaces
from granian.server import Server

if __name__ == "__main__":
    Server(
        "propdesk.boot.pages_and_streams:application",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        websockets=False,
        workers_kill_timeout=30,
    ).serve()
