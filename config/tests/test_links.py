"""No dead link and no button without effect, as whoever: all that can be reached opens, and is theirs to see."""

from collections.abc import Iterable, Iterator

import pytest
from django.test import Client

from accounts.roles import Role
from articles.models import Article
from config.tests.crawling import Crawl
from config.tests.must_see import GUEST, LEAST, LEAST_BUTTONS, LEAST_TYPED, MUST
from config.tests.populated import Populated, populated, undone
from config.tests.pressing import Press, idle, press, presses
from config.tests.typing_in import entries, hostile, type_in
from queues.tests.browsing import Element, read

pytestmark = [pytest.mark.django_db, pytest.mark.walk]


def each(roles: Iterable[str]) -> pytest.MarkDecorator:
    """The owner, who sees most, in one process and everybody else in another: what is walked through is made once in
    each."""
    params = [
        pytest.param(who, marks=pytest.mark.xdist_group("owner" if who == Role.OWNER else "others")) for who in roles
    ]
    return pytest.mark.parametrize("who", params)


@pytest.fixture(scope="module")
def there(django_db_setup, django_db_blocker, stripe_process, openai_process) -> Iterator[Populated]:
    with django_db_blocker.unblock(), populated(stripe_process, openai_process) as found:
        yield found


@pytest.fixture
def _django_db_helper(there) -> Iterator[None]:
    """In place of pytest-django's, which begins with nothing: what a test changes is undone, what is there stays."""
    with undone():
        yield


def crawled(there: Populated, who: str) -> Crawl:
    """Once for all the tests of a process: what they do is undone."""
    if who not in there.walks:
        http = there.browsers.get(who) or Client(enforce_csrf_checks=True)
        there.walks[who] = Crawl(http, there.alike, is_known=who != GUEST).run()
    return there.walks[who]


def kinds_of_buttons(crawl: Crawl) -> list[Press]:
    return list({one.kind: one for url, page in crawl.pages.items() for one in presses(url, page)}.values())


@each(LEAST)
def test_no_link_is_dead_and_none_leads_where_they_may_not_go(there, who):
    crawl = crawled(there, who)

    print(f"{len(crawl.texts)} pages as {who}")
    assert crawl.wrong == []
    assert MUST[who] - crawl.names() == set()
    assert len(crawl.texts) >= LEAST[who]
    read = "\n".join(crawl.texts.values())
    mine = [str(order.pk) for order in there.orders.values()] if who != GUEST else []
    assert [pk for pk in mine if f"{pk}/" not in read] == []
    hidden = [str(there.strangers.pk), there.strangers.email] if who in (GUEST, Role.CUSTOMER) else []
    assert [secret for secret in hidden if secret in read] == []


@pytest.mark.xdist_group("others")
def test_a_dead_link_is_found(there, monkeypatch):
    """Or the silence above would say nothing."""
    monkeypatch.setattr(Article, "get_absolute_url", lambda article: "/articles/no-such-article/")

    crawl = Crawl(Client()).run()

    assert "/articles/no-such-article/ answers 404, linked from /" in crawl.wrong


@each(LEAST)
def test_no_button_is_without_effect(there, who):
    """Pressed with what its form offers it changes something, brings something, or says why it did not."""
    crawl = crawled(there, who)
    found = kinds_of_buttons(crawl)

    faults = list({fault: f"{fault}, on {url}" for url, page in crawl.pages.items() for fault in idle(page)}.values())
    faults += [fault for one in found if (fault := press(crawl.http, one))]

    print(f"{len(found)} kinds of buttons as {who}")
    assert not faults, "\n".join(faults)
    assert len(found) >= LEAST_BUTTONS[who]


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<button type="button">Go</button>', "the button 'Go' does nothing"),
        ('<form method="post" action="/a/"><button>Go</button></form>', "the form to /a/ has no token"),
        ('<form action="/a/"><textarea name="b"></textarea></form>', "nothing sends the form to /a/"),
    ],
)
def test_an_idle_button_is_found(html, fault):
    answer = type("Answer", (), {"content": html.encode(), "status_code": 200})

    assert list(idle(read(answer))) == [fault]


@pytest.mark.parametrize(
    ("action", "fault"),
    [("/no-such/", "answers 404"), ("/healthz", "answers 405"), ("/admin/", "sends on to /admin/login/?next=/admin/")],
)
@pytest.mark.xdist_group("others")
def test_a_button_that_leads_nowhere_is_found(there, action, fault):
    assert press(Client(), Press("/", "Go", action, (), Element("form", {}, None))).endswith(fault)


@each(LEAST_TYPED)
def test_whatever_is_typed_into_a_field_is_refused_or_kept_as_text(there, who):
    crawl, tried, kept, faults = crawled(there, who), 0, 0, []

    for turn, one in enumerate(kinds_of_buttons(crawl)):
        for entry, sent in hostile(one, turn) if dict(entries(one.form)) else ():
            fault, is_kept = type_in(crawl.http, one, entry, sent)
            tried, kept = tried + 1, kept + is_kept
            faults += [f"{entry} of {one.action} on {one.page} {fault}"] if fault else []

    print(f"{tried} times as {who}, kept {kept} times")
    assert not faults, "\n".join(faults)
    assert tried >= LEAST_TYPED[who] and kept
