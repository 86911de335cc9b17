"""Fixtures of every room."""

from audit.tests.fixtures import django_db_setup, plain_static

__all__ = ("django_db_setup", "plain_static")
