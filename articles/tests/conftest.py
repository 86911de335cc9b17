"""Shared with every room."""

from audit.tests.fixtures import django_db_setup, plain_static  # noqa: F401
