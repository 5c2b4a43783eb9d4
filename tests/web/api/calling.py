"""Programs that call the API in tests: by a key, with JSON both ways."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client

from propdesk.crm.api_keys.actions.create_key import NewKey, create_key
from propdesk.crm.api_keys.models import Scope
from propdesk.crm.people.models import Person
from propdesk.web.received import received_at
from tests.crm.people.cast import acting

V1 = "/api/v1"
EVERYTHING = frozenset(Scope)
YEAR = timedelta(days=365)


def key_text(
    person: Person, scopes: Iterable[Scope] = EVERYTHING, *, as_staff: bool = False
) -> str:
    """A key of the person; ``as_staff`` as it is made in a session with a second factor."""
    if as_staff:
        Authenticator.objects.get_or_create(
            user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "none"}}
        )
    new = NewKey(name="test", scopes=frozenset(scopes), lasts=YEAR, with_staff_roles=as_staff)
    return create_key(person.pk, new, by=acting(person, "trader"), at=received_at()).text


class Program:
    """Sends JSON with a key; None: without one."""

    def __init__(self, key: str | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            V1 + path,
            "" if body is None else json.dumps(body),
            "application/json",
            headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)


def program_of(
    person: Person, scopes: Iterable[Scope] = EVERYTHING, *, as_staff: bool = False
) -> Program:
    return Program(key_text(person, scopes, as_staff=as_staff))
