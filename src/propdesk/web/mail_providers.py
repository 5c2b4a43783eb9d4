"""Mail providers that are asked by their API: ``<provider>://<key>@`` instead of ``smtp://…``.

It must not send anything; django-anymail does, with what is set here.
"""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

KEY_OF: Mapping[str, str] = {
    "brevo": "BREVO_API_KEY",
    "mailersend": "MAILERSEND_API_TOKEN",
    "mailgun": "MAILGUN_API_KEY",
    "mandrill": "MANDRILL_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "sendgrid": "SENDGRID_API_KEY",
    "sparkpost": "SPARKPOST_API_KEY",
}
"""By the scheme of the address: what the provider's key is called."""
NAMES_A_DOMAIN = frozenset({"mailgun"})
"""Whose address names the sending domain: ``mailgun://<key>@mg.example.com``."""
TIMEOUT_S = (5, 15)


def is_provider(url: str) -> bool:
    """Whether ``url`` is complete for a provider."""
    parts = urlsplit(url)
    needs_host = parts.scheme in NAMES_A_DOMAIN
    return parts.scheme in KEY_OF and bool(parts.username) and (needs_host == bool(parts.hostname))


def provider_settings(url: str) -> tuple[str, dict[str, object]]:
    """Django's mail backend for ``url``, and django-anymail's settings."""
    parts = urlsplit(url)
    settings: dict[str, object] = {
        KEY_OF[parts.scheme]: unquote(parts.username or ""),
        "REQUESTS_TIMEOUT": TIMEOUT_S,
    }
    if parts.scheme in NAMES_A_DOMAIN:
        settings["MAILGUN_SENDER_DOMAIN"] = parts.hostname
    return f"anymail.backends.{parts.scheme}.EmailBackend", settings
