"""What every test needs before Django's settings are read: a key, and services on loopback."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-never-anywhere-else")
os.environ.setdefault("STRIPE_SECRET_KEY", "sk_test_only_for_tests")
os.environ.setdefault("STRIPE_WEBHOOK_SECRET", "whsec_only_for_tests")
os.environ.setdefault("OPENAI_API_KEY", "only-for-tests")
# Journeys start whole systems of their own; only `make fast` gives these. Settings must be readable all the same.
os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")

# After the environment: whatever imports Django reads it.
from audit.tests.fixtures import django_db_setup, plain_static  # noqa: E402, F401
