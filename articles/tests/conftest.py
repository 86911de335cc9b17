"""Shared with every room."""

from audit.tests.fixtures import django_db_setup, plain_static  # noqa: F401
from backlinks.tests.conftest import openai, openai_process  # noqa: F401
