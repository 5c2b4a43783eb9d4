"""A firm that sells one programme short enough to be lived through in minutes; as a process.

``python -m tests.web.life.firm`` fills an empty, migrated database through the ordinary actions and
tells, as one line of JSON, the sessions of its staff.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django

RULEBOOK = """
name: {slug}
title: Two steps of a minute
version: "1"
effective_from: 2026-01-01
currency: USD
clock: {{zone: America/New_York, reset: 17:00}}
sizes:
  - {{size: 100000}}
phases:
  - name: phase-1
    rules: {rules}
  - name: phase-2
    rules: {rules}
  - name: funded
    stage: funded
    rules:
      - rule: daily_loss
        base: day_start_balance
        allowance: {{percent: 5, of: base}}
        comparison: touch
    payout:
      split: {{percent: 80}}
      first_after_days: 0
      first_counted_from: first_trade
      cycle_days: 0
"""
RULES = """
      - rule: daily_loss
        base: day_start_balance
        allowance: {percent: 5, of: base}
        comparison: touch
        warn_at: [50, 70, 90]
      - rule: overall_loss
        mode: static
        allowance: {percent: 10}
        comparison: touch
      - rule: profit_target
        target: {percent: 1}
"""
SLUG = "two-minutes"
STAFF = ("owner", "risk", "support")


def main() -> None:
    django.setup()
    # Their models need Django set up.
    from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon  # noqa: PLC0415
    from propdesk.crm.catalog.actions.create_programme import (  # noqa: PLC0415
        NewProgramme,
        create_programme,
    )
    from propdesk.crm.catalog.actions.publish_legal_text import (  # noqa: PLC0415
        NewText,
        publish_legal_text,
    )
    from propdesk.crm.catalog.actions.publish_version import publish_version  # noqa: PLC0415
    from propdesk.crm.catalog.actions.save_draft import save_draft  # noqa: PLC0415
    from propdesk.crm.catalog.actions.set_offer import Offer, set_offer  # noqa: PLC0415
    from propdesk.crm.catalog.actions.set_prices import set_prices  # noqa: PLC0415
    from propdesk.crm.catalog.models import (  # noqa: PLC0415
        LegalKind,
        Programme,
        Purpose,
        SoldAs,
        Visibility,
    )
    from tests.crm.firm_cast import STAFF as BY  # noqa: PLC0415

    at = datetime.now(UTC) - timedelta(days=1)
    new = NewProgramme(preset="funderpro-2-step", slug=SLUG, title="Two steps of a minute")
    made = create_programme(new, by=BY, at=at)
    draft = save_draft(made, RULEBOOK.format(slug=SLUG, rules=RULES), by=BY, at=at)
    publish_version(made, sha256=draft.sha256, by=BY, at=at)
    size = Decimal(100_000)
    set_prices(made, Purpose.PURCHASE, "USD", {size: 54_900}, by=BY, at=at)
    offer = Offer(
        title="Two steps of a minute", visibility=Visibility.PUBLIC, sold_as=SoldAs.CHALLENGE
    )
    set_offer(Programme.objects.get(pk=made.pk), offer, by=BY, at=at)
    coupon = NewCoupon(code="SAVE20", percent=Decimal(20), starts_at=at)
    create_coupon(coupon, by=BY, at=at)
    text = NewText(kind=LegalKind.TERMS, version="1", title="Terms", body="Be fair.")
    publish_legal_text(text, by=BY, at=at)
    sys.stdout.write(json.dumps({role: _session(role) for role in STAFF}) + "\n")


def _session(role: str) -> str:
    from propdesk.crm.people.models import RoleGrant  # noqa: PLC0415
    from propdesk.crm.uuid7 import uuid7  # noqa: PLC0415
    from tests.crm.firm_cast import trader  # noqa: PLC0415
    from tests.web.sessions import client_of  # noqa: PLC0415

    person = trader(f"{role}@firm.example")
    now = datetime.now(UTC)
    RoleGrant.objects.create(id=uuid7(now), person=person, role=role, granted_at=now)
    client = client_of(person, with_factor=True)
    return str(client.cookies["sessionid"].value)


if __name__ == "__main__":
    main()
