"""The first owner, made by whoever may run commands on the machine.

Imported once Django is set up, and not before.
"""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from propdesk.crm.audit.actor import system
from propdesk.crm.people.actions.create_owner import Owner, create_owner
from propdesk.crm.people.models import Person, has_owner
from propdesk.crm.people.owner_token import owner_token
from propdesk.crm.refusal import ActionRefused


class FirstOwnerRefused(Exception):
    """Nobody was made owner: the address, the password, or there is one. The caller shows it."""


def make_first_owner(email: str, name: str, password: str, at: datetime) -> None:
    """Make the owner. Raises ``FirstOwnerRefused``."""
    try:
        validate_email(email)
        validate_password(password, Person(email=email, display_name=name))
        create_owner(Owner(email, password, name), by=system("create-owner"), at=at)
    except ValidationError as unfit:
        raise FirstOwnerRefused(" ".join(unfit.messages)) from unfit
    except ActionRefused as refused:
        raise FirstOwnerRefused(refused.sentence) from refused


def first_owner_address(pages: str, secret_key: str) -> str | None:
    """The address at which the first owner can be made, from any machine; None: there is one."""
    return None if has_owner() else f"{pages}/first-owner/?token={owner_token(secret_key)}"
