"""What a firm's tables say when all is quiet, as one line of JSON. A process.

``python -m tests.live.firm.books`` looks at the database of its environment.
"""

import json
import sys
from collections import Counter
from typing import Any

import django


def main() -> None:
    django.setup()
    sys.stdout.write(json.dumps(_books()) + "\n")


def _books() -> dict[str, Any]:
    # Their models need Django set up.
    from propdesk.crm.accounts.models import AccountVerdict, TradingAccount  # noqa: PLC0415
    from propdesk.crm.audit.chain import walk  # noqa: PLC0415
    from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase  # noqa: PLC0415
    from propdesk.crm.ledger.models import Entry, Posting  # noqa: PLC0415
    from propdesk.crm.notices.models import Alert, Delivery, Notice  # noqa: PLC0415
    from propdesk.crm.outbox.models import OutboxRow  # noqa: PLC0415
    from propdesk.crm.purchases.models import Order, OrderTask, Payment  # noqa: PLC0415

    waiting = OutboxRow.objects.filter(delivered_at__isnull=True)
    mails = Delivery.objects.filter(channel="mail")
    balances: Counter[str] = Counter()
    for kind, amount in Posting.objects.values_list("account__kind", "amount_minor"):
        balances[kind] += amount
    return {
        "orders": Counter(Order.objects.values_list("state", flat=True)),
        "received": list(
            Payment.objects.filter(counts=True).values_list("received_minor", flat=True)
        ),
        "payments": Payment.objects.count(),
        "tasks waiting": OrderTask.objects.filter(done_at__isnull=True).count(),
        "outbox waiting": list(waiting.values_list("command", "last_error")),
        "entries": Counter(Entry.objects.values_list("what", flat=True)),
        "balances": balances,
        "enrolments": Counter(Enrolment.objects.values_list("state", flat=True)),
        "phases": Counter(
            f"{name}: {outcome or 'runs'}"
            for name, outcome in EnrolmentPhase.objects.values_list("name", "outcome")
        ),
        "logins": sorted(TradingAccount.objects.values_list("login", flat=True)),
        "breached": sorted(
            TradingAccount.objects.filter(status="breached").values_list("login", "rights")
        ),
        "verdicts": sorted(AccountVerdict.objects.values_list("id", flat=True)),
        "fails": Counter(
            AccountVerdict.objects.filter(outcome="fail").values_list("account__login", flat=True)
        ),
        "notices": Counter(Notice.objects.values_list("kind", flat=True)),
        "mails": {str(key): state for key, state in mails.values_list("id", "state")},
        "alerts": [
            (kind, at.timestamp()) for kind, at in Alert.objects.values_list("kind", "raised_at")
        ],
        "audit fault": str(walk(None).fault or ""),
    }


if __name__ == "__main__":
    main()
