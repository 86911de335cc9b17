"""The stand-ins of Stripe and OpenAI, and the jobs that the queues' tests declare."""

from audit.tests.fixtures import django_db_setup, plain_static
from backlinks.tests.conftest import openai_process, stripe_process
from queues.tests.conftest import script

__all__ = ("django_db_setup", "openai_process", "plain_static", "script", "stripe_process")
