"""The settings of the Django project, from the environment that ``propdesk up`` prepares.

It must not start anything, and without a database or a key it serves nothing but type checks.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from psycopg.conninfo import conninfo_to_dict

from propdesk.web.mail_providers import KEY_OF, provider_settings

DEBUG = False
SECRET_KEY = os.environ.get("PROPDESK_SECRET_KEY", "")
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *filter(None, os.environ.get("PROPDESK_ALLOWED_HOSTS", "").split(",")),
]

_database = conninfo_to_dict(os.environ.get("PROPDESK_DATABASE_URL", ""))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": str(_database.pop("dbname", "propdesk")),
        "OPTIONS": _database,
        "CONN_MAX_AGE": 60,
    }
}

INSTALLED_APPS = [
    # Before the library whose templates it replaces.
    "propdesk.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "propdesk.crm.accounts",
    "propdesk.crm.api_keys",
    "propdesk.crm.audit",
    "propdesk.crm.calendar",
    "propdesk.crm.catalog",
    "propdesk.crm.challenges",
    "propdesk.crm.documents",
    "propdesk.crm.incidents",
    "propdesk.crm.judgements",
    "propdesk.crm.ledger",
    "propdesk.crm.notices",
    "propdesk.crm.outbox",
    "propdesk.crm.own_limits",
    "propdesk.crm.overview",
    "propdesk.crm.people",
    "propdesk.crm.purchases",
    "propdesk.crm.support",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "propdesk.web.protection.content_security_policy",
    # Outside what serves files: those without a packed neighbour are packed as they go.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before the check of the form's token, which reads the whole upload.
    "propdesk.web.protection.upload_limit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "propdesk.web.last_seen.last_seen",
    "propdesk.web.own_language.own_language",
    "propdesk.web.first_touch.first_touch",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last: it opens the page or does not.
    "propdesk.web.access.Guard",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "propdesk.web.template_folding.FoldingLoader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "propdesk.web.navigation.navigation",
                "propdesk.web.notices_unread.unread",
                "propdesk.web.brand_look.look",
            ],
        },
    }
]
ROOT_URLCONF = "propdesk.web.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
# Arabic is spoken by the public pages that web/own_language.py names.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
LANGUAGE_COOKIE_NAME = "propdesk_language"

STATIC_URL = "/static/"
# No collecting step: the package's own files are served as they lie.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 600

CSRF_FAILURE_VIEW = "propdesk.web.pages.errors.form_expired"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_is_https = os.environ.get("PROPDESK_HTTPS", "no") == "yes"
if _is_https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
# Lax: a link in a mail leads to a page that knows who follows it.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "display_name", "legal_name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "welcome"
LOGOUT_REDIRECT_URL = "home"

ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PROPDESK_PROXIES") or 0)
ACCOUNT_ADAPTER = "propdesk.web.sign_in.SignIn"
ACCOUNT_FORMS = {"signup": "propdesk.web.registration.RegistrationForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "propdesk.web.sign_in.display_of"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_MAX_EMAIL_ADDRESSES = 2
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "propdesk.web.second_factor.SecondFactor"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey that signs in alone is two factors only where it asks for the finger or the code.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _is_https
REGISTRATION_IS_OPEN = os.environ.get("PROPDESK_REGISTRATION", "open") != "closed"
TEST_PAYMENTS = os.environ.get("PROPDESK_TEST_PAYMENTS", "no") == "yes"
SIMULATED_PLATFORM = os.environ.get("PROPDESK_SIMULATED_PLATFORM", "on") == "on"
TOOLS_ARE_PUBLIC = os.environ.get("PROPDESK_TOOLS", "public") != "staff"

DEFAULT_FROM_EMAIL = os.environ.get("PROPDESK_MAIL_FROM") or "propdesk@localhost"
MAIL_DIRECTORY: Path = Path(os.environ.get("PROPDESK_HOME") or os.devnull) / "mail"
EMAIL_BACKEND = "propdesk.web.mail_files.MailFiles"
_mail = urlsplit(os.environ.get("PROPDESK_MAIL_URL", ""))
if _mail.scheme in KEY_OF:
    EMAIL_BACKEND, ANYMAIL = provider_settings(_mail.geturl())
elif _mail.hostname:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL
    EMAIL_PORT = _mail.port or (465 if EMAIL_USE_SSL else 587)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_TIMEOUT = 15
# Where messages say that the pages are, until the desk names the address itself.
_name = next(iter(os.environ.get("PROPDESK_ALLOWED_HOSTS", "").split(",")), "")
SITE_ADDRESS = (
    f"{'https' if _is_https else 'http'}://"
    f"{_name or 'localhost:' + (os.environ.get('PROPDESK_PORT') or '8000')}"
)
WEBHOOKS_TO_PRIVATE = os.environ.get("PROPDESK_WEBHOOKS_TO_PRIVATE", "no") == "yes"

# How long a request waits for its judging before it gets a page that follows it.
JUDGING_WAIT_S = 2.5
UPLOAD_BYTES_MAX = 100_000_000
# Uploads that wait for their judging, or for a person's choice, outlive the process. Without a home
# there is no place for them.
UPLOADS_DIRECTORY: Path = Path(os.environ.get("PROPDESK_HOME") or os.devnull) / "uploads"
# What comes with tickets lies outside of what is served.
ATTACHMENTS_DIRECTORY: Path = Path(os.environ.get("PROPDESK_HOME") or os.devnull) / "attachments"
# Hundreds of days of quotes are hundreds of files.
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
