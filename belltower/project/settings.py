# SPDX-License-Identifier: Apache-2.0
"""Django's settings, made from the Installation. Nothing else in the house reads the environment."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict

from belltower.packs.register import discover
from belltower.project import installation
from belltower.project.postgres import Postgres, embedded_programs

INSTALLATION = installation.read()
BELLTOWER_REGISTER = discover(INSTALLATION.packs)
BELLTOWER_FILES = INSTALLATION.files

SECRET_KEY = INSTALLATION.secret_key
DEBUG = INSTALLATION.is_debug
ALLOWED_HOSTS = list(INSTALLATION.hosts)

INSTALLED_APPS = [
    "belltower.screens.console",
    "belltower.core.access",
    "belltower.core.places",
    "belltower.core.jobs",
    "belltower.core.ledger",
    *(pack.app for pack in BELLTOWER_REGISTER.packs if pack.app),
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "belltower.screens.console.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "belltower.project.urls"
WSGI_APPLICATION = "belltower.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "belltower.screens.console.context.console",
            ]
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "belltower"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _embedded_url() -> str:
    return Postgres(INSTALLATION.postgres_folder, programs=embedded_programs()).url()


DATABASES = {"default": _database(INSTALLATION.database_url or _embedded_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "console:sign_in"
LOGIN_REDIRECT_URL = "console:map"
CSRF_FAILURE_VIEW = "belltower.screens.console.refusals.csrf_failed"
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Chinese first, English complete. Civil time is the city's (its profile); here everything is UTC.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = INSTALLATION.home / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(INSTALLATION.files)},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
