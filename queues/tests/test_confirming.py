"""A change is asked for in words, wants its reason, and never leads to another site."""

import pytest

from queues.models import Pause
from queues.tests.browsing import PAGES, browser, read
from queues.tests.calling import QUEUE, everything
from queues.tests.given import put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

PAGE, PAUSE = f"{PAGES}{QUEUE}/", f"{PAGES}{QUEUE}/pause/"
ELSEWHERE = [
    "https://evil.example/admin/queues/",
    "//evil.example/admin/queues/",
    "/admin/queues/../logout/",
    "/admin/queues/%2e%2E/logout/",
    "//[evil.example/admin/queues/",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/admin/logout/",
    "/",
    "admin/queues/",
    "/admin/queues\\@evil.example",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nobody_is_led_to_another_site_or_another_part_of_this_one(url):
    answer = browser().post(PAUSE, {"next": url})

    assert (answer.status_code, answer["Location"], Pause.objects.count()) == (303, PAGE, 1)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_link_or_field_leads_there_either(url):
    page = read(browser().get(PAUSE, {"next": url}))

    assert (page.by_id("confirm").all("a")[0]["href"], field(page, "next")) == (PAGE, "")


def test_one_of_these_pages_is_where_they_came_from_and_go_back_to():
    back = f"{PAGES}?span=day"
    page = read(browser().get(PAUSE, {"next": back}))
    assert (page.by_id("confirm").all("a")[0]["href"], field(page, "next")) == (back, back)

    assert browser().post(PAUSE, {"next": back})["Location"] == back


@pytest.mark.parametrize("reason", ["", "   "])
def test_what_must_have_a_reason_is_not_done_without_and_loses_nothing(reason):
    job, http = put(), browser()
    before = everything()

    answer = http.post(f"{PAGE}jobs/{job.pk}/cancel/", {"reason": reason, "next": PAGE})

    page = read(answer)
    assert (answer.status_code, "Please say why." in page.text, field(page, "next")) == (422, True, PAGE)
    assert everything() == before


def test_a_reason_is_given_back_with_the_refusal_and_never_part_of_the_page():
    browser().post(PAUSE)

    answer = browser().post(PAUSE, {"reason": "</textarea><script>alert(1)</script>"})

    assert answer.status_code == 409
    assert read(answer).by_id("confirm-reason").raw_text == "</textarea><script>alert(1)</script>"
    assert "<script>alert" not in answer.content.decode()


def test_a_long_reason_is_cut():
    browser().post(PAUSE, {"reason": "x" * 900})

    assert Pause.objects.get().reason == "x" * 500


def field(page, name):
    (found,) = (one["value"] for one in page.by_id("confirm").all("input") if one["name"] == name)
    return found
