"""Every setting of Copydesk, read once from the environment and typed.

What differs between the demo and production is a value here, never an `if` in the product.
"""

from datetime import timedelta
from pathlib import Path

import structlog
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.urls import reverse_lazy
from structlog.types import Processor

from config import database, env, logs, mail_server, reporting

BASE_DIR = Path(__file__).resolve().parent.parent

# --- The site -------------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost")
SITE_URL = env.url("SITE_URL", "http://127.0.0.1:8000", schemes=("http", "https")).rstrip("/")
SITE_NAME = env.filled("SITE_NAME", "Copydesk")
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0)  # how many X-Forwarded-For hops are ours
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_results",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "audit",
    "queues",
    "plugins",
    "workflows",
    "mail",
    "accounts",
    "articles",
    "backlinks",
    "analytics",
    "config",
]

MIDDLEWARE = [
    "config.timing.server_timing",
    "config.malformed.MalformedRequests",
    "accounts.middleware.OriginMiddleware",
    "config.uploads.UploadLimit",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.policies.ContentPolicyMiddleware",
    "accounts.middleware.BansMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.networks.StaffNetworksMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PresenceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

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
            ]
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", BASE_DIR / ".local" / "static", beside=BASE_DIR)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email",)},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", True)  # false for a demo on one machine, and nowhere else
STEP_UP_LASTS = timedelta(minutes=env.number("STEP_UP_MINUTES", 10, least=1))  # of a second step, for what is grave
STAFF_NETWORKS = env.networks("STAFF_NETWORKS")  # where staff may come from; anywhere when empty
BAN_FAILURES = env.whole("BAN_FAILURES", 60)  # so many tries in vain, and a network is refused for a while; 0: never
BAN_WINDOW_SECONDS = env.whole("BAN_WINDOW_SECONDS", 600, least=1)  # within which they are counted
BAN_SECONDS = env.whole("BAN_SECONDS", 3600, least=1)
OTP_RETENTION = timedelta(days=env.number("OTP_RETENTION_DAYS", 1))  # of sign-in codes, once they ended
SIGN_IN_RETENTION = timedelta(days=env.number("SIGN_IN_RETENTION_DAYS", 90))  # of browsers that are signed out
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=90).total_seconds())
_secure = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # a place on browsers' lists is for whoever owns the whole domain to ask for
SECURE_SSL_REDIRECT = _secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # of a form's fields; files come on top
UPLOAD_MOST_BYTES = env.whole("UPLOAD_MOST_BYTES", 10 << 20, least=1 << 20)

# --- PostgreSQL and Redis -------------------------------------------------------------------------------------------
# Threads share psycopg's pool. Prefork children must not inherit one: they keep a connection of their own instead.
DATABASES = {"default": database.connection(pooled=env.flag("DATABASE_POOL", True))}
# Flower shows every setting: whatever holds a credential has SECRET, PASS, KEY or TOKEN in its name, or is lower case.
REDIS_SECRET_URL = env.redis_url()
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- The record -------------------------------------------------------------------------------------------------------
AUDIT_SEAL_KEY = env.text("AUDIT_SEAL_KEY", "")  # of the chain over the record; once set, it stays
AUDIT_RETENTION_DAYS = env.whole("AUDIT_RETENTION_DAYS", 0)  # 0: for ever
ACCESS_LOG_RETENTION_DAYS = env.whole("ACCESS_LOG_RETENTION_DAYS", 730)  # 0: for ever

# --- Queues ---------------------------------------------------------------------------------------------------------
QUEUE_PREFIX = env.filled("QUEUE_PREFIX", "copydesk")
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 10, least=0.2)
JOB_RENEWAL_SECONDS = env.number("JOB_RENEWAL_SECONDS", 2.5, least=0.05)
JOB_REDISPATCH_SECONDS = env.number("JOB_REDISPATCH_SECONDS", 15, least=0.2)
JOB_BACKOFF_SECONDS = env.whole("JOB_BACKOFF_SECONDS", 10, least=1)
JOB_BACKOFF_MAX_SECONDS = env.whole("JOB_BACKOFF_MAX_SECONDS", 3600, least=1)
JOB_LATER_MAX_SECONDS = env.whole("JOB_LATER_MAX_SECONDS", 6 * 3600, least=1)
JOB_MAX_RESCUES = env.whole("JOB_MAX_RESCUES", 3, least=1)
JOB_WINDOW = env.number("JOB_WINDOW", 2, least=1)  # messages in Redis per worker slot
JOB_SHUTDOWN_SECONDS = env.number("JOB_SHUTDOWN_SECONDS", 25, least=0)
JOB_STANDSTILL_SECONDS = env.number("JOB_STANDSTILL_SECONDS", 30, least=1)
JOB_START_WAIT_SECONDS = env.number("JOB_START_WAIT_SECONDS", 60, least=0)
JOB_RETENTION = timedelta(days=env.number("JOB_RETENTION_DAYS", 7))
JOB_ARCHIVE = env.text("JOB_ARCHIVE", "")  # a folder: what is pruned is written there first, as lines of JSON
ALERT_WINDOW_SECONDS = env.whole("ALERT_WINDOW_SECONDS", 900, least=1)
ALERT_QUEUE_AGE_SECONDS = env.whole("ALERT_QUEUE_AGE_SECONDS", 300, least=1)
RELAY_TICK_SECONDS = env.number("RELAY_TICK_SECONDS", 0.5, least=0.01)

CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_RETRY_ON_WORKER_LOST = False
CELERY_TASK_TRACK_STARTED = False
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_TRANSPORT = "queues.transport:Transport"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 5
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{QUEUE_PREFIX}:",
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 30,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "retry_on_timeout": True,
}
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "queues.schedule:JobScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
DJANGO_CELERY_RESULTS_TASK_ID_MAX_LENGTH = 64

# --- The sale ---------------------------------------------------------------------------------------------------------
TARGET_ALLOW_HTTP = env.flag("TARGET_ALLOW_HTTP", False)
TARGET_DENIED_CATEGORIES = env.words(
    "TARGET_DENIED_CATEGORIES", "malware,phishing,adult,gambling,counterfeits,shortener,any-address,denied"
)
TARGET_DENY_FILE = env.text("TARGET_DENY_FILE", "")  # read besides our own small list
TARGET_REPUTATION = env.filled("TARGET_REPUTATION", "backlinks.reputation.DenyLists")
GUARANTEE_MONTHS = env.whole("GUARANTEE_MONTHS", 12, least=1)  # of links that go live from now on
TAKE_DOWN_AFTER_LOST_DISPUTE = env.flag("TAKE_DOWN_AFTER_LOST_DISPUTE", True)  # false: staff decide, order by order

# --- Stripe ---------------------------------------------------------------------------------------------------------
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRET")
STRIPE_API_BASE = env.url("STRIPE_API_BASE", "https://api.stripe.com", schemes=("http", "https"))
# Where the browser may be sent to pay: CSP's form-action must allow the redirect.
STRIPE_CHECKOUT_ORIGIN = env.url("STRIPE_CHECKOUT_ORIGIN", "https://checkout.stripe.com", schemes=("http", "https"))
CHECKOUT_OPEN_FOR = timedelta(minutes=env.whole("CHECKOUT_OPEN_MINUTES", 31, least=31))
# What an article of 600 words costs, in the currency's minor unit; longer ones in proportion.
NEW_ARTICLE_PRICE_MINOR = env.whole("NEW_ARTICLE_PRICE_MINOR", 19900, least=1)
NEW_ARTICLE_CURRENCY = env.currency("NEW_ARTICLE_CURRENCY", "usd")
REFUND_ON_FINAL_FAILURE = env.flag("REFUND_ON_FINAL_FAILURE", False)  # an order whose refund began cannot be replayed
REVIEW_REMINDER_DAYS = env.wholes("REVIEW_REMINDER_DAYS", "3,10")  # after so many days a version waits

# --- OpenAI ---------------------------------------------------------------------------------------------------------
OPENAI_API_KEY = env.text("OPENAI_API_KEY", "")
OPENAI_BASE_URL = env.url("OPENAI_BASE_URL", "https://api.openai.com/v1", schemes=("http", "https"))
OPENAI_MODEL = env.filled("OPENAI_MODEL", "gpt-5-mini")
OPENAI_MODERATION = env.flag("OPENAI_MODERATION", True)  # false where a compatible server has none
AI_EDITOR = env.flag("AI_EDITOR", True)  # an opinion of each edit that passed, by one more call
OPENAI_TIMEOUT_SECONDS = env.number("OPENAI_TIMEOUT_SECONDS", 60, least=0.1)
OPENAI_MAX_OUTPUT_TOKENS = env.whole("OPENAI_MAX_OUTPUT_TOKENS", 32_000, least=1)  # and so what a call may cost at most
AI_BUDGET_DAY_MICRO = env.millionths("AI_BUDGET_DAY_USD", "100")  # 0: none. The day is that of ANALYTICS_TIME_ZONE
AI_BUDGET_ORDER_MICRO = env.millionths("AI_BUDGET_ORDER_USD", "5")  # of one order, or brief, on one day
AI_QUOTA_TRIAL_SECONDS = env.whole("AI_QUOTA_TRIAL_SECONDS", 3600, least=1)  # until one call tries a spent quota again

# --- Mail -----------------------------------------------------------------------------------------------------------
_mail = mail_server.read(env.url("EMAIL_URL", "smtp://127.0.0.1:25", schemes=mail_server.SCHEMES))
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.use_ssl, _mail.use_tls
EMAIL_TIMEOUT = 10
SENDGRID_API_KEY = _mail.api_key  # what shows settings (Flower, an error page) hides by name: KEY, API, PASSWORD
SENDGRID_API_BASE = env.url("SENDGRID_API_BASE", "https://api.sendgrid.com", schemes=("http", "https")).rstrip("/")
DEFAULT_FROM_EMAIL = env.filled("DEFAULT_FROM_EMAIL", "Copydesk <desk@copydesk.example>")
EMAIL_RETENTION = timedelta(days=env.number("EMAIL_RETENTION_DAYS", 730))  # of what they said; that they went stays
ALERT_EMAILS = env.emails("ALERT_EMAILS")
DESK_EMAILS = env.emails("DESK_EMAILS") or ALERT_EMAILS  # who hears of new submissions

# --- Flower ---------------------------------------------------------------------------------------------------------
FLOWER_USER = env.text("FLOWER_USER", "")
FLOWER_PASSWORD = env.text("FLOWER_PASSWORD", "")
FLOWER_ADDRESS = env.filled("FLOWER_ADDRESS", "127.0.0.1")
FLOWER_PORT = env.port("FLOWER_PORT", 5555)
FLOWER_DB = env.filled("FLOWER_DB", str(BASE_DIR / ".local" / "flower" / "memory"))  # what it remembers over a restart
FLOWER_URL = env.url("FLOWER_URL", f"http://{FLOWER_ADDRESS}:{FLOWER_PORT}", schemes=("http", "https")).rstrip("/")

# --- Analytics --------------------------------------------------------------------------------------------------------
ANALYTICS_TIME_ZONE = env.time_zone("ANALYTICS_TIME_ZONE", "UTC")  # whose days are counted; changed: count anew
ANALYTICS_RETENTION_MONTHS = env.whole("ANALYTICS_RETENTION_MONTHS", 13, least=1)  # of events; what is counted stays

# --- Metrics ----------------------------------------------------------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN", "")  # what Prometheus brings to /metrics; without one only owners read it

# --- Web policies and API -------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "https:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF, STRIPE_CHECKOUT_ORIGIN],
    }
}
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backlinks.parsers.SmallJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.OwnerTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttling.CallerThrottle"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
CALLS_PER_MINUTE = {
    "owner-read": 600,
    "owner-write": 60,
    "owner-stranger": 60,
    "analytics-read": 120,
    "analytics-write": 120,
    "analytics-stranger": 120,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Copydesk",
    "DESCRIPTION": "Buy a link in a published article, see the exact change, and submit it to the editor.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}
UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SIDEBAR": {"navigation": "config.sidebar.navigation"},
    "STYLES": [lambda request: static("admin.css")],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
}

# --- Logs: one JSON line an event, to standard error; errors elsewhere, too, if asked for ---------------------------
SENTRY_SECRET_DSN = env.dsn("SENTRY_DSN")  # where what the logs tell of exceptions is sent, too
_log_steps: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    *reporting.steps(SENTRY_SECRET_DSN, site=SITE_URL),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_log_steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
logs.leave_out_what_no_line_names()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.Line",
            "foreign_pre_chain": _log_steps,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": env.log_level("LOG_LEVEL"),
    },
    "loggers": {
        "stripe": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        "celery.redirected": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},  # "received" and, below, "succeeded": our own lines say it
        "celery.app.trace": {"level": "WARNING"},
    },
}
