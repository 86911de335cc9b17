"""The staff's side: every email looked up, each kind looked at, one email sent once more. Nothing is edited here."""

from mail.admin import log

__all__ = ["log"]
