"""Who may come in by an operation: said beside it, asked before anything of it is read.

It must not know whose a record is: the operation asks for it with its owner.
"""

from dataclasses import dataclass
from enum import Enum, auto

from django.http import HttpRequest

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.people.permissions import PERMITTED, permitting_role
from propdesk.web.api.caller import CHALLENGE, Caller, caller_of
from propdesk.web.api.problems import Refused


class Kind(Enum):
    """What an operation asks of who calls it."""

    PUBLIC = auto()
    OWN = auto()
    """Whoever is known; he sees there what is his, and staff what their role may look at."""
    ACTION = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """What one operation asks. ``actions``: one of them must be permitted."""

    kind: Kind
    scope: Scope | None = None
    actions: tuple[str, ...] = ()

    def __call__(self, request: HttpRequest) -> Caller:
        """The caller, let in. Raises ``Refused`` (401, 403)."""
        caller = caller_of(request)
        if self.kind is Kind.PUBLIC:
            return caller
        if caller.person is None:
            sentence = "Sign in, or send a key: Authorization: Bearer pdk_…"
            raise Refused(401, "not_signed_in", sentence, headers=CHALLENGE)
        if self.scope is not None and not caller.has(self.scope):
            raise Refused(403, "no_scope", f"The key has not the scope {self.scope}.")
        if self.kind is Kind.ACTION and not self._permits(caller.roles):
            raise self._turned_away(caller)
        return caller

    def _permits(self, roles: frozenset[str]) -> bool:
        return any(permitting_role(each, roles) for each in self.actions)

    def _turned_away(self, caller: Caller) -> Refused:
        if self._permits(caller.roles | caller.without_factor):
            return Refused(403, "second_factor", "Give your second factor first.")
        return Refused(403, "not_permitted", "It asks for a role that you do not have.")


def public() -> Entry:
    """Anybody."""
    return Entry(Kind.PUBLIC)


def own(scope: Scope) -> Entry:
    """Whoever is known."""
    return Entry(Kind.OWN, scope)


def allowed(scope: Scope, *actions: str) -> Entry:
    """Whom the table of permissions permits one of ``actions``. Raises ``KeyError`` for one that
    is not in the table."""
    for each in actions:
        if each not in PERMITTED:
            raise KeyError(each)
    return Entry(Kind.ACTION, scope, actions)
