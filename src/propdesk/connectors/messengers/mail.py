"""Mail through whatever Django's mail is configured to be: files, SMTP, or a provider's API.

Mail knows no keys. What may have been taken is not sent again; what certainly was not, is.
"""

import smtplib
from email.utils import parseaddr

from anymail.exceptions import (  # type: ignore[import-untyped]  # it has no types
    AnymailAPIError,
    AnymailError,
    AnymailRequestsAPIError,
)
from django.core.mail import EmailMultiAlternatives, get_connection
from urllib3.exceptions import NewConnectionError

from propdesk.ports.messengers import Messenger, NotDelivered, NotSent, Outgoing, Refused, Uncertain


class Mail(Messenger):
    """One connection a message: an hour's silence would have closed a kept one."""

    knows_keys = False

    def send(self, message: Outgoing) -> str:
        host = parseaddr(message.sender)[1].rpartition("@")[2] or "propdesk.invalid"
        mail = EmailMultiAlternatives(
            message.subject,
            message.text,
            message.sender,
            [message.to],
            headers={"Message-ID": f"<{message.key}@{host}>", "Auto-Submitted": "auto-generated"},
        )
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        mail.connection = connection = get_connection()
        try:
            connection.open()
        except (OSError, AnymailError) as error:
            raise NotSent(f"no connection: {type(error).__name__}") from None
        try:
            mail.send()
        except (smtplib.SMTPException, OSError, AnymailError, ValueError) as error:
            raise _said(error) from None
        finally:
            _close(connection)
        return "taken"


def _close(connection: object) -> None:
    """What was taken stays taken, however the connection ends."""
    try:
        connection.close()  # type: ignore[attr-defined]
    except (smtplib.SMTPException, OSError):
        return


def _said(error: Exception) -> NotDelivered:
    """What the caller may do about ``error``."""
    name = type(error).__name__
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in error.recipients.values()]
            return _by_code(codes[0] if codes else 0, name)
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code, name)
        case AnymailRequestsAPIError() if error.status_code is not None:
            return _by_status(int(error.status_code))
        case AnymailAPIError() if _never_connected(error):
            return NotSent(f"no connection: {name}")
        case AnymailAPIError() | smtplib.SMTPException() | OSError():
            return Uncertain(f"no answer: {name}")
    return Refused(f"it cannot be sent: {name}")


def _by_code(code: int, name: str) -> NotDelivered:
    if 500 <= code < 600:
        return Refused(f"the mail server refused it: {code} {name}")
    return NotSent(f"the mail server asks for later: {code} {name}")


def _by_status(status: int) -> NotDelivered:
    if status in {429, 503}:
        return NotSent(f"the provider asks for later: HTTP {status}")
    if status < 500:
        return Refused(f"the provider refused it: HTTP {status}")
    return Uncertain(f"the provider failed: HTTP {status}")


def _never_connected(error: BaseException) -> bool:
    """Whether the reason below it is that nobody listened."""
    seen: BaseException | None = error
    while seen is not None:
        if any(isinstance(getattr(each, "reason", each), NewConnectionError) for each in seen.args):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
