"""Who calls: a key's person, whoever has signed in, or nobody; and which roles have effect.

It must not decide what may be done; it says as what somebody acts.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from propdesk.crm.api_keys.bearing import key_of, note_use, staff_roles_of
from propdesk.crm.api_keys.models import ApiKey, Scope
from propdesk.crm.audit.actor import ANONYMOUS, Actor
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import TRADER, permitting_role
from propdesk.web.api.problems import NotFound, Refused
from propdesk.web.visitor import Visitor, address_of, visitor

# Beside what the server says of the request: no client can send a name like this.
_KEPT = "propdesk.caller"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="propdesk"'}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. ``key`` None: a session, which has every scope."""

    person: Person | None
    roles: frozenset[str]
    without_factor: frozenset[str] = frozenset()
    """Staff roles he holds that have no effect in this session: no second factor was given."""
    key: ApiKey | None = None
    address: str = ""

    @property
    def is_staff(self) -> bool:
        return bool(self.roles - {ANONYMOUS, TRADER})

    @property
    def known(self) -> Person:
        """The person. Raises ``NotFound`` where nobody is known; entries let none such in."""
        if self.person is None:
            raise NotFound
        return self.person

    def may(self, action: str) -> bool:
        return permitting_role(action, self.roles) is not None

    def has(self, scope: Scope) -> bool:
        return self.key is None or scope in self.key.scopes

    def acting(self, action: str, *, of: UUID | None = None) -> Actor:
        """As who does ``action``; without a role that permits it, as what he is. What is done to
        ``of``, somebody else, is not done as a trader."""
        others = of is not None and (self.person is None or of != self.person.pk)
        role = permitting_role(action, self.roles - {TRADER} if others else self.roles)
        if role is None:
            role = ANONYMOUS if self.person is None else TRADER
        return Actor(None if self.person is None else self.person.id, role, self.address)

    @property
    def counted_as(self) -> str:
        """By what his requests are counted."""
        if self.key is not None:
            return f"key/{self.key.pk}"
        return f"address/{self.address}" if self.person is None else f"person/{self.person.pk}"


def identified(request: HttpRequest, at: datetime) -> Caller:
    """Who sent ``request``. Raises ``Refused`` (401) for a header that is no key that holds:
    whoever shows one is not taken for somebody else by his cookie."""
    header = request.headers.get("Authorization")
    caller = _by_session(request) if header is None else _by_key(request, header, at)
    request.META[_KEPT] = caller
    return caller


def caller_of(request: HttpRequest) -> Caller:
    """Who the door found to have sent ``request``."""
    caller = request.META[_KEPT]
    if not isinstance(caller, Caller):
        raise TypeError("the request did not come by the door")
    return caller


def _by_session(request: HttpRequest) -> Caller:
    who: Visitor = visitor(request)
    asleep = frozenset() if who.is_proved else who.held
    return Caller(who.person, who.roles, asleep, address=who.address)


def _by_key(request: HttpRequest, header: str, at: datetime) -> Caller:
    kind, _, text = header.partition(" ")
    key = key_of(text.strip(), at) if kind.lower() == "bearer" else None
    if key is None:
        sentence = "The key is none that holds."
        raise Refused(401, "no_key", sentence, headers=CHALLENGE)
    note_use(key, at)
    roles = frozenset({TRADER}) | staff_roles_of(key)
    return Caller(key.person, roles, key=key, address=address_of(request))
