# SPDX-License-Identifier: Apache-2.0
"""Django's settings, made from the Installation. Nothing else in the house reads the environment."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict

from belltower.core.ledger.outbox_rules import Limits
from belltower.packs.register import discover
from belltower.project import anchoring, attachments, installation, notifying, roles, sign_in
from belltower.project.postgres import Postgres, embedded_programs
from belltower.project.watch import logs

INSTALLATION = installation.read()
BELLTOWER_REGISTER = discover(INSTALLATION.packs)
BELLTOWER_FILES = INSTALLATION.files
BELLTOWER_LAKE = INSTALLATION.home / "lake"
BELLTOWER_HOT_DAYS = INSTALLATION.hot_days
BELLTOWER_LIVE = INSTALLATION.live
BELLTOWER_OUTBOX = Limits(INSTALLATION.outbox_attempts, INSTALLATION.outbox_keep_days)
# What the page on backups shows: where they go, and the file in which the home remembers them.
BELLTOWER_BACKUP_TO = INSTALLATION.backup_to
BELLTOWER_BACKUPS = INSTALLATION.home / "backups.json"
BELLTOWER_ATTACHMENTS = attachments.read(INSTALLATION.files)
BELLTOWER_SIGN_IN = sign_in.read()
BELLTOWER_MASTER_KEYS = sign_in.master_keys(INSTALLATION)
BELLTOWER_OPCUA_KEYS = INSTALLATION.home / "opcua-keys"
BELLTOWER_LEDGER_KEY = INSTALLATION.home / "ledger-key"
BELLTOWER_ANCHORING = anchoring.read()
BELLTOWER_NOTICES = notifying.read(INSTALLATION.address)

SECRET_KEY = INSTALLATION.secret_key
DEBUG = INSTALLATION.is_debug
ALLOWED_HOSTS = list(INSTALLATION.hosts)

INSTALLED_APPS = [
    "belltower.project.safekeeping",
    "belltower.screens.public",
    "belltower.screens.field",
    "belltower.screens.console",
    "belltower.edges.sources",
    "belltower.edges.features",
    "belltower.core.access",
    "belltower.core.notices",
    "belltower.core.duty",
    "belltower.core.fieldwork",
    "belltower.core.evidence",
    "belltower.core.hazards",
    "belltower.core.receiving",
    "belltower.core.intake",
    "belltower.core.referring",
    "belltower.core.answers",
    "belltower.core.cases",
    "belltower.core.plans",
    "belltower.core.campaigns",
    "belltower.core.selfcheck",
    "belltower.core.learning",
    "belltower.core.messages",
    "belltower.core.standards",
    "belltower.core.alarms",
    "belltower.core.observations",
    "belltower.core.activities",
    "belltower.core.places",
    "belltower.core.attachments",
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
    "belltower.project.watch.requests.Watched",
    "belltower.project.guard.headers.SecurityHeaders",
    "belltower.project.guard.sizes.BodySizes",
    "belltower.project.guard.well_formed.WellFormed",
    "belltower.project.guard.proxies.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "belltower.project.guard.static_files.StaticFiles",
    "belltower.project.guard.limiting.RateLimits",
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


PREPARE_AFTER = 5
"""Executions of a statement on one connection before the server keeps its plan: row policies make planning dear."""


def database_at(url: str) -> dict[str, object]:
    """Django's description of the database at that address."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "belltower"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {**parts, "server_side_binding": True, "prepare_threshold": PREPARE_AFTER},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _embedded_url() -> str:
    return Postgres(INSTALLATION.postgres_folder, programs=embedded_programs()).url(user=roles.APP)


DATABASES = {"default": database_at(INSTALLATION.database_url or _embedded_url())}
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
SESSION_ENGINE = "belltower.core.access.sessions"

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

# The other headers are put on by guard/headers.py, on both doors alike.
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
# TLS is ended by a web server in front; only one that BELLTOWER_PROXIES names may say that it was used.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = INSTALLATION.is_tls
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics|health/live)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if INSTALLATION.is_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # the bureau's other names are not ours to promise for
BELLTOWER_PROXIES = INSTALLATION.proxies
BELLTOWER_LIMITS = INSTALLATION.limits
BELLTOWER_TIME_LIMITS = INSTALLATION.time_limits
BELLTOWER_RATES = INSTALLATION.rates
BELLTOWER_METRICS_TOKEN = INSTALLATION.metrics_token
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = logs.configuration(INSTALLATION.log)
