"""Settings of the service, read from the environment.

`NRM_MODE` is `production` (the default), `development` or `test`. In production nothing has a default that could
weaken it: a missing secret or database refuses the start.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
if env.str("NRM_MODE", "") != "test":  # Tests do not depend on what a checkout's owner keeps in .env.
    environ.Env.read_env(BASE_DIR / ".env")

MODE: str = env.str("NRM_MODE", "production")
if MODE not in {"production", "development", "test"}:
    raise ImproperlyConfigured(f"NRM_MODE is {MODE!r}; it must be production, development or test.")
IN_PRODUCTION = MODE == "production"
DEBUG = False

#: The country whose mechanism this instance runs: al, ba, xk, me, mk or rs.
NRM_COUNTRY: str = env.str("NRM_COUNTRY", "mk").lower()
#: Shows the training banner and allows `manage.py demo code`. Never on in production.
NRM_DEMO: bool = env.bool("NRM_DEMO", False)
if NRM_DEMO and IN_PRODUCTION:
    raise ImproperlyConfigured("NRM_DEMO cannot be on in production.")

#: How many years after it was closed a case is proposed to be erased, and the law or decision that says so. No
#: country's period is verified, so there is no default but in the demo: without a number nothing is proposed.
NRM_RETENTION_YEARS: int = env.int("NRM_RETENTION_YEARS", 1 if NRM_DEMO else 0)
NRM_RETENTION_SOURCE: str = env.str("NRM_RETENTION_SOURCE", "Invented for the demo" if NRM_DEMO else "").strip()
if NRM_RETENTION_YEARS < 0 or (NRM_RETENTION_YEARS and not NRM_RETENTION_SOURCE):
    raise ImproperlyConfigured("NRM_RETENTION_YEARS needs a number of years and NRM_RETENTION_SOURCE, who decided it.")


def secret(name: str, stand_in: str) -> str:
    """A secret from the environment; outside production a fixed stand-in makes a newcomer's start possible."""
    if not IN_PRODUCTION:
        return str(env.str(name, stand_in))
    value = str(env.str(name))
    if stand_in in value or len(value) < 44:
        raise ImproperlyConfigured(f"{name} is too short or a stand-in. docs/operations.md shows how to make one.")
    return value


SECRET_KEY = secret("NRM_SECRET_KEY", "not-a-secret-development-and-test-only-" + "0" * 24)
#: Keys that wrap each person's data key: `id:base64` pairs, newest first, comma-separated, 32 bytes each.
NRM_VAULT_KEYS = secret("NRM_VAULT_KEYS", "dev1:" + "A" * 42 + "8=")
#: The key of the blind index over names; never one of the vault keys.
NRM_INDEX_KEY = secret("NRM_INDEX_KEY", "B" * 42 + "8=")
#: Ed25519 private seed that signs audit checkpoints, base64, 32 bytes.
NRM_CHECKPOINT_KEY = secret("NRM_CHECKPOINT_KEY", "C" * 42 + "8=")
#: Public keys, in hexadecimal, that signed checkpoints before the present one; comma-separated.
NRM_CHECKPOINT_FORMER_KEYS: list[str] = env.list("NRM_CHECKPOINT_FORMER_KEYS", default=[])

if IN_PRODUCTION and len({NRM_VAULT_KEYS.partition(":")[2], NRM_INDEX_KEY, NRM_CHECKPOINT_KEY}) < 3:
    raise ImproperlyConfigured("NRM_VAULT_KEYS, NRM_INDEX_KEY and NRM_CHECKPOINT_KEY must differ from each other.")

OWN_NAMES = ["localhost", "127.0.0.1", "[::1]", "testserver"]
ALLOWED_HOSTS: list[str] = env.list("NRM_HOSTS", default=[] if IN_PRODUCTION else OWN_NAMES)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("NRM_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "django_otp",
    "axes",
    "simple_history",
    "nrm.localdb",
    "nrm.languages",
    "nrm.countries",
    "nrm.accounts",
    "nrm.audit",
    "nrm.tasks",
    "nrm.notices",
    "nrm.directory",
    "nrm.vault",
    "nrm.drafts",
    "nrm.cases",
    "nrm.identification",
    "nrm.referrals",
    "nrm.placements",
    "nrm.support",
    "nrm.reintegration",
    "nrm.conferences",
    "nrm.desk",
    "nrm.web",
    "nrm.rows",
]

MIDDLEWARE = [
    "nrm.web.middleware.SecurityHeadersMiddleware",
    "nrm.web.bodies.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "nrm.languages.middleware.LanguageMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "nrm.drafts.middleware.RanOutMiddleware",
    "nrm.accounts.middleware.ActorMiddleware",
    "nrm.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "nrm.urls"
WSGI_APPLICATION = "nrm.wsgi.application"
FORM_RENDERER = "nrm.drafts.rendering.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "nrm.web.context.frame",
            ],
        },
    }
]


#: Where the embedded server keeps its cluster; used in development and tests only.
LOCALDB_HOME: str = env.str("NRM_LOCALDB_HOME", str(BASE_DIR / "var"))


def database() -> dict[str, Any]:
    """`DATABASE_URL`, else outside production the embedded server, started on the first connection."""
    if url := env.str("DATABASE_URL", ""):
        return {**env.db_url_config(url), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if IN_PRODUCTION:
        raise ImproperlyConfigured("DATABASE_URL is not set. Production needs its own PostgreSQL server.")
    if env.str("NRM_LOCALDB", "on") == "off":
        raise ImproperlyConfigured("DATABASE_URL is not set, and a web server starts no database. Use manage.py serve.")
    return {"ENGINE": "nrm.localdb.backend", "NAME": "nrm", "USER": "nrm"}


DATABASES = {"default": database()}
#: A cursor that outlives its statement could not carry for whom the statement is made (nrm/access/rows.py).
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
#: Seconds that the database works on one statement of the web server; commands have no limit (nrm/web/limits.py).
NRM_STATEMENT_SECONDS: int = env.int("NRM_STATEMENT_SECONDS", 10)
if test_database := env.str("NRM_TEST_DATABASE", ""):
    DATABASES["default"]["TEST"] = {"NAME": test_database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["nrm.accounts.passwords.PinnedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "nrm.accounts.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "nrm.accounts.passwords.GuessableValidator"},
]

# Doors: sign-in, sessions, throttling. The rules are in nrm/accounts.
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
#: Minutes without a request after which a session ends, and hours after which it ends in any case.
NRM_SESSION_IDLE_MINUTES: int = env.int("NRM_SESSION_IDLE_MINUTES", 20)
NRM_SESSION_HOURS: int = env.int("NRM_SESSION_HOURS", 12)
#: Whether administrators work with a passkey and nothing else. Outside production a plain browser is enough for a try.
NRM_PASSKEY_FOR_ADMINISTRATORS: bool = IN_PRODUCTION
#: Whether emergency access asks for a passkey also of those who have none yet. Whoever has one is always asked for it.
NRM_PASSKEY_FOR_EMERGENCY: bool = env.bool("NRM_PASSKEY_FOR_EMERGENCY", IN_PRODUCTION)
#: How many proxies of our own stand in front; 0 means that X-Forwarded-For is never believed.
NRM_PROXIES: int = env.int("NRM_PROXIES", 0)
SESSION_COOKIE_AGE = NRM_SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_PRODUCTION
#: Messages stay on the server; the default would carry them in a cookie that outlives the session.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_NAME = "__Host-session" if IN_PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IN_PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
AXES_HANDLER = "nrm.accounts.throttling.DoorHandler"
AXES_FAILURE_LIMIT = 100
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username", "ip_address"]
AXES_LOCKOUT_CALLABLE = "nrm.accounts.throttling.keep_our_page"
AXES_USERNAME_CALLABLE = "nrm.accounts.throttling.account_digest"
AXES_CLIENT_IP_CALLABLE = "nrm.accounts.networks.address_of"
AXES_USERNAME_FORM_FIELD = "username"
AXES_SENSITIVE_PARAMETERS = ["email", "username", "password", "next", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# Files that are brought. They are held in memory only, looked through, sealed; nothing is ever written to a disk.
#: The largest file, in megabytes, and the largest picture, in millions of pixels.
NRM_DOCUMENT_MB: int = env.int("NRM_DOCUMENT_MB", 10)
NRM_DOCUMENT_MEGAPIXELS: int = env.int("NRM_DOCUMENT_MEGAPIXELS", 60)
#: How much one case may hold, and how much one person may bring on one day.
NRM_DOCUMENTS_A_CASE: int = env.int("NRM_DOCUMENTS_A_CASE", 300)
NRM_DOCUMENTS_A_CASE_MB: int = env.int("NRM_DOCUMENTS_A_CASE_MB", 1000)
NRM_DOCUMENTS_A_DAY: int = env.int("NRM_DOCUMENTS_A_DAY", 100)
NRM_DOCUMENTS_A_DAY_MB: int = env.int("NRM_DOCUMENTS_A_DAY_MB", 400)
#: The virus scanner, as `host:port` or the path of clamd's socket. When it is set and does not answer, nothing is kept.
NRM_CLAMAV: str = env.str("NRM_CLAMAV", "")
FILE_UPLOAD_HANDLERS = ["nrm.lib.files.uploads.BoundedUploadHandler"]

# Transport. The proxy of docker-compose.yml ends TLS and says so in X-Forwarded-Proto; without a proxy of ours that
# header is anybody's and is not believed. The health answer is asked for inside, in plain HTTP.
SECURE_SSL_REDIRECT = IN_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NRM_PROXIES else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if IN_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IN_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "nrm.web.errors.csrf_failure"
#: In the form of Django 6's setting of this name. `data:` is for the small drawings inside Tabler's style sheet.
SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    "frame-ancestors": ["'none'"],
}
#: Where the quick exit leads: a page that nobody wonders about.
NRM_EXIT_URL: str = env.str("NRM_EXIT_URL", "https://www.weather.com/")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {
            "()": "nrm.lib.discreet_log.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # Refused and missing pages are audited; here only what broke is written, with its path and no query.
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("sq", "shqip"),
    ("bs", "bosanski"),
    ("sr", "српски"),
    ("sr-latn", "srpski (latinica)"),
    ("mk", "македонски"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "nrm.languages.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("NRM_TIME_ZONE", "Europe/Skopje")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("NRM_STATIC_ROOT", str(BASE_DIR / "var" / "static"))
#: Outside production static files are served from where they lie, so that nothing need be collected first.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IN_PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IN_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

#: Translated above; kept so that a message catalogue entry exists for the product's own name.
PRODUCT_NAME = _("Referral desk")
RUNNING_TESTS = MODE == "test" or "pytest" in sys.modules

#: Where the service is reached, for the link in a mail; no slash at the end.
NRM_BASE_URL: str = env.str("NRM_BASE_URL") if IN_PRODUCTION else env.str("NRM_BASE_URL", "http://localhost:8000")
#: The mail server, such as `smtp+tls://user:password@host:587`. Outside production mails are printed.
MAIL_SERVER = env.email_url("NRM_MAIL_URL") if IN_PRODUCTION else env.email_url("NRM_MAIL_URL", "consolemail://")
EMAIL_BACKEND = MAIL_SERVER["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.get("EMAIL_HOST", ""), MAIL_SERVER.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER["EMAIL_HOST_USER"] or "", MAIL_SERVER["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.get("EMAIL_USE_TLS", False), MAIL_SERVER.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("NRM_MAIL_FROM", "noreply@localhost")
#: Where mail that cannot be delivered comes back to, such as `bounces@example.org`; the mail server hands what arrives
#: for `bounces+anything@example.org` to `manage.py bounced`. Empty: it comes back to the sender and nobody reads it.
NRM_MAIL_BOUNCES: str = env.str("NRM_MAIL_BOUNCES", "")
#: When nobody gets mail who has not chosen otherwise, but for what is urgent; empty for none.
NRM_QUIET_HOURS: str = env.str("NRM_QUIET_HOURS", "20:00-07:00")
