"""Markup in every field a customer fills: refused at the door or kept as text, on every page where it may show.

What the door refuses is put into the row all the same: pages must not rely on the door.
"""

from typing import Any

import pytest
from django.core import mail as outbox
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from backlinks import review
from backlinks.failing import work_came_to_nothing
from backlinks.models import LinkCertificate, Order
from backlinks.tests.calling import Caller, asking, nothing_happened
from backlinks.tests.given import EDITOR, approved, article_for_sale, bought, quoted, submitted, write, written
from backlinks.tests.looking import browser, form_page, page, plain_static  # noqa: F401
from backlinks.tests.probing import fields_in, obeyed, probe
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job

pytestmark = pytest.mark.django_db

FIELDS = ["target", "anchor", "notes", "email"]
EMAIL = '"\'><probe-email/onfocus=x>"@example.com'  # a local part may be quoted: the door takes it


@pytest.fixture
def owner(db):
    return User.objects.create_user("owner@copydesk.example", Role.OWNER, "correct horse battery")


def planted(order: Order) -> Any:
    """The probes in the row, past every door."""
    values = {"target_url": f"https://shop.example.com/{probe('target')}", "anchor_text": probe("anchor")[:80]}
    Order.objects.filter(pk=order.pk).update(**values, customer_notes=probe("notes"), email=EMAIL)
    order.refresh_from_db()
    return order


def staff_pages(http: Client, orders: list[Any]) -> list[str]:
    """What staff may open about these orders: of emails, jobs and audit entries, one of each kind."""
    paths = [f"/admin/backlinks/order/?q={probe('search')}", "/admin/backlinks/order/", "/admin/audit/auditentry/"]
    paths += ["/admin/mail/emaillog/", f"/admin/mail/emaillog/?q={probe('search')}", "/admin/audit/accessentry/"]
    paths += [f"/admin/backlinks/order/{order.pk}/change/" for order in orders]
    paths += [
        f"/admin/mail/emaillog/{email.pk}/change/" for email in EmailLog.objects.order_by("kind").distinct("kind")
    ]
    paths += [
        f"/admin/audit/auditentry/{entry.pk}/change/"
        for entry in AuditEntry.objects.order_by("action").distinct("action")
    ]
    for job in Job.objects.filter(subject_type="order").order_by("name").distinct("name"):
        paths += [f"/admin/queues/{job.queue}/jobs/{job.pk}/", f"/admin/queues/{job.queue}/jobs/?q={job.subject_id}"]
    paths += ["/admin/queues/", f"/admin/queues/email.send/jobs/?q={probe('search')}"]
    return [_opened(http, path) for path in paths]


def _opened(http: Client, path: str) -> str:
    answer = http.get(path, follow=True)
    assert answer.status_code in (200, 400), (path, answer.status_code)
    return str(answer.content.decode())


def test_what_customers_typed_is_text_on_every_page_of_theirs_and_of_staff(stripe, openai, owner):
    read = written(stripe)
    sent, turned_down, failed = submitted(written(stripe)), submitted(written(stripe)), bought(stripe)
    live, waiting = submitted(written(stripe)), quoted()
    approved(live)
    orders = [planted(order) for order in (read, sent, turned_down, failed, live, waiting)]
    review.reject(order=turned_down, actor=EDITOR, reason=probe("reason"))
    work_came_to_nothing(str(failed.pk), reason=probe("error"))
    customer = User.objects.create_user(EMAIL, Role.CUSTOMER)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(customer=customer)
    drain(only="send-email")

    known = browser(*orders)
    theirs = [_opened(known, page(order)) for order in orders]
    theirs += [_opened(known, page(order, "receipt/")) for order in (read, sent, live)]
    shown = LinkCertificate.objects.get(order=live)
    theirs.append(_opened(Client(), f"/certificates/{shown.number}/{shown.secret}/"))
    known.force_login(customer)
    theirs += [_opened(known, path) for path in ("/accounts/", "/basket/", f"/?q={probe('search')}")]
    desk = Client()
    desk.force_login(owner)
    ours = staff_pages(desk, orders)

    assert [obeyed(text) for text in (*theirs, *ours)] == [[]] * len([*theirs, *ours])
    assert fields_in(theirs, [*FIELDS, "reason", "search"]) == {*FIELDS, "reason", "search"}
    assert fields_in(ours, [*FIELDS, "reason", "search"]) == {*FIELDS, "reason", "search"}


def test_in_their_emails_it_is_text_as_well(stripe, openai):
    orders = [planted(submitted(written(stripe))) for _ in range(2)]
    review.reject(order=orders[0], actor=EDITOR, reason=probe("reason"))
    work_came_to_nothing(str(planted(bought(stripe)).pk), reason="It could not be written.")
    Order.objects.update(email="customer@example.com")
    EmailLog.objects.update(to="customer@example.com")
    drain(only="send-email")

    letters = [str(html) for letter in outbox.outbox for html, kind in letter.alternatives if kind == "text/html"]

    assert len(letters) >= 5
    assert [obeyed(letter) for letter in letters] == [[]] * len(letters)
    assert fields_in(letters, ["reason"]) == {"reason"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("targetUrl", f"https://shop.example.com/{probe('target')}"),
        ("targetUrl", "javascript:alert(1)"),
        ("targetUrl", "data:text/html,<script>alert(1)</script>"),
        ("anchorText", f"a {probe('anchor')}"),
        ("anchorText", "a [guide](https://evil.example) here"),
        ("email", f"{probe('email')}@example.com"),
    ],
)
def test_a_field_that_is_no_place_for_markup_refuses_it_and_nothing_is_kept(field, value):
    article = article_for_sale()

    answer = Caller().post("quote", asking(article, **{field: value}))

    assert answer.status_code in (400, 422)
    assert nothing_happened()


def test_a_form_that_is_shown_again_repeats_it_as_text():
    article = article_for_sale()
    typed = {"target_url": probe("target"), "anchor_text": probe("anchor"), "customer_notes": probe("notes")}

    answer = Client().post(form_page(article), {**typed, "email": probe("email")})
    checked = Client().post(f"{form_page(article)}check/", typed)

    assert (answer.status_code, checked.status_code) == (422, 200)
    assert obeyed(answer.content.decode()) == obeyed(checked.content.decode()) == []
    assert fields_in([answer.content.decode()], FIELDS) == set(FIELDS)
    assert nothing_happened()


def test_notes_with_markup_are_written_into_no_article(stripe, openai):
    order = bought(stripe, customer_notes=probe("notes"))

    write()

    order.refresh_from_db()
    known = browser(order)
    assert order.status == "QUALITY_CHECK"
    assert "probe-" not in str(known.get(page(order)).context["page"].shown.version.body)


def test_the_reader_of_these_tests_finds_what_it_looks_for():
    """Or its silence would say nothing."""
    found = ["<probe-x>", '<a href=" java\nscript:x">', "<b onclick=x>", '<iframe srcdoc="&lt;probe-y&gt;"></iframe>']

    assert [len(obeyed(one)) for one in found] == [1] * 4
    assert obeyed("<script>var x = 'probe-z'</script>") == ["within <script>"]
    assert obeyed(f"<p title='{'&lt;probe-x&gt;'}'>&lt;probe-x onclick=1&gt;</p>") == []
