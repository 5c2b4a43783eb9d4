"""The customers of the firm that is lived in: persons, each with a key and a session. A process.

``python -m tests.live.firm.people N`` tells, as one line of JSON, the pairs of so many.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import django


def main() -> None:
    django.setup()
    # Their models need Django set up.
    from propdesk.crm.api_keys.actions.create_key import NewKey, create_key  # noqa: PLC0415
    from propdesk.crm.api_keys.models import Scope  # noqa: PLC0415
    from propdesk.crm.audit.actor import Actor  # noqa: PLC0415
    from propdesk.crm.people.permissions import TRADER  # noqa: PLC0415
    from tests.crm.firm_cast import trader  # noqa: PLC0415
    from tests.web.sessions import client_of  # noqa: PLC0415

    now, told = datetime.now(UTC), []
    for number in range(int(sys.argv[1])):
        person = trader(f"customer-{number}@example.org")
        new = NewKey(name="mine", scopes=frozenset(Scope), lasts=timedelta(days=1))
        by = Actor(person.pk, TRADER, "192.0.2.1")
        key = create_key(person.pk, new, by=by, at=now).text
        told.append((key, client_of(person).cookies["sessionid"].value))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
