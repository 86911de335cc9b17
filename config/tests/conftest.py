"""The stand-ins of Stripe and OpenAI, and the jobs that the queues' tests declare."""

from backlinks.tests.conftest import openai_process, stripe_process
from queues.tests.conftest import script

__all__ = ("openai_process", "script", "stripe_process")
