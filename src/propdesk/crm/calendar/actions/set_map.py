"""Say which symbols a currency's releases concern, or those with words in their title."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.calendar.known import map_in_force, mapped_symbols
from propdesk.crm.calendar.locks import lock_calendar
from propdesk.crm.calendar.models import MapEntry, ReleaseVersion
from propdesk.crm.calendar.writing import said_of, write_version
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "calendar.set_map"
BY_MAP = "map"
SYMBOLS_MAX = 60
WORDS_MAX = 100
_CURRENCY = re.compile(r"[A-Z]{3}")
_SYMBOL = re.compile(r"[A-Za-z0-9][\w.#&/+-]{0,59}")


def add_map_entry(
    symbols: Sequence[str], *, currency: str = "", words: str = "", by: Actor, at: datetime
) -> MapEntry:
    """An entry, and a new version of every release ahead that it concerns.

    Raises ``ActionRefused`` (``one_thing``, ``no_currency``, ``no_symbol``).
    """
    require(by, ACTION)
    if bool(currency) == bool(words.strip()) or len(words) > WORDS_MAX:
        raise ActionRefused("one_thing", _("Name a currency, or words of the title: one of both."))
    if currency and not _CURRENCY.fullmatch(currency):
        raise ActionRefused("no_currency", _("Write a currency as three capital letters: USD."))
    named = list(dict.fromkeys(symbols))
    if not 0 < len(named) <= SYMBOLS_MAX or not all(map(_SYMBOL.fullmatch, named)):
        raise ActionRefused("no_symbol", _("Name 1 to 60 symbols."))
    # After this point the entry is in force.
    with transaction.atomic():
        lock_calendar()
        made = MapEntry.objects.create(
            id=uuid7(at), currency=currency, words=words.strip(), symbols=named, made_at=at,
            made_by=by.person,
        )  # fmt: skip
        again = _mapped_anew(at, by)
        after = {"map": str(made), "releases": again}
        record(by=by, action=ACTION, object_type="map_entry", object_id=made.pk, at=at, after=after)
    return made


def end_map_entry(entry: UUID, *, by: Actor, at: datetime) -> MapEntry:
    """From now on it adds no symbols. Raises ``MapEntry.DoesNotExist`` where it has ended."""
    require(by, ACTION)
    with transaction.atomic():
        lock_calendar()
        found = MapEntry.objects.select_for_update().get(pk=entry, ended_at=None)
        # After this point the entry has ended.
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        again = _mapped_anew(at, by)
        record(
            by=by, action=ACTION, object_type="map_entry", object_id=found.pk, at=at,
            before={"map": str(found)}, after={"map": "", "releases": again},
        )  # fmt: skip
    return found


def _mapped_anew(at: datetime, by: Actor) -> int:
    """How many releases ahead concern other symbols now: each gets a version that says so."""
    entries, again = map_in_force(), 0
    ahead = ReleaseVersion.objects.filter(is_newest=True, withdrawn=False, release_at__gte=at)
    for each in ahead.select_related("release").order_by("release_at", "id"):
        if mapped_symbols(each.title, each.currencies, entries) != each.mapped:
            write_version(
                each.release, each, said_of(each), entries, source=BY_MAP, person=by.person, at=at
            )
            again += 1
    return again
