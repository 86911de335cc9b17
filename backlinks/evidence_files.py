"""A paid order's record as a file, in either of the forms that the customer's and the staff's page offer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpResponse

from backlinks.evidence import Evidence, as_json
from queues.on_demand import OnDemand

if TYPE_CHECKING:
    from backlinks import evidence_pdf
else:
    evidence_pdf = OnDemand("backlinks.evidence_pdf")  # its printer takes 20 MiB, in workers too

FORMS: dict[str, tuple[Callable[[Evidence], bytes], str]] = {
    "json": (as_json, "application/json"),
    "pdf": (lambda evidence: evidence_pdf.as_pdf(evidence), "application/pdf"),
}


def download(evidence: Evidence, form: str) -> HttpResponse:
    """As a file named after the order; `form` is one of FORMS."""
    made, content_type = FORMS[form]
    response = HttpResponse(made(evidence), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="order-{evidence.order.reference}.{form}"'
    return response
