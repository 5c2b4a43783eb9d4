"""End a coupon: from now on no order takes it; orders that have it keep it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.models import Coupon
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused


def end_coupon(coupon: Coupon, *, by: Actor, at: datetime) -> None:
    """Raises ``ActionRefused`` (``ended``)."""
    require(by, "catalog.end_coupon")
    with transaction.atomic():
        running = Coupon.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), pk=coupon.pk)
        # One that has not begun ends where it would have begun: it never held.
        if not running.update(ends_at=max(at, coupon.starts_at)):
            raise ActionRefused("ended", _("This coupon has ended already."))
        record(
            by=by,
            action="catalog.end_coupon",
            object_type="coupon",
            object_id=coupon.pk,
            at=at,
            after={"ends_at": max(at, coupon.starts_at).isoformat()},
        )
