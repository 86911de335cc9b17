"""Everything an email may be told, with what could go wrong in it."""

KINDS = [
    "request_received",
    "backlink_integrated",
    "revision_ready",
    "reminder",
    "submitted",
    "base_moved",
    "changes_requested",
    "article_live",
    "order_failed",
    "payment_failed",
    "refunded",
    "link_lost",
    "link_restored",
    "claim_refused",
    "article_ready",
    "ordered_article_ready",
    "article_published",
    "workflow_note",
    "order_trouble",
    "new_submission",
]

# To our own people, and not about an order.
OWNERS_KINDS = ["queue_alert", "staff_invitation"]

# To whoever typed their address on the sign-in page.
SIGN_IN_KINDS = ["sign_in_code", "sign_in_by_password"]

SIGN_IN = {
    "device": "Firefox on Windows",
    "network": "203.0.113.0",
    "asked_at": "25 November 2026, 10:02 UTC",
    "minutes": 10,
}

ALERT = {
    "trouble": "Failed for good",
    "about": "email.send",
    "message": "send-email in email.send has failed for good: <b>no</b> such & such",
    "since": "25 November 2026, 10:02 UTC",
    "times": 1,
}

CONTEXT = {
    "order_ref": "7F3A21",
    "article_title": "Salt & <Stone>",
    "article_url": "https://desk.example/articles/salt/",
    "target_url": "https://example.com/salt?grain=1&sea=2",
    "anchor_text": "sea salt",
    "price": "€ 49.00",
    "before": "Salt is old.",
    "after": "Salt is old. Cooks ask for sea salt.",
    "article_language": "en-GB",
    "checks": [{"label": "Words added", "measured": "5", "limit": "30"}, {"label": "New links", "measured": "1"}],
    "reason": "It reads like an advertisement.",
    "days": 3,
    "role": "editor",
    "invited_by": "owner@desk.example",
    "refund": True,
    "expired": True,
    "was_live": True,
    "keeps_link": False,
    "was_told": True,
    "topic": "Salt & <Stone>",
    "description": "Where salt comes from & what <it> does.",
    "again": True,
    "checks_passed": 16,
    "about_line": "“Salt & <Stone>” waits",
    "text_lines": ["It passed its review.", "Please read it."],
    "run": 7,
    "trouble": "A refund failed",
    "message": "Stripe says the refund failed.",
}
