"""Takes a customer out of what an order left in this room. Texts stay as they are: what was published was."""

from collections.abc import Collection

from articles.models import ArticleVersion, Brief

ORDER = "order"
NOTES = "customer_notes"


def forget_customer(order_ids: Collection[str], *, pseudonym: str) -> int:
    """Their address in briefs, and their notes beside versions; in how many rows."""
    briefs = Brief.objects.filter(subject_type=ORDER, subject_id__in=order_ids)
    changed = briefs.update(email="", asked_by_label=pseudonym)
    versions = ArticleVersion.objects.filter(subject_type=ORDER, subject_id__in=order_ids).defer("body")
    for version in versions.exclude(backlink_metadata=None):
        told = {**(version.backlink_metadata or {}), NOTES: ""}
        changed += ArticleVersion.objects.filter(pk=version.pk).update(backlink_metadata=told)
    return changed
