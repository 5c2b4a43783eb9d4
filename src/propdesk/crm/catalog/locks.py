"""The catalogue's locks. Whoever needs several takes the programme's first, then the coupon's."""

from propdesk.crm.catalog.models import Coupon, Programme


def lock_programme(programme: Programme) -> Programme:
    """The row as it is now, for this transaction alone."""
    return Programme.objects.select_for_update().get(pk=programme.pk)


def lock_coupon(coupon: Coupon) -> Coupon:
    """The row as it is now: uses are counted under it."""
    return Coupon.objects.select_for_update().get(pk=coupon.pk)
