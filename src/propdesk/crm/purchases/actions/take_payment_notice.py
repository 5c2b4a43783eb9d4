"""Take what a provider tells of a payment: kept once, applied once, in whatever order it comes."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from propdesk.crm.audit.actor import system
from propdesk.crm.audit.record import record
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import NoticeState, Payment, ProviderNotice
from propdesk.crm.purchases.settling import settle
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.payments import NoticeRefused, PaymentNotice


def take_payment_notice(provider: str, told: PaymentNotice, at: datetime) -> bool:
    """Whether it is new. ``told`` is verified: only a port's ``read_notice`` makes one.

    Raises ``NoticeRefused`` where the same id told something else before, or no payment of ours
    is meant; nothing was kept then.
    """
    content = _content_sha256(told)
    known = ProviderNotice.objects.filter(provider=provider, notice_id=told.id).first()
    if known is not None:
        return _same(known, content)
    try:
        with transaction.atomic():
            payment = _payment(provider, told)
            order = lock_order(payment.order_id)
            # After this point what was told must be kept, even where nothing comes of it yet.
            payment = _named(Payment.objects.get(pk=payment.pk), told)
            notice = _keep(provider, told, content, at)
            settle(order, payment, at)
            notice.refresh_from_db()
            record(
                by=system("payments"),
                action="purchases.take_payment_notice",
                object_type="payment",
                object_id=payment.id,
                at=at,
                after={"notice": told.id, "kind": told.kind.value, "state": notice.state},
            )
    except IntegrityError as error:
        if "notice_is_one" not in str(error):
            raise
        # Told twice at once: the other one has it.
        return _same(ProviderNotice.objects.get(provider=provider, notice_id=told.id), content)
    return True


def _payment(provider: str, told: PaymentNotice) -> Payment:
    """By the provider's id, or by ours where his was not written down before he was killed."""
    payment = Payment.objects.filter(provider=provider, provider_id=told.payment).first()
    if payment is not None:
        return payment
    try:
        key = UUID(told.key)
    except ValueError:
        raise NoticeRefused(f"no payment of ours is {told.payment}") from None
    payment = Payment.objects.filter(provider=provider, id=key, provider_id__isnull=True).first()
    if payment is None:
        raise NoticeRefused(f"no payment of ours is {told.payment}")
    return payment


def _named(payment: Payment, told: PaymentNotice) -> Payment:
    if payment.provider_id is None:
        payment.provider_id = told.payment
        payment.save(update_fields=["provider_id"])
    return payment


def _keep(provider: str, told: PaymentNotice, content: str, at: datetime) -> ProviderNotice:
    return ProviderNotice.objects.create(
        id=uuid7(at),
        provider=provider,
        notice_id=told.id,
        content_sha256=content,
        kind=told.kind.value,
        payment_id_there=told.payment,
        payment_key=told.key,
        of=told.of,
        of_key=told.of_key,
        currency=told.currency,
        amount_minor=told.amount_minor,
        fee_minor=told.fee_minor,
        fingerprint=told.fingerprint,
        at=told.at,
        received_at=at,
        state=NoticeState.WAITING,
    )


def _content_sha256(told: PaymentNotice) -> str:
    # Not the time: a provider that tells a thing again may tell it of a later moment.
    said = {name: value for name, value in asdict(told).items() if name != "at"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _same(known: ProviderNotice, content: str) -> bool:
    if known.content_sha256 != content:
        raise NoticeRefused(f"{known.notice_id} told something else before")
    return False
