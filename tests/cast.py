"""Customers whose orders stand in each state that can be reached without waiting long, and who did that."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import LONG, published
from tests.customer import Customer, Staff, form_fields
from tests.system import RUN, System, until

# What a narrow page must bear: an address without a place to break it, and words as long as they come.
LONG_PATH = "a-guide-" + "with-a-very-long-address-and-no-place-to-break-it" * 4
LONG_WORDS = "Bedienungsanleitungen für Werkzeugschärfmaschinen und Drehbankzubehörteile"

OF_CHECKOUT = "FROM backlinks_checkout WHERE id = (SELECT checkout_id FROM backlinks_checkoutitem WHERE order_id = %s)"


@dataclass
class Cast:
    """`roomy` takes another link and `full` none."""

    system: System
    full: dict[str, Any]
    roomy: dict[str, Any]
    orders: dict[str, Customer] = field(default_factory=dict)

    def ordered(self, state: str, article: dict[str, Any]) -> Customer:
        buyer = self.orders[state] = Customer(self.system, f"{state}-{RUN}@example.org")
        answer = buyer.quote(article, targetUrl=f"https://{state}-{RUN}.example/{LONG_PATH}", customerNotes=LONG_WORDS)
        assert answer.status_code == 201, answer.text
        return buyer

    def paid(self, *states: str, article: dict[str, Any], reach: str) -> None:
        """All of them at once, then each in the state that `reach` names."""
        for state in states:
            assert self.ordered(state, article).checkout().status_code == 201
            assert self.orders[state].pay().status_code == 303
        for state in states:
            self.orders[state].reach(reach, seconds=60)

    def paid_otherwise(self, state: str, outcome: str) -> None:
        """What became of the pay page, and nothing is waited for."""
        assert self.ordered(state, self.roomy).checkout().status_code == 201
        assert self.orders[state].pay(outcome).status_code == 303

    def disputed(self, state: str) -> None:
        """The bank takes the payment back for now; Stripe tells it of the charge, which its own API names."""
        (paid,) = self.system.rows(f"SELECT payment_intent_id {OF_CHECKOUT}", self.orders[state].order_id)
        address = f"{self.system.demo['stripe']}/v1/payment_intents/{paid['payment_intent_id']}"
        answer = self.system.http.get(address, headers={"Authorization": "Bearer sk_test_cast"})
        self.system.control("stripe", "/_control/dispute", charge=answer.json()["latest_charge"])
        self.until("disputed_at IS NOT NULL FROM backlinks_order WHERE id = %s", state)

    def refund_returned(self, by: Staff, state: str) -> None:
        """The bank does not take the money back."""
        self.system.control("stripe", "/_control/refunds", outcome="failed")
        self.ask_for_refund(by, state)
        self.until("status = 'failed' FROM backlinks_refund WHERE order_id = %s", state)
        self.system.control("stripe", "/_control/refunds", outcome="succeeded")

    def ask_for_refund(self, by: Staff, state: str) -> None:
        order = self.orders[state].order_id
        shown = form_fields(by.get(f"/admin/backlinks/order/{order}/change/"), "/refund/")
        words = "It could not be written."
        answer = by.post(f"/admin/backlinks/order/{order}/refund/", **shown, reason=words, sure="on")
        assert answer.status_code == 303

    def until(self, is_so: str, state: str) -> None:
        asked = f"SELECT {is_so}"
        until(lambda: any(any(row.values()) for row in self.system.rows(asked, self.orders[state].order_id)), 30, is_so)

    def decided(self, by: Staff, state: str, verb: str, reach: str, **fields: str) -> None:
        order = self.orders[state]
        shown = form_fields(by.get(f"/admin/backlinks/order/{order.order_id}/change/"), f"/{verb}/")
        answer = by.post(f"/admin/backlinks/order/{order.order_id}/{verb}/", **shown, **fields)
        assert answer.status_code == 303
        order.reach(reach)

    def page_of(self, state: str, path: str = "") -> str:
        return f"/orders/{self.orders[state].order_id}/{path}"

    def door_of(self, state: str) -> str:
        """Its access link, as an email brings it."""
        return f"{self.page_of(state)}?access={self.orders[state].token}"


def brought_there(system: System, folder: Path) -> Cast:
    full, other, another, roomy = (published(system, folder, f"cast-{RUN}-{number}", LONG) for number in range(4))
    cast = Cast(system, full, roomy)
    system.control("openai", mode="bad_edit", delay_seconds=0)
    cast.paid("failed", "refunded", article=other, reach="FAILED")
    cast.paid("refund-returned", article=another, reach="FAILED")
    system.control("openai", mode="ok")
    cast.paid("review", "submitted", "live", article=full, reach="QUALITY_CHECK")
    cast.paid("rejected", article=other, reach="QUALITY_CHECK")
    cast.paid("disputed", article=another, reach="QUALITY_CHECK")
    cast.orders["review"].regenerate()
    for state in ("submitted", "live", "rejected"):
        assert cast.orders[state].submit().status_code == 200
    editor, owner = Staff(system, "editor"), Staff(system, "owner")
    cast.decided(editor, "live", "approve", "COMPLETED", have_read="on")
    cast.decided(editor, "rejected", "reject", "REJECTED", reason="It sells something else.\n\nPlease mend the page.")
    cast.ask_for_refund(owner, "refunded")
    cast.orders["refunded"].reach("REFUNDED")
    cast.refund_returned(owner, "refund-returned")
    cast.disputed("disputed")
    cast.ordered("unpaid", roomy)
    cast.paid_otherwise("expired", "expire")
    cast.orders["expired"].reach("CANCELLED")
    cast.paid_otherwise("confirming", "pay_later")
    cast.until(f"status = 'pending' {OF_CHECKOUT}", "confirming")
    until(lambda: cast.orders["review"].status()["canSubmit"], 30, "a second version")
    return cast
