"""What every test needs before Django's settings are read: a key, and services on loopback."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-never-anywhere-else")
os.environ.setdefault("STRIPE_SECRET_KEY", "sk_test_only_for_tests")
os.environ.setdefault("STRIPE_WEBHOOK_SECRET", "whsec_only_for_tests")
os.environ.setdefault("OPENAI_API_KEY", "only-for-tests")
