"""The kinds of email we send and what each must be told.

A kind is a stem in templates/emails; its context must never hold a secret, because it is stored.
"""

from collections.abc import Mapping

from audit.masking import secret_keys

_ORDER = frozenset({"order_ref", "article_title"})
_LINK = frozenset({"target_url", "anchor_text"})
_CHANGE = frozenset({"before", "after", "checks", "article_language"})
_SIGN_IN = frozenset({"device", "network", "asked_at"})

KINDS: Mapping[str, frozenset[str]] = {
    "request_received": _ORDER | _LINK | {"price"},
    "backlink_integrated": _ORDER | _LINK | _CHANGE,
    "revision_ready": _ORDER | _LINK | _CHANGE,
    "reminder": _ORDER | _LINK | {"days"},
    "submitted": _ORDER,
    "base_moved": _ORDER,
    "changes_requested": _ORDER | {"reason"},
    "article_live": _ORDER | _LINK | {"article_url", "checks"},
    "order_failed": _ORDER | {"refund", "price"},
    "sign_in_code": _SIGN_IN | {"minutes"},
    "sign_in_by_password": _SIGN_IN,
    "staff_invitation": frozenset({"role", "invited_by", "days"}),
    "payment_failed": _ORDER | {"price", "expired"},
    "refunded": _ORDER | {"price", "was_live", "keeps_link"},
    "link_lost": _ORDER | _LINK,
    "link_restored": _ORDER | _LINK | {"article_url", "was_told"},
    "claim_refused": _ORDER | {"reason"},
    "article_ready": frozenset({"article_title", "topic", "checks_passed"}),
    "ordered_article_ready": _ORDER | _LINK | {"description", "checks", "again"},
    "order_trouble": _ORDER | {"trouble", "message", "price"},
    "new_submission": _ORDER | _LINK | {"price"},
    "article_published": frozenset({"article_title", "article_url"}),
    "workflow_note": frozenset({"about_line", "text_lines", "run"}),
    "queue_alert": frozenset({"trouble", "about", "message", "since", "times"}),
}


class UnknownKind(LookupError):
    """There are no templates for this kind of email."""


class UnfitContext(ValueError):
    """The context lacks what the templates say, or carries what must not be stored."""


def examine(kind: str, context: Mapping[str, object]) -> None:
    """Raises UnknownKind or UnfitContext, naming the keys."""
    if kind not in KINDS:
        raise UnknownKind(f"{kind!r} is not one of {', '.join(KINDS)}")
    if missing := KINDS[kind] - context.keys():
        raise UnfitContext(f"{kind} lacks {', '.join(sorted(missing))}")
    if secret := secret_keys(context):
        raise UnfitContext(f"{kind} must not store {', '.join(secret)}")
