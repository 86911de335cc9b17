"""The former name of audit.tests.fixtures, for conftests that still use it."""

from audit.tests.fixtures import django_db_setup, plain_static

__all__ = ("django_db_setup", "plain_static")
