"""The stream of the API, wired: verdicts from the log, equity from the engine.

It must not read settings of its own: the environment was prepared by whoever started the worker.
"""

import os
import time

from propdesk.boot.projector_process import PARTITIONS
from propdesk.ports.event_log import Reader
from propdesk.storage.event_log import PostgresLog
from propdesk.web.api.following.streaming import ApiStream
from propdesk.web.api.following.tail import Tail
from propdesk.web.live import source
from propdesk.web.wsgi_threads import InThreads
from propdesk.wire.log_records import verdicts_of


def api_stream(in_threads: InThreads) -> ApiStream:
    """Of this process; ``in_threads`` says who may follow what."""
    streams = [verdicts_of(number) for number in range(PARTITIONS)]
    return ApiStream(in_threads, Tail(_reader, streams, time.monotonic), source.accounts)


def _reader() -> Reader:
    return PostgresLog(os.environ["PROPDESK_DATABASE_URL"]).reader()
