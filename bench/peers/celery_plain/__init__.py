"""Celery on Redis alone, without results."""
