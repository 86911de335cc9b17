"""What a quote finds out about its target, and what of it is told to whom."""

import time
from datetime import timedelta

import pytest

from accounts.limits import TooMany
from backlinks import vetting
from backlinks.findings import FRESH, FRESH_FOR_STRANGERS, KEPT_FOR, forget_old
from backlinks.models import Order, TargetReport, TargetVisit
from backlinks.quoting import QuoteRefused, quote
from backlinks.tests.given import article_for_sale, wish_for
from backlinks.tests.small_internet import ANOTHER_PUBLIC, PUBLIC, answering, dripping, pouring
from backlinks.vetting import DOES_NOT_OPEN, vet, vet_for_anyone
from mail.models import EmailLog
from queues.models import Job

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example.com/a"


def found(verdict):
    return [(finding.check, finding.passed) for finding in verdict.findings]


def refused(url):
    """The reasons; and nothing may be written, sent or enqueued."""
    with pytest.raises(QuoteRefused) as refusal:
        quote(wish_for(article_for_sale(), target_url=url), ip="10.9.9.9")
    assert not Order.objects.exists()
    assert not TargetReport.objects.exists()
    assert not EmailLog.objects.exists()
    assert not Job.objects.exists()
    return [(reason.code, reason.message) for reason in refusal.value.reasons]


def aged(by):
    visit = TargetVisit.objects.get()
    TargetVisit.objects.update(found_at=visit.found_at - by)


def test_a_page_that_opens_passes_every_check(net):
    with net.site(answering()):
        verdict = vet_for_anyone(SHOP)

    assert (verdict.host, verdict.is_safe) == ("shop.example.com", True)
    assert found(verdict) == [("target_url", True), ("target_reputation", True), ("target_opens", True)]
    assert verdict.findings[-1].measured == "answered 200 at https://shop.example.com/a"


@pytest.mark.parametrize(
    "serve", [answering(404), answering(500), answering(302, Location="/a"), pouring(b"", b"x" * 999)]
)
def test_whatever_keeps_a_page_from_opening_warns_in_the_same_words(net, serve):
    with net.site(serve):
        quoted = quote(wish_for(article_for_sale(), target_url=SHOP), ip="10.0.0.1")

    warning = next(check for check in quoted.checks if not check.passed)
    assert (warning.check, warning.message) == ("target_opens", DOES_NOT_OPEN)


def test_a_name_that_leads_nowhere_warns_in_the_same_words_and_at_once(net):
    wish = wish_for(article_for_sale(), target_url="https://workshop.example.com/a")
    started = time.monotonic()

    quoted = quote(wish, ip="10.0.0.1")

    assert time.monotonic() - started < 1
    assert [check.message for check in quoted.checks if not check.passed] == [DOES_NOT_OPEN]
    report = quoted.order.target_reports.get()
    assert (report.stage, report.is_safe, report.host) == ("quote", True, "workshop.example.com")
    assert report.findings[-1]["measured"] == "the name leads nowhere"


def test_a_resolver_that_loses_a_question_costs_a_stranger_one_second(net):
    vet_for_anyone(SHOP)
    TargetVisit.objects.all().delete()
    vet(SHOP)

    assert net.seconds_given[0] == 1.0
    assert 9 < net.seconds_given[1] <= 10


def test_a_page_that_drips_costs_a_stranger_five_seconds_in_total(net, monkeypatch):
    monkeypatch.setattr(vetting, "SECONDS_FOR_STRANGERS", 0.5)
    started = time.monotonic()

    with net.site(dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05)):
        verdict = vet_for_anyone(SHOP)

    assert time.monotonic() - started < 2
    assert (verdict.findings[-1].check, verdict.findings[-1].measured) == ("target_opens", "it took too long")


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["169.254.169.254"], [PUBLIC, "127.0.0.1"], ["64:ff9b::7f00:1"]])
def test_a_name_that_leads_inside_is_refused_without_a_word_of_where(net, addresses):
    net.names["shop.example.com"] = [addresses]

    assert refused(SHOP) == [("target_not_public", vetting.INSIDE)]
    assert net.dialled == []


def test_a_redirect_inside_is_refused_without_a_word_of_where(net):
    with net.site(answering(302, Location="https://127.0.0.1/")):
        assert refused(SHOP) == [("target_redirects", vetting.ELSEWHERE)]


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("https://casino.example/", "casino.example"),
        ("https://play.Casino.example/", "casino.example"),
        ("https://bit.ly/x", "bit.ly"),
        ("https://127-0-0-1.sslip.io/", "sslip.io"),
    ],
)
def test_a_listed_website_is_refused_without_a_visit(net, url, listed):
    assert refused(url) == [("target_denied", vetting.DENIED.format(listed))]
    assert net.asked == []


def test_a_redirect_to_a_listed_website_is_refused(net):
    with (
        net.site(answering(302, Location="https://win.casino.example/")),
        net.site(answering(), name="win.casino.example", address=ANOTHER_PUBLIC),
    ):
        assert refused(SHOP) == [("target_redirects", vetting.ELSEWHERE)]


def test_names_that_look_latin_are_noted_for_the_editor_under_an_ending_of_their_own(net):
    verdict = vet_for_anyone("https://оса.рф/")

    assert verdict.is_safe
    assert found(verdict)[1] == ("target_alphabet", False)
    assert (verdict.host, verdict.findings[1].measured) == ("xn--80a1aj.xn--p1ai", "оса.рф")


def test_strangers_have_a_page_visited_once_in_ten_minutes(net):
    with net.site(answering()):
        first = vet_for_anyone(SHOP)
        aged(FRESH_FOR_STRANGERS - timedelta(seconds=5))
        assert vet_for_anyone(SHOP) == first
        assert len(net.requests) == 1

        aged(timedelta(seconds=10))
        vet_for_anyone(SHOP)

    assert len(net.requests) == 2


def test_an_order_that_goes_on_has_it_visited_anew_after_a_minute(net):
    with net.site(answering()):
        vet_for_anyone(SHOP)
        vet(SHOP)
        assert len(net.requests) == 1

        aged(FRESH)
        vet(SHOP)

    assert len(net.requests) == 2


def test_a_page_that_did_not_open_may_be_mended_within_a_minute(net):
    assert found(vet_for_anyone(SHOP))[-1] == ("target_opens", False)

    with net.site(answering()):
        assert found(vet_for_anyone(SHOP))[-1] == ("target_opens", False)
        aged(FRESH)
        assert found(vet_for_anyone(SHOP))[-1] == ("target_opens", True)


def test_a_refusal_is_remembered_as_a_refusal(net):
    net.names["shop.example.com"] = [["10.0.0.1"]]
    first = vet_for_anyone(SHOP)

    assert (vet_for_anyone(SHOP), first.is_safe, len(net.asked)) == (first, False, 1)


def test_old_visits_are_forgotten(net):
    vet(SHOP)
    assert forget_old() == 0

    aged(KEPT_FOR)

    assert forget_old() == 1


def test_a_host_is_visited_for_strangers_twenty_times_a_minute_from_wherever(net):
    article = article_for_sale()
    for number in range(20):
        quote(wish_for(article, target_url=f"{SHOP}{number}"), ip=f"10.0.0.{number}")

    with pytest.raises(TooMany):
        quote(wish_for(article, target_url=f"{SHOP}20"), ip="10.0.0.20")

    assert (len(net.asked), Order.objects.count()) == (20, 20)
    quote(wish_for(article, target_url=f"{SHOP}1"), ip="10.0.0.21")
    quote(wish_for(article, target_url="https://other.example.com/"), ip="10.0.0.21")
    assert len(net.asked) == 21


def test_strangers_never_hold_every_thread_of_the_web(net):
    for _ in range(vetting.AT_ONCE_FOR_STRANGERS):
        assert vetting._readers.acquire(blocking=False)
    try:
        assert found(vet_for_anyone(SHOP))[-1] == ("target_opens", False)
    finally:
        vetting._readers.release(vetting.AT_ONCE_FOR_STRANGERS)

    assert net.asked == []
    assert not TargetVisit.objects.exists()
    with net.site(answering()):
        assert found(vet_for_anyone(SHOP))[-1] == ("target_opens", True)


def test_the_answer_of_the_api_says_nothing_of_what_was_answered(net, client):
    wish = {"articleId": article_for_sale().pk, "targetUrl": SHOP, "anchorText": "a guide for beginners"}

    with net.site(answering(418, body=b"secret", Server="teapot")):
        answer = client.post(
            "/api/v1/purchase/quote", {**wish, "email": "a@example.com"}, content_type="application/json"
        )

    assert answer.status_code == 201
    assert [set(check) for check in answer.json()["checks"]] == [{"check", "passed", "message"}] * 6
    told = answer.content.decode()
    assert not any(word in told for word in ("418", "teapot", "secret", PUBLIC))


def test_typing_looks_nothing_up(net, client):
    article = article_for_sale()

    answer = client.post(f"/articles/{article.slug}/link/check/", {"target_url": SHOP})

    assert answer.status_code == 200
    assert net.asked == []
    assert not TargetVisit.objects.exists()
