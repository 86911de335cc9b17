"""Everything on record about a paid order, for its customer or for staff: payment, checks, versions, approvals, proofs.

Reads only. What was measured for staff, and who of them decided, is left out of what a customer gets.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from articles.markdown.links import SPONSORED_REL
from articles.models import ArticleVersion, Placement
from articles.money import written
from backlinks.candidates import candidates_of
from backlinks.certificates import label_of
from backlinks.certifying import address_of
from backlinks.models import LinkCertificate, Order, OrderStatus, TargetReport
from backlinks.receipts import receipt_of

Section = dict[str, Any]
OUR_STAFF = "our staff"


@dataclass(frozen=True)
class Evidence:
    """`record` is JSON; `sha256` is of its canonical form: two exports of an unchanged order have the same."""

    order: Order
    record: dict[str, Any]

    @property
    def sha256(self) -> str:
        canonical = json.dumps(self.record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def evidence_of(order: Order, *, for_staff: bool = False) -> Evidence:
    """Raises receipts.NotPaid."""
    record = {
        "order": _order(order),
        "payment": _payment(order),
        "checks_before_payment": [_told(check, for_staff) for check in order.checks],
        "looks_at_the_target": [_report(it, for_staff) for it in order.target_reports.order_by("id")],
        "versions": [_version(it, for_staff) for it in _versions(order)],
        "history": [_event(it, for_staff) for it in order.events.order_by("id")],
        "plans": [_plan(it, for_staff) for it in order.plans.order_by("id")],
        "link": _link(order),
        "certificate": _certificate(order),
        "proofs": [_proof(it, for_staff) for it in order.proofs.order_by("id")],
        "losses": [_loss(it, for_staff) for it in order.losses.order_by("id")],
        "claims": [_claim(it, for_staff) for it in order.claims.order_by("id")],
    }
    return Evidence(order, record)


def unpaid_record(order: Order) -> Section:
    """What there is of an order nobody paid for, as its customer gets it."""
    return {
        "order": _order(order),
        "checks_before_payment": [_told(check, False) for check in order.checks],
        "history": [_event(it, False) for it in order.events.order_by("id")],
    }


def as_json(evidence: Evidence) -> bytes:
    whole = {"site": settings.SITE_URL, "record_sha256": evidence.sha256, "record": evidence.record}
    return json.dumps(whole, indent=2, ensure_ascii=False).encode()


def _order(order: Order) -> Section:
    return {
        "id": str(order.pk),
        "reference": order.reference,
        "product": order.product,
        "status": order.status,
        "article": order.article.title,
        "article_url": f"{settings.SITE_URL}{order.article.get_absolute_url()}",
        "target_url": order.target_url,
        "anchor_text": order.anchor_text,
        "customer_notes": order.customer_notes,
        "email": order.email,
        "ordered_at": _at(order.created_at),
        "regenerations": order.regeneration_count,
        "terms_sha256": order.terms_id or "",
    }


def _payment(order: Order) -> Section:
    receipt = receipt_of(order)
    return {
        "payment": receipt.payment,
        "paid_at": _at(receipt.paid_at),
        "amount": written(receipt.paid_minor, order.currency),
        "amount_minor": receipt.paid_minor,
        "currency": order.currency,
        "disputed_at": _at(order.disputed_at),
        "dispute_lost_at": _at(order.dispute_lost_at),
        "returned": [
            {
                "at": _at(it.at),
                "amount": written(it.amount_minor, order.currency),
                "amount_minor": it.amount_minor,
                "confirmed": it.is_done,
                "refund": it.number,
            }
            for it in receipt.returned
        ],
    }


def _told(finding: dict[str, Any], for_staff: bool) -> Section:
    """What was measured tells how our checks work, and of other people's servers: for staff alone."""
    told = {name: finding[name] for name in ("check", "passed", "message")} | {"blocks": finding.get("blocks", False)}
    return {**told, "measured": finding.get("measured", "")} if for_staff else told


def _report(report: TargetReport, for_staff: bool) -> Section:
    findings = [_told(finding, for_staff) for finding in report.findings]
    return {"stage": report.get_stage_display(), "at": _at(report.at), "safe": report.is_safe, "findings": findings}


def _versions(order: Order) -> list[ArticleVersion]:
    bases = {it.pk: it for it in ArticleVersion.objects.defer("body").filter(pk__in=_base_ids(order))}
    versions = candidates_of(order)
    for version in versions:
        version.base = bases.get(version.base_id or 0)
    return versions


def _base_ids(order: Order) -> list[int]:
    ids = ArticleVersion.objects.filter(subject_type="order", subject_id=str(order.pk)).values_list(
        "base_id", flat=True
    )
    return [id for id in ids if id]


def _version(version: ArticleVersion, for_staff: bool) -> Section:
    change = version.change or {}
    return {
        "number": version.number,
        "state": version.get_status_display(),
        "sha256": version.sha256,
        "bytes": version.size,
        "base_sha256": version.base.sha256 if version.base else "",
        "written_by": version.author_label,
        "written_at": _at(version.created_at),
        "submitted_at": _at(version.submitted_at),
        "approved_at": _at(version.approved_at),
        "approved_by": _by(version.approved_by_label, for_staff),
        "published_at": _at(version.published_at),
        "paragraph_before": change.get("before", ""),
        "paragraph_after": change.get("after", ""),
        "checks": [{**row, "label": label_of(row["check"])} for row in version.certificate],
    }


def _event(event: Any, for_staff: bool) -> Section:
    is_theirs = event.actor_type == "customer"
    said_to_them = event.to_status == OrderStatus.REJECTED
    return {
        "at": _at(event.at),
        "from": event.get_from_status_display() if event.from_status else "",
        "to": event.get_to_status_display(),
        "by": event.actor_label if for_staff or is_theirs else _by(event.actor_label, False),
        "reason": event.reason if for_staff or said_to_them else "",
    }


def _plan(plan: Any, for_staff: bool) -> Section:
    return {
        "made_at": _at(plan.made_at),
        "run_at": _at(plan.run_at),
        "zone": plan.zone,
        "sha256": plan.body_sha256,
        "base_sha256": plan.base_sha256,
        "by": _by(plan.actor_label, for_staff),
        "outcome": plan.get_outcome_display(),
        "ended_at": _at(plan.ended_at),
    }


def _link(order: Order) -> list[Section]:
    placements = Placement.objects.filter(subject_type="order", subject_id=str(order.pk)).order_by("id")
    return [
        {
            "href": it.href,
            "anchor": it.anchor,
            "rel": SPONSORED_REL,
            "live_since": _at(it.live_since),
            "ended_at": _at(it.ended_at),
            "end_reason": it.end_reason,
        }
        for it in placements
    ]


def _certificate(order: Order) -> Section:
    certificate = LinkCertificate.objects.select_related("version").filter(order=order).first()
    if certificate is None:
        return {}
    return {
        "number": certificate.number,
        "address": address_of(certificate),
        "issued_at": _at(certificate.issued_at),
        "guaranteed_until": _at(certificate.guaranteed_until),
        "sha256": certificate.version.sha256,
    }


def _proof(proof: Any, for_staff: bool) -> Section:
    seen = {"at": _at(proof.at), "stands": proof.stands, "sha256": proof.body_sha256, "page": proof.get_page_display()}
    return {**seen, "note": proof.note} if for_staff else seen


def _loss(loss: Any, for_staff: bool) -> Section:
    told = {"found_at": _at(loss.found_at), "restored_at": _at(loss.ended_at)}
    return {**told, "why": loss.why} if for_staff else told


def _claim(claim: Any, for_staff: bool) -> Section:
    return {
        "made_at": _at(claim.made_at),
        "outcome": claim.get_outcome_display(),
        "reason": claim.reason,
        "decided_at": _at(claim.decided_at),
        "decided_by": _by(claim.decided_by_label, for_staff),
    }


def _by(label: str, for_staff: bool) -> str:
    return label if for_staff or not label else OUR_STAFF


def _at(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
