"""Every operation of the document with drawn requests: no fault of the server, nothing told to
whom it is not for, and each answer one the document has.

``propdesk``'s drill draws more (``tests/web/api/drill.py``).
"""

import pytest

from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.api.declaring import DECLARED
from propdesk.web.live import source
from propdesk.web.received import received_at
from tests.web.api.calling import key_text
from tests.web.api.firm_of_two import firm_of_two
from tests.web.api.fuzzing import As, connection_kept, fuzz, operations

EXAMPLES, SEED = 2, 20261123

pytestmark = pytest.mark.django_db


def test_no_request_makes_it_fail_or_tell(
    many_requests: None, monkeypatch: pytest.MonkeyPatch
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
            fuzz(each, callers, two.addresses, examples=EXAMPLES, number=SEED)
            sent += 1
    assert sent == len(DECLARED)
