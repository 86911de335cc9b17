"""Staff ask for an article and watch it being written; who may not is refused, and nothing typed is lost."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from articles.models import Article, ArticleVersion, Brief
from articles.tests.draft_cases import BODY, POINTS
from audit.models import AuditEntry
from queues.draining import drain
from queues.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
ADD = "/admin/articles/brief/add/"
TOPIC = "Saving seed from your own vegetables"


@pytest.fixture
def editor(db):
    return User.objects.create_user("editor@copydesk.example", Role.EDITOR, "correct horse battery")


@pytest.fixture
def desk(editor):
    client = Client()
    client.force_login(editor)
    return client


def typed(**different):
    sent = {
        "topic": TOPIC,
        "niche": "gardening",
        "keyword": "saving seed",
        "points": "\r\n".join(POINTS),
        "sources": BODY,
        "language": "en",
        "words": "900",
        "tone": "neutral",
        "email": "editor@copydesk.example",
    }
    return {**sent, **different}


def test_a_brief_is_asked_for_written_and_read(desk, openai):
    page = desk.get(ADD).content.decode()
    assert 'value="editor@copydesk.example"' in page

    response = desk.post(ADD, typed())

    brief = Brief.objects.get()
    address = f"/admin/articles/brief/{brief.pk}/change/"
    assert (response.status_code, response["Location"]) == (303, address)
    assert (brief.points, brief.sources, brief.words) == (list(POINTS), [BODY.strip()], 900)
    assert AuditEntry.objects.get(action="brief.asked").actor_label == "editor@copydesk.example"
    waiting = desk.get(address)
    assert waiting["Refresh"] == "3"
    drain(only="generate-article")
    read = desk.get(address)
    assert "Refresh" not in read
    assert "Version 1: candidate" in read.content.decode()
    assert "Write another draft" in read.content.decode()


@pytest.mark.parametrize(("chosen", "shown"), [("", 0), ("?article_status=every", 1), ("?article_status=archived", 1)])
def test_what_nobody_paid_for_is_listed_for_whoever_asks(desk, chosen, shown):
    desk.post(ADD, typed())
    Article.objects.update(status="archived")

    assert len(desk.get(f"/admin/articles/brief/{chosen}").context["cl"].result_list) == shown


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"topic": "Seed"}, "Name the subject in 10 to 110 characters."),
        ({"points": ""}, "Give at least one point."),
        ({"points": "Beans\nbeans"}, "Say each point once."),
        ({"points": "p" * 161}, "At most 160 characters to a point"),
        ({"language": "English!"}, "Give a code like en, de or zh-Hans."),
        ({"words": "5"}, "Between 300 and 4000 words."),
        ({"email": "nobody"}, "Enter a valid email address."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk, different, said):
    page = desk.post(ADD, typed(**different)).content.decode()

    assert said in page
    assert "Leave the lowest pods on a few healthy plants" in page
    assert (Brief.objects.count(), Job.objects.count()) == (0, 0)


def test_a_failed_draft_is_shown_and_another_asked_for(desk, openai):
    desk.post(ADD, typed(sources=""))
    drain(only="generate-article")
    brief = Brief.objects.get()
    address = f"/admin/articles/brief/{brief.pk}/"

    page = desk.get(f"{address}change/").content.decode()
    assert "It could not be written" in page
    assert "failed quality control" in page
    assert desk.post(f"{address}again/").status_code == 303
    assert desk.post(f"{address}again/", follow=True).content.decode().count("being written at this moment") == 1

    assert Job.objects.filter(name="generate-article").count() == 2
    assert ArticleVersion.objects.count() == 1


def test_only_staff_who_may_ask(desk):
    desk.post(ADD, typed())
    brief = Brief.objects.get()
    customer = Client()
    customer.force_login(User.objects.create_user("c@example.com", Role.CUSTOMER, "correct horse battery"))

    assert customer.post(ADD, typed()).status_code in (302, 403)
    assert customer.post(f"/admin/articles/brief/{brief.pk}/again/").status_code in (302, 403)
    assert desk.get(f"/admin/articles/brief/{brief.pk}/again/").status_code == 405
    assert (Brief.objects.count(), Job.objects.count()) == (1, 1)
