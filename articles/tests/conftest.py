"""Shared with every room."""

from backlinks.tests.conftest import openai, openai_process  # noqa: F401
