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
    full, other, roomy = (published(system, folder, f"cast-{RUN}-{number}", LONG) for number in range(3))
    cast = Cast(system, full, roomy)
    system.control("openai", mode="bad_edit", delay_seconds=0)
    cast.paid("failed", "refunded", article=other, reach="FAILED")
    system.control("openai", mode="ok")
    cast.paid("review", "submitted", "live", article=full, reach="QUALITY_CHECK")
    cast.paid("rejected", article=other, reach="QUALITY_CHECK")
    cast.orders["review"].regenerate()
    for state in ("submitted", "live", "rejected"):
        assert cast.orders[state].submit().status_code == 200
    editor, owner = Staff(system, "editor"), Staff(system, "owner")
    cast.decided(editor, "live", "approve", "COMPLETED", have_read="on")
    cast.decided(editor, "rejected", "reject", "REJECTED", reason="It sells something else.\n\nPlease mend the page.")
    cast.decided(owner, "refunded", "refund", "REFUNDED", reason="It could not be written.", sure="on")
    cast.ordered("unpaid", roomy)
    until(lambda: cast.orders["review"].status()["canSubmit"], 30, "a second version")
    return cast
