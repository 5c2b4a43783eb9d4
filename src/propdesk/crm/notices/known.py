"""What must be known to word and address a batch of notices: read in a few queries.

It must not write, nor decide who is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.notices.kinds import Kind
from propdesk.crm.notices.models import Channel, Contact, Outlet, Preference
from propdesk.crm.notices.terms import Look, Terms, looks, terms
from propdesk.crm.notices.texts import Texts, texts_in_force
from propdesk.crm.notices.told import Told
from propdesk.crm.people.models import Person, PersonState, RoleGrant, Standing
from propdesk.crm.people.permissions import ADMIN, OWNER, PERMITTED, RISK

PERSONAL = (Channel.MAIL, Channel.TELEGRAM, Channel.DISCORD)
"""By which a person can be told."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a batch of notices is about, and who hears of alerts."""

    accounts: Mapping[UUID, TradingAccount]
    persons: Mapping[UUID, Person]
    """By the id a notice names, which may be a duplicate's."""
    risk: Sequence[Person]
    ruling: Sequence[Person]
    permitted: Mapping[str, Sequence[Person]]
    """By an action that a notice is addressed to: who of the staff may do it."""
    answers: Mapping[tuple[UUID, str, str], bool]
    connected: Mapping[UUID, frozenset[str]]
    outlets: Sequence[Outlet]
    texts: Texts
    looks: Mapping[str, Look]
    terms: Terms

    def look(self, person: Person | None) -> Look:
        """The brand by which a person came."""
        found = None if person is None else self.looks.get(person.brand)
        return found or self.looks[DEFAULT_BRAND]

    def channels(self, person: Person, kind: Kind) -> Iterable[Channel]:
        """By which channels a person is told of a kind, beside the pages."""
        for channel in PERSONAL:
            if channel == Channel.MAIL:
                if kind.mail_is_locked or self._answer(person, kind, channel):
                    yield channel
            elif channel in self.connected.get(person.id, ()) and self._answer(
                person, kind, channel
            ):
                yield channel

    def _answer(self, person: Person, kind: Kind, channel: Channel) -> bool:
        """What the person said of a kind; somebody who said nothing is told."""
        return self.answers.get((person.id, kind.name, channel.value), True)


def known_for(batch: Iterable[Told]) -> Known:
    """Everything a batch needs."""
    batch = list(batch)
    named = {each.person for each in batch if each.person is not None}
    persons = _persons(named)
    risk, ruling = holders((RISK,)), holders((OWNER, ADMIN))
    actions = {to for each in batch for to in each.to if to in PERMITTED}
    permitted = {each: holders(PERMITTED[each]) for each in actions}
    staff = {each.id for found in permitted.values() for each in found}
    concerned = {each.id for each in (*persons.values(), *risk, *ruling)} | staff
    accounts = TradingAccount.objects.in_bulk(
        {each.account for each in batch if each.account is not None}
    )
    answers = Preference.objects.filter(person__in=concerned)
    return Known(
        accounts=accounts,
        persons=persons,
        risk=risk or ruling,
        ruling=ruling,
        permitted=permitted,
        answers={(each.person, each.kind, each.channel): each.is_on for each in answers},
        connected=_connected(concerned),
        outlets=list(Outlet.objects.filter(is_on=True).order_by("id")),
        texts=texts_in_force(),
        looks=looks(),
        terms=terms(),
    )


def _persons(named: set[UUID]) -> Mapping[UUID, Person]:
    """Those who are named; who turned out to be somebody else is him."""
    found = Person.objects.select_related("merged_into").in_bulk(named)
    return {each: person.merged_into or person for each, person in found.items()}


def holders(roles: Iterable[str]) -> list[Person]:
    """Who holds any of the roles and may sign in."""
    held = RoleGrant.objects.filter(role__in=roles, revoked_at__isnull=True)
    found = Person.objects.filter(id__in=held.values("person_id"), standing=Standing.OPEN).exclude(
        state=PersonState.LEAD
    )
    return list(found.order_by("id"))


def _connected(persons: set[UUID]) -> Mapping[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for person, channel in Contact.objects.filter(
        person__in=persons, confirmed_at__isnull=False, ended_at__isnull=True
    ).values_list("person", "channel"):
        found[person].add(channel)
    return {person: frozenset(channels) for person, channels in found.items()}
