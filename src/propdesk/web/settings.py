"""The settings of the Django project, from the environment that ``propdesk up`` prepares.

It must not start anything, and without a database or a key it serves nothing but type checks.
"""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

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
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "pgtrigger",
    "propdesk.crm.accounts",
    "propdesk.crm.audit",
    "propdesk.crm.catalog",
    "propdesk.crm.challenges",
    "propdesk.crm.judgements",
    "propdesk.crm.ledger",
    "propdesk.crm.outbox",
    "propdesk.crm.people",
]
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
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
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
ROOT_URLCONF = "propdesk.web.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"

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

# How long a request waits for its judging before it gets a page that follows it.
JUDGING_WAIT_S = 2.5
UPLOAD_BYTES_MAX = 100_000_000
# Uploads that wait for their judging, or for a person's choice, outlive the process. Without a home
# there is no place for them.
UPLOADS_DIRECTORY: Path = Path(os.environ.get("PROPDESK_HOME") or os.devnull) / "uploads"
# Hundreds of days of quotes are hundreds of files.
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
