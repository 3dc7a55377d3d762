"""Settings, from the environment only. `.env.example` lists every variable that is read here.

SECRET_KEY, DATABASE_URL and REDIS_URL come from the embedded servers of `manage.py up` unless they are set.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.embedded import defaults as embedded

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
embedded.fill()

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
"""The installation shows itself as a demonstration: banner, demo logins on the login page."""

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
"""Where members reach this installation; short links begin with it."""

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    "template_partials",
    "core",
    "ledger",
    "community",
    "orders",
    "referrals",
    "content",
    "insights",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.Compressed",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "core.middleware.BeyondTheDatabase",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.shell",
            ],
            "builtins": ["core.templatetags.ui"],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "rows",
        "DIRS": [BASE_DIR / "templates" / "rows"],
        "OPTIONS": {"environment": "core.rows.environment"},
    },
]

# PostgreSQL only. Its own clock ends what takes too long, so that nothing piles up behind it. Who waits for a page gets
# a sentence soon; a job has time, and says so itself where it needs still more.
SERVES_PAGES = env.bool("SERVES_PAGES", default=False)
"""Whether this process answers requests; config/wsgi.py says so."""
TIMEOUTS_MS = {
    "statement_timeout": env.int("STATEMENT_TIMEOUT_MS", default=15_000 if SERVES_PAGES else 60_000),
    "lock_timeout": env.int("LOCK_TIMEOUT_MS", default=3_000 if SERVES_PAGES else 10_000),
    "idle_in_transaction_session_timeout": env.int(
        "IDLE_IN_TRANSACTION_TIMEOUT_MS", default=30_000 if SERVES_PAGES else 600_000
    ),
}
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
DATABASES["default"]["OPTIONS"]["options"] = " ".join(f"-c {name}={value}" for name, value in TIMEOUTS_MS.items())

# People
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "core.views.house.locked_out"

# Who changed what
PGHISTORY_APPEND_ONLY = True

# Words, clock
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_AGE = 31_536_000
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": ("django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.static.StaticStorage")
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# The public page, where anybody may order. Phones of one carrier share an address, and so may a whole group.
PUBLIC_FORMS_PER_ADDRESS = env.int("PUBLIC_FORMS_PER_ADDRESS", default=60)
PUBLIC_FORMS_PER_CAMPAIGN = env.int("PUBLIC_FORMS_PER_CAMPAIGN", default=2000)
"""How many forms are read in an hour, accepted or not."""

# Jobs: rows in PostgreSQL, the broker only carries wake-ups.
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
JOB_WORKERS = env.int("JOB_WORKERS", default=2)
"""How many shards are worked on at once, over all machines."""
CELERY_APP = "config.celery.app"

# Orders ask these, in turn, whom and what an order came through; the apps above answer.
ATTRIBUTION_SOURCES = ["referrals.attribution.referrers", "content.attribution.credited_publications"]
PASTES_KEPT_DAYS = env.int("PASTES_KEPT_DAYS", default=30)
"""How many days the texts of pasted chains are kept; the orders made of them stay."""
ATTRIBUTION_WINDOW_DAYS = env.int("ATTRIBUTION_WINDOW_DAYS", default=7)
"""How many days, its own included, a publication somebody opened is credited with orders that carry no link."""

# What waits at a place of the side bar: the app it belongs to counts it.
NAVIGATION_COUNTS = {
    "orders:order_list": "orders.queries.chains_to_settle",
    "referrals:run_list": "referrals.queries.runs_to_review",
    "referrals:statement_list": "referrals.queries.disputes_to_answer",
}

# Money
MINIMUM_PAYOUT_FEN = env.int("MINIMUM_PAYOUT_FEN", default=1_000)
"""What an earner is owed below it is carried on to the next statement instead of being paid (fen, at least 1)."""

# The API
API_RATE = env.str("API_RATE", default="600/min")
"""How many requests a person's programs may send together."""
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.tokens.ScopedTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "core.api.errors_in_one_shape",
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.SharedThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": API_RATE},
}
KNOX_TOKEN_MODEL = "core.ApiToken"  # noqa: S105 a model, no secret
MIGRATION_MODULES = {"knox": None}  # Only its code is used: tokens are rows of our own.
TOKEN_DAYS = 90
REST_KNOX = {"TOKEN_TTL": timedelta(days=TOKEN_DAYS), "AUTH_HEADER_PREFIX": "Bearer", "TOKEN_LIMIT_PER_USER": 10}
SPECTACULAR_SETTINGS = {
    "TITLE": "Linli API",
    "DESCRIPTION": f"""
A program shows a token: `Authorization: Bearer …`. Operators and admins make tokens under “API tokens”; a program sees
what the person who made its token may see. With a token that may only **read**, everything but GET, HEAD and OPTIONS is
answered with 403 (`token_only_reads`); with one that may also **write**, it does what that person may do. A token ends
after {TOKEN_DAYS} days, or when it is revoked or the person gets another role; then the answer is 401.

The requests of one person, all their tokens together, are answered up to {API_RATE}. Above that the answer is 429
(`throttled`) with `Retry-After` in seconds.

Every refusal is `{{"detail": a sentence, "code": a word}}`, with `fields` for a body that cannot be read, and saves
nothing.
""",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# What a browser may do here
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "core.views.house.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
HTTPS = env.bool("HTTPS", default=False)
"""Members and staff reach this installation by https (a proxy in front ends TLS)."""
PROXIES = env.int("PROXIES", default=1 if HTTPS else 0)
"""How many proxies of our own stand in front and say in X-Forwarded-For whom they serve; 0: nobody is believed."""
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
