"""Who asks: a visitor, a person, and which of his roles have effect in this session.

It must not decide what may be done; it says as what somebody acts.
"""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from propdesk.crm.audit.actor import ANONYMOUS, Actor
from propdesk.crm.people.actions.begin_view_as import ACTION as VIEW_AS
from propdesk.crm.people.models import Person, roles_of
from propdesk.crm.people.permissions import TRADER, permitting_role
from propdesk.web.received import received_at
from propdesk.web.view_as import looking

# Beside what the server says of the request: no client can send a name like this.
_KEPT = "propdesk.visitor"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a request."""

    person: Person | None
    held: frozenset[str] = frozenset()
    """The staff roles the person was granted."""
    is_proved: bool = False
    """Whether a second factor was given in this session; without it no staff role has effect."""
    address: str = ""
    viewed_by: "Visitor | None" = None
    """Who of the staff looks at this person's pages now; he may only look."""

    @property
    def roles(self) -> frozenset[str]:
        """The roles that have effect now."""
        if self.person is None:
            return frozenset({ANONYMOUS})
        return frozenset({TRADER}) | (self.held if self.is_proved else frozenset())

    @property
    def is_staff(self) -> bool:
        return bool(self.roles - {ANONYMOUS, TRADER})

    def acting(self, action: str) -> Actor:
        """The visitor as who does ``action``. Without a role that permits it, as what he is: the
        action itself refuses then."""
        role = permitting_role(action, self.roles)
        if role is None:
            role = ANONYMOUS if self.person is None else TRADER
        return Actor(None if self.person is None else self.person.id, role, address=self.address)


def visitor(request: HttpRequest) -> Visitor:
    """Who sent ``request``: asked of the database once."""
    kept = request.META.get(_KEPT)
    if not isinstance(kept, Visitor):
        kept = request.META[_KEPT] = _visitor(request)
    return kept


def look_again(request: HttpRequest) -> None:
    """Forget who sent ``request``: the session has just changed."""
    request.META.pop(_KEPT, None)


def address_of(request: HttpRequest) -> str:
    """The address the request came from, as far as the proxies in front are known."""
    return str(get_adapter(request).get_client_ip(request))


def _visitor(request: HttpRequest) -> Visitor:
    address = address_of(request)
    person = request.user if request.user.is_authenticated else None
    if not isinstance(person, Person):
        return Visitor(None, address=address)
    held = roles_of(person.id)
    who = Visitor(person, held, bool(held) and _is_proved(request, person), address)
    return _looking(request, who) or who


def _looking(request: HttpRequest, who: Visitor) -> Visitor | None:
    """The trader whose pages ``who`` looks at, where he still does and still may."""
    kept = looking(request, received_at()) if who.is_staff else None
    if kept is None or permitting_role(VIEW_AS, who.roles) is None:
        return None
    trader = Person.objects.filter(pk=kept.person).first()
    return None if trader is None else Visitor(trader, address=who.address, viewed_by=who)


def _is_proved(request: HttpRequest, person: Person) -> bool:
    """Whether one of the person's present factors was given in this session: one that was
    removed since counts no more."""
    given = {
        record.get("id")
        for record in get_authentication_records(request, person)
        if record.get("method") == "mfa"
    } - {None}
    return bool(given) and Authenticator.objects.filter(user=person, pk__in=given).exists()
