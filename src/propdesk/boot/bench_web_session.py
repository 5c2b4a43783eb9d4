"""Somebody who may open every page of the staff, signed in, for the benchmark of the pages.

Imported where Django is set up. It must never be run on a database that holds anything.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from propdesk.crm.people.addresses import hold_verified
from propdesk.crm.people.models import Person, RoleGrant
from propdesk.crm.uuid7 import uuid7


def owner_session(now: datetime) -> str:
    """The key of a session in which an owner has given a second factor."""
    owner = Person.objects.create(
        id=uuid7(now), created_at=now, email="owner@firm.example", state="registered"
    )
    RoleGrant.objects.create(id=uuid7(now), person=owner, role="owner", granted_at=now)
    hold_verified(owner)
    factor = Authenticator.objects.create(
        user=owner, type=Authenticator.Type.TOTP, data={"secret": "none"}
    )
    session = SessionStore()
    session[SESSION_KEY] = str(owner.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
    given = {"method": "mfa", "id": factor.pk, "type": "totp", "at": 0}
    session["account_authentication_methods"] = [given]
    session["account_authentication_methods_user"] = str(owner.pk)
    session.create()
    return str(session.session_key)
