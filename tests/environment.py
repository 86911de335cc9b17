"""The environment of every test, set before pytest-django reads the settings (`-p tests.environment`).

`make fast` and `make walks` give a real DATABASE_URL and REDIS_URL; journeys start whole systems of their own and need
none, but settings must be readable all the same.
"""

import os

DEFAULTS = {
    "SECRET_KEY": "only-for-tests-never-anywhere-else",
    "STRIPE_SECRET_KEY": "sk_test_only_for_tests",
    "STRIPE_WEBHOOK_SECRET": "whsec_only_for_tests",
    "OPENAI_API_KEY": "only-for-tests",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "STAFF_SECOND_FACTOR": "false",  # tests of it switch it on
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "STATIC_ROOT": ".local/none",  # every test client walks through it: as empty as in a fresh clone
}
for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
