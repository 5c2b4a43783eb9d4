"""Sessions of the cast in the test client: with a second factor, and without."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from propdesk.crm.people.addresses import hold_verified
from propdesk.crm.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(person: Person | None, *, with_factor: bool = False) -> Client:
    """A browser in which ``person`` has signed in; None: nobody has."""
    client = Client()
    if person is None:
        return client
    if not EmailAddress.objects.filter(user=person).exists():
        hold_verified(person)
    client.force_login(person, backend=BACKEND)
    if with_factor:
        given, _ = Authenticator.objects.get_or_create(
            user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "none"}}
        )
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "mfa", "id": given.pk, "type": "totp", "at": 0}
        ]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
    return client
