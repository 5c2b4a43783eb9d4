"""The settings of the Django project, from the environment that ``propdesk up`` prepares.

It must not start anything, and without a database or a key it serves nothing but type checks.
"""

import os

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
        # The database may have been started again since; a dead connection must cost no request.
        "CONN_HEALTH_CHECKS": True,
    }
}

INSTALLED_APPS = ["django.contrib.contenttypes"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "propdesk.web.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "static/"
