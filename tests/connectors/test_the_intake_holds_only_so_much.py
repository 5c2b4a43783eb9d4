"""What the intake keeps of its senders is bounded; beyond it they wait or are told, by name."""

import socket
import threading
import time
from pathlib import Path

import msgspec
import pytest

from propdesk.connectors.feeds.sequencer import FEEDS_MAX
from propdesk.connectors.intake.client import IntakeClient
from propdesk.connectors.intake.server import IN_FLIGHT_MAX
from propdesk.ports.intake import Accepted, IntakeAway
from propdesk.wire.intake_frames import Answer, QuotesSent, framed
from tests.connectors.sequenced import Desk, quote
from tests.connectors.test_the_intake_answers_when_it_is_durable import committing, serving

MESSAGES, OF_ONE = 400, 100


def test_a_sender_too_many_is_told_so_and_comes_when_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with committing(Desk()) as (commit, _), serving(commit, path, connections_max=2):
        first, second, third = (IntakeClient(path) for _ in range(3))
        for number, each in enumerate((first, second), start=1):
            assert each.quotes("lp", [quote(number, "1.08", "1.09")]).quotes == 1
        with pytest.raises(IntakeAway, match="2 senders are connected already"):
            third.quotes("lp", [quote(3, "1.08", "1.09")])
        first.close()
        assert _taken_in_the_end(third) == Accepted(quotes=1)
        second.close()
        third.close()


def test_a_sender_turned_away_before_it_spoke_hears_why(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(framed(Answer(away="enough are connected already")))
    theirs.close()
    client = IntakeClient(tmp_path / "s")
    client._socket = ours
    with pytest.raises(IntakeAway, match="enough are connected already"):
        client.quotes("lp", [quote(1, "1.08", "1.09")])
    client.close()


def _taken_in_the_end(client: IntakeClient) -> Accepted:
    until = time.monotonic() + 5
    while True:
        try:
            return client.quotes("lp", [quote(3, "1.08", "1.09")])
        except IntakeAway:
            assert time.monotonic() < until
            time.sleep(0.01)


@pytest.mark.parametrize("waiting_max", [500, 1_000_000], ids=["what waits", "what is in flight"])
def test_while_the_log_is_stuck_a_sender_waits_and_nothing_is_lost(
    tmp_path: Path, waiting_max: int
) -> None:
    desk, path = Desk(), tmp_path / "s"
    rows = [quote(number, "1.08", "1.09") for number in range(1, MESSAGES * OF_ONE + 1)]
    sent = [
        framed(QuotesSent("lp", rows[begun : begun + OF_ONE]))
        for begun in range(0, len(rows), OF_ONE)
    ]
    with committing(desk, waiting_max=waiting_max) as (commit, writer), serving(commit, path):
        writer.gate.clear()
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(20)
            raw.connect(str(path))
            sending = threading.Thread(target=raw.sendall, args=(b"".join(sent),))
            sending.start()
            sending.join(0.5)
            assert sending.is_alive(), "whatever is sent is taken"
            assert commit._weight <= waiting_max
            assert len(commit._queue) <= IN_FLIGHT_MAX + 2, "but one answered and one read"
            writer.gate.set()
            with raw.makefile("rb") as answers:
                for _ in sent:
                    length = int.from_bytes(answers.read(4), "little")
                    assert msgspec.msgpack.decode(answers.read(length))["quotes"] == OF_ONE
            sending.join()
    assert [row[0] for row in desk.ticks()] == list(range(1, len(rows) + 1))


def test_names_of_feeds_are_no_place_for_a_counter() -> None:
    desk = Desk()
    for number in range(FEEDS_MAX):
        assert desk.quotes(quote(1, "1.08", "1.09"), feed=f"lp{number}").quotes == 1
    (sentence,) = desk.quotes(quote(1, "1.08", "1.09"), feed="one more").refused
    assert "one too many" in sentence
    assert desk.quotes(quote(2, "1.08", "1.09"), feed="lp0").quotes == 1
