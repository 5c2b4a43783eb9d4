"""Every operation of the document with drawn requests: no fault of the server, nothing told to
whom it is not for, and each answer one the document has.

The drill draws more of them.
"""

import re

import pytest

from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.api.declaring import DECLARED
from propdesk.web.api.entry import Kind
from propdesk.web.live import source
from propdesk.web.received import received_at
from tests.web.api.calling import key_text, program_of
from tests.web.api.firm_of_two import firm_of_two
from tests.web.api.fuzzing import As, connection_kept, fuzz, operations

EXAMPLES, EXAMPLES_OF_THE_DRILL, SEED = 2, 60, 20261123

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "examples", [EXAMPLES, pytest.param(EXAMPLES_OF_THE_DRILL, marks=pytest.mark.drill)]
)
def test_no_request_makes_it_fail_or_tell(
    examples: int, many_requests: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del many_requests
    engine = MadeUpAccounts(2, at=micros_of(received_at()))
    monkeypatch.setattr(source, "_provided", [engine])
    two = firm_of_two()
    callers = (
        As(None, two.hidden),
        As(key_text(two.other), two.hidden),
        As(key_text(two.owner, as_staff=True)),
    )
    sent = 0
    with connection_kept():
        for each in operations():
            fuzz(each, callers, two.addresses, examples=examples, number=SEED)
            sent += 1
    assert sent == len(DECLARED)


def test_what_there_is_is_read_by_whoever_may(
    many_requests: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn requests alone could all be refused: every reading of what there is succeeds."""
    del many_requests
    two = firm_of_two()
    account = two.firm.running(two.challenge).account.engine_account
    engine = MadeUpAccounts(2, at=micros_of(received_at()))
    known = engine.account(engine.board().rows[0].account)
    monkeypatch.setattr(engine, "account", lambda name: known if name == account else None)
    monkeypatch.setattr(source, "_provided", [engine])
    whose = program_of(two.whose)
    staff_key = program_of(two.owner, as_staff=True)
    other = program_of(two.other)
    for declared in DECLARED.values():
        if declared.method != "GET" or declared.id in {"catalog_draft", "stream_follow"}:
            continue
        begins = "/" + declared.path.split("/{")[0].strip("/")
        path = declared.path
        for name, value in two.addresses.get(begins, {}).items():
            path = re.sub(r"\{[a-z]+:" + name + r"\}", value, path)
        path += "?q=trader" if declared.id == "search_all" else ""
        assert staff_key.get(path).status_code == 200, declared.id
        if declared.entry.kind is Kind.OWN:
            assert whose.get(path).status_code == 200, declared.id
            told = other.get(path)
            assert told.status_code == (404 if path != declared.path else 200), declared.id
            assert not any(each in told.content.decode() for each in two.hidden), declared.id
