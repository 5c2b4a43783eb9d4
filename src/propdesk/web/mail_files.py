"""Mail without a mail server: each message a file, and a line in the log that says where.

It must not log what a message says: a link in it may let somebody sign in.
"""

from collections.abc import Sequence
from pathlib import Path

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from propdesk.crm.uuid7 import uuid7
from propdesk.web.received import received_at

_log = structlog.get_logger(__name__)


class MailFiles(BaseEmailBackend):
    """Writes ``<home>/mail/<time>-<id>.eml``, which its owner alone may read."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        directory = Path(settings.MAIL_DIRECTORY)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            now = received_at()
            file = directory / f"{now:%Y%m%dT%H%M%S}-{uuid7(now)}.eml"
            file.touch(mode=0o600)
            file.write_bytes(message.message().as_bytes())
            _log.info("mail_written", file=str(file), subject=message.subject)
        return len(email_messages)
