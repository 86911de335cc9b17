"""Tests of the stand-ins: each drives the real process over HTTP or SMTP.

They must never reach beyond loopback.
"""
