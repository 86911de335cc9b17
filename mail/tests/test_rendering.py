"""Subject, text and HTML from one context."""

import re
from html.parser import HTMLParser

import pytest
from django.template import Engine, TemplateDoesNotExist

from mail import kinds
from mail.rendering import SUBJECT_LENGTH, render
from mail.tests.samples import ALERT, CONTEXT, KINDS, OWNERS_KINDS, SIGN_IN, SIGN_IN_KINDS

ACTION = "https://desk.example/orders/41/?a=1&b=2"


class Page(HTMLParser):
    """The links and the visible text of an HTML email."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.text = ""
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "a":
            self.hrefs.append(dict(attrs)["href"])

    def handle_data(self, data):
        self.text += data


def test_every_kind_has_its_templates_and_a_sample():
    assert sorted(kinds.KINDS) == sorted(KINDS + OWNERS_KINDS + SIGN_IN_KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_one_action_in_text_and_html_and_signs_as_the_site(kind, settings):
    settings.SITE_NAME, settings.SITE_URL = "The Copydesk", "https://desk.example"
    action = str(CONTEXT["article_url"]) if kind in ("article_live", "link_restored") else ACTION

    rendered = render(kind, CONTEXT, action_url=ACTION)

    page = Page(rendered.html)
    assert page.hrefs == [action, "https://desk.example"]
    assert rendered.text.count(action) == 1
    assert page.tags.count("h1") == 1
    assert rendered.html.count('class="button"') == 1
    assert "\nThe Copydesk\n\n-- \nOrder 7F3A21 · https://desk.example\n" in rendered.text
    assert "img" not in page.tags
    assert "script" not in page.tags


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_names_the_article_as_it_is_written(kind):
    rendered = render(kind, CONTEXT, action_url=ACTION)

    assert "Salt & <Stone>" in rendered.subject
    assert "Salt & <Stone>" in rendered.text
    assert "Salt &amp; &lt;Stone&gt;" in rendered.html
    assert "<Stone>" not in rendered.html


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_asks_for_nothing_that_is_not_declared(kind, monkeypatch):
    """With the required keys alone nothing is missing: `if`-guarded extras aside, every variable has a value."""
    required = {key: value for key, value in CONTEXT.items() if key in kinds.KINDS[kind]}
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "[missing %s]")

    rendered = render(kind, required, action_url=ACTION)

    assert "[missing" not in rendered.subject + rendered.text + rendered.html


def test_a_review_email_shows_the_change_and_says_how_much_was_checked():
    rendered = render("backlink_integrated", CONTEXT, action_url=ACTION)

    assert "BEFORE\nSalt is old.\n\nAFTER\nSalt is old. Cooks ask for sea salt.\n" in rendered.text
    assert "measured against 2 rules" in rendered.text
    text = " ".join(Page(rendered.html).text.split())
    assert "Before Salt is old. After Salt is old. Cooks ask for sea salt." in text
    assert "measured against 2 rules" in text


def test_the_email_of_a_live_link_carries_its_certificate():
    rendered = render(
        "article_live", {**CONTEXT, "article_url": "https://desk.example/articles/salt/"}, action_url=ACTION
    )

    assert "- Words added: 5 (allowed: 30)\n- New links: 1\n" in rendered.text
    assert "Words added: 5 (allowed: 30) New links: 1" in " ".join(Page(rendered.html).text.split())


@pytest.mark.parametrize(
    ("refund", "said"), [(True, "The refund of € 49.00 has been started."), (False, "Your payment of € 49.00 is safe.")]
)
def test_a_failed_order_says_what_becomes_of_the_money(refund, said):
    rendered = render("order_failed", {**CONTEXT, "refund": refund}, action_url=ACTION)

    assert said in rendered.text
    assert said in rendered.html


def test_what_happens_next_may_be_said_by_whoever_knows_better():
    rendered = render("submitted", {**CONTEXT, "next_step": "An editor reads it tomorrow."}, action_url=ACTION)

    assert "An editor reads it tomorrow." in rendered.text
    assert "An editor reads it tomorrow." in rendered.html
    assert "as soon as the editor has decided" not in rendered.text


def test_an_alert_says_what_is_wrong_since_when_and_why_it_comes_to_this_address(monkeypatch):
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "[missing %s]")

    rendered = render("queue_alert", ALERT, action_url="https://desk.example/admin/queues/alerts/")

    assert rendered.subject == "Failed for good: email.send"
    assert "send-email in email.send has failed for good: <b>no</b> such & such" in rendered.text
    assert "Seen on 25 November 2026, 10:02 UTC." in rendered.text
    page = Page(rendered.html)
    assert page.hrefs[0] == "https://desk.example/admin/queues/alerts/"
    assert "b" not in page.tags
    for part in (rendered.text, page.text):
        assert "because your address is among those to be told when something is wrong" in " ".join(part.split())
        assert "an order" not in part
        assert "[missing" not in part


def test_an_alert_that_came_often_says_how_often():
    rendered = render("queue_alert", {**ALERT, "times": 57}, action_url=ACTION)

    assert "Seen 57 times since 25 November 2026, 10:02 UTC." in rendered.text


@pytest.mark.parametrize("kind", SIGN_IN_KINDS)
def test_an_email_about_signing_in_says_who_asked_and_leads_to_one_page(kind, monkeypatch, settings):
    settings.SITE_URL = "https://desk.example"
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "[missing %s]")

    rendered = render(kind, {**SIGN_IN, "code": "041592"}, action_url="https://desk.example/accounts/sign-in/code/")

    page = Page(rendered.html)
    where = "/accounts/sign-in/code/" if kind == "sign_in_code" else "/admin/"
    assert page.hrefs == [f"https://desk.example{where}", "https://desk.example"]
    for part in (rendered.text, " ".join(page.text.split())):
        assert "25 November 2026, 10:02 UTC from Firefox on Windows, network 203.0.113.0" in part
        assert ("041592" in part) is (kind == "sign_in_code")
        assert "an order" not in part
        assert "[missing" not in rendered.subject + part
    assert "041592" not in rendered.subject


def test_markup_in_what_is_told_stays_text():
    told = {**CONTEXT, "after": "<script>alert(1)</script>", "reason": '"><img src=x>', "target_url": 'https://x/"><b>'}

    for kind in KINDS:
        tags = Page(render(kind, told, action_url='https://x/"><i>').html).tags
        assert not {"script", "img", "b", "i"} & set(tags)


def test_a_title_cannot_become_a_header():
    title = "Salt\r\nBcc: everybody@example.com\x00\u2028and more"

    subject = render("submitted", {**CONTEXT, "article_title": title}, action_url=ACTION).subject

    assert subject == "With our editor now: your link in “Salt Bcc: everybody@example.com and more”"


def test_a_subject_ends_somewhere():
    subject = render("submitted", {**CONTEXT, "article_title": "salt " * 100}, action_url=ACTION).subject

    assert (len(subject), subject[-1]) == (SUBJECT_LENGTH, "…")


def test_text_has_no_gaps_where_parts_are_empty():
    text = render("backlink_integrated", {**CONTEXT, "checks": []}, action_url=ACTION).text

    assert re.search(r"\n{3}", text) is None


def test_a_kind_without_templates_cannot_be_rendered():
    with pytest.raises(TemplateDoesNotExist):
        render("unheard_of", CONTEXT, action_url=ACTION)


@pytest.mark.parametrize("kind", [*KINDS, *OWNERS_KINDS, *SIGN_IN_KINDS])
def test_each_kind_says_its_language_has_words_for_the_inbox_and_fetches_nothing(kind):
    html = render(kind, {**CONTEXT, **ALERT, **SIGN_IN, "code": "041592"}, action_url=ACTION, language="en").html

    assert '<html lang="en">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert re.search(r'<div class="preview"[^>]*>[^<]{10,}</div>', html)
    assert not re.search(r"<(img|script|link|iframe|form)\b|url\(|@import|\ssrc=|\son\w+=", html)


def test_what_is_quoted_from_the_article_is_in_the_articles_language():
    html = render("revision_ready", CONTEXT, action_url=ACTION).html

    assert html.count(' lang="en-GB" dir="auto"') == 2
