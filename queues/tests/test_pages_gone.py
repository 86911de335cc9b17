"""What is gone is said so where owners work, with the way back there."""

from uuid import UUID

import pytest

from queues.tests.browsing import browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
NOBODYS = UUID(int=7)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"/admin/queues/test.queue/jobs/{NOBODYS}/", "completed ones are kept for some days only"),
        (f"/admin/queues/dlq/bulk/{NOBODYS}/", "those that have ended are kept for some days only"),
        ("/admin/queues/no-such-address/at/all/", "It may have moved"),
    ],
)
def test_a_page_of_what_is_gone_says_why_and_leads_back(address, why):
    answer = browser().get(address)

    assert answer.status_code == 404
    said = answer.content.decode()
    assert why in said
    assert 'href="/admin/"' in said
    assert "our emails" not in said
