"""A Copydesk in the middle of its life: something in every room and every state, for whoever walks through it all.

The cast is one owner, one editor, the customer whose orders these are, and a stranger with an order of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts import inviting, tokens
from accounts.models import Scope, User
from accounts.roles import Role
from analytics.models import Funnel
from analytics.ranges import Range, day_of
from analytics.tests.given import counted
from analytics.tests.given import put as seen
from articles.assistant.deciding import decline
from articles.importing import import_article
from articles.models import AiEventLog, Article
from articles.tests.given import BODY, EDITOR, candidate, published_article
from articles.tests.test_assistant import SOURCE, asked, suggested
from articles.tests.test_brief_admin import ADD as BRIEFS
from articles.tests.test_brief_admin import typed
from articles.tests.test_images import kept, picture
from audit.actors import SYSTEM, Actor
from audit.sealing import seal
from backlinks import guarantee, refunds, review, scheduling
from backlinks.actors import customer_of
from backlinks.asking_back import ask_for_refund
from backlinks.clients.internet import Internet
from backlinks.failing import work_came_to_nothing
from backlinks.fulfilment import settle_lost
from backlinks.models import BasketItem, Order, RefundReason
from backlinks.moments import Moment
from backlinks.tests.aftermath import changed, gone_live, slipped_in
from backlinks.tests.articles_given import bought_article, quoted_article, written_article
from backlinks.tests.conftest import nowhere
from backlinks.tests.given import (
    SAMPLES,
    WEBHOOK_SECRET,
    bought,
    live_body,
    quoted,
    read_by_editor,
    submitted,
    till,
    write,
    written,
)
from backlinks.tests.standins import StandIn
from mail.models import EmailLog
from plugins import executions
from plugins.tests.given import plugin
from queues.draining import drain
from queues.subjects import SUBJECTS
from queues.tests.sample_jobs import know_things, say
from queues.tests.test_crawl import fill as fill_the_queues
from workflows import running
from workflows.models import Workflow, WorkflowRun
from workflows.tests.given import chain, sample_steps, workflow
from workflows.tests.test_running import APPROVAL

# An article is not written about what the archive has already: the first two come before any is there, of two subjects.
BICYCLES = {
    "topic": "Keeping a bicycle going through the winter",
    "keyword": "winter bicycle",
    "points": ["What winter actually does", "Prepare once, in autumn", "The weekly ten minutes"],
    "material": (SAMPLES / "winter-commuter-bike.md").read_text().split("---\n", 2)[2].strip(),
}
MEETINGS = {
    "topic": "Meetings across time zones",
    "keyword": "time zones",
    "points": "Decide what deserves the shared hours\nWrite so that nobody has to ask\nProtect the quiet hours",
    "sources": (SAMPLES / "meetings-across-time-zones.md").read_text().split("---\n", 2)[2].strip(),
}


@dataclass(frozen=True)
class Populated:
    people: dict[str, User]
    orders: dict[str, Order]
    strangers: Order
    alike: set[str]  # ids of jobs of which there are too many to look at all
    browsers: dict[str, Client] = field(default_factory=dict)
    walks: dict[str, Any] = field(default_factory=dict)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in it has not happened afterwards; a transaction that must be the outermost finds itself so."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def populated(stripe: StandIn, openai: StandIn) -> Iterator[Populated]:
    """Inside a transaction that is rolled back."""
    stripe.tell("api", mode="ok"), stripe.tell("refunds", outcome="succeeded"), stripe.tell("webhooks", drop=1_000_000)
    openai.tell(mode="ok")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    here = override_settings(
        STRIPE_API_BASE=stripe.base,
        STRIPE_SECRET_KEY="sk_test_of_these_tests",
        STRIPE_WEBHOOK_SECRETS=[WEBHOOK_SECRET],
        OPENAI_BASE_URL=f"{openai.base}/v1",
        OPENAI_API_KEY="sk-of-these-tests",
        STORAGES={**settings.STORAGES, "staticfiles": plain},
    )
    with here, sample_steps(), patch.object(Internet, "addresses", nowhere), undone():
        yield populate(stripe)
    say(lambda ctx: None)
    SUBJECTS.pop("thing", None)


def populate(stripe: StandIn) -> Populated:
    people = {role.value: User.objects.create_user(f"{role}@copydesk.example", role) for role in Role}
    people["stranger"] = User.objects.create_user("stranger@elsewhere.example", Role.CUSTOMER)
    staff = Actor.of(people["editor"])
    orders, strangers = _orders(stripe, staff), quoted(email="stranger@elsewhere.example")
    Order.objects.exclude(pk=strangers.pk).update(customer=people["customer"])
    Order.objects.filter(pk=strangers.pk).update(customer=people["stranger"])
    _texts(people["editor"])
    _automation(Actor.of(people["owner"]))
    _letters(people)
    _readers(orders["live"].article)
    seal()
    alike = fill_the_queues(say, know_things)
    return Populated(people, orders, strangers, alike, {who: _browser(user) for who, user in people.items()})


def _browser(user: User) -> Client:
    http = Client(enforce_csrf_checks=True)
    http.force_login(user)
    http.get("/")
    return http


def _orders(stripe: StandIn, editor: Actor) -> dict[str, Any]:
    """By what is true of it."""
    made = {
        "an article to read": written_article(stripe),
        "an article with the editor": submitted(written_article(stripe, **BICYCLES)),
        "an article being written": bought_article(stripe),
        "unpaid": quoted(),
        "paying": quoted(),
        "in the basket": quoted(),
        "an article in the basket": quoted_article(),
        "unpaid for good": quoted(),
        "written": written(stripe),
        "written twice": written(stripe),
        "with the editor": submitted(written(stripe)),
        "wished for": submitted(written(stripe)),
        "planned": submitted(written(stripe)),
        "turned down": submitted(written(stripe)),
        "asked back": submitted(written(stripe)),
        "live": gone_live(stripe),
        "lost": gone_live(stripe),
        "disputed": written(stripe),
    }
    _of_customers(made)
    made |= {name: bought(stripe) for name in ("failed", "refunded", "being written")}
    _of_staff(made, editor)
    for order in made.values():
        order.refresh_from_db()
    return made


def _of_customers(made: dict[str, Any]) -> None:
    till(made["paying"])
    for name in ("in the basket", "an article in the basket"):
        BasketItem.objects.create(order=made[name])
    lost = till(made["unpaid for good"])
    settle_lost(lost.pk, lost.stripe_session_id)
    review.regenerate(order=made["written twice"], actor=customer_of(made["written twice"]))
    write()
    scheduling.wish(order=made["wished for"], moment=_in_days(3), actor=customer_of(made["wished for"]))


def _of_staff(made: dict[str, Any], editor: Actor) -> None:
    planned = made["planned"]
    scheduling.plan(order=planned, read=read_by_editor(planned), moment=_in_days(1), actor=editor)
    for name in ("turned down", "asked back"):
        review.reject(order=made[name], actor=editor, reason="It reads like an advertisement.")
    ask_for_refund(order=made["asked back"], actor=customer_of(made["asked back"]))
    lost = made["lost"]
    slipped_in(lost.article, live_body(lost.article).replace(changed(lost)[1], "Something else entirely."))
    guarantee.claim(order=lost, actor=customer_of(lost))
    for name in ("failed", "refunded"):
        work_came_to_nothing(str(made[name].pk), reason="QualityRefused: no edit passed")
    made["refunded"].refresh_from_db()
    refunds.request_refund(made["refunded"], decision=refunds.Decision(RefundReason.STAFF, "Sorry."), actor=editor)
    drain(only="refund-order")
    Order.objects.filter(pk=made["disputed"].pk).update(disputed_at=timezone.now())


def _in_days(days: int) -> Moment:
    return Moment(timezone.now() + timedelta(days=days), "Europe/Berlin")


def _texts(editor: User) -> None:
    """A draft beside the live text, suggestions in every state, briefs written, failed and waiting, a picture."""
    article = import_article(source_bytes=SOURCE, actor=EDITOR, publishing=True).article
    candidate(published_article(), BODY + "\nOne more line.\n")
    Article.objects.create(slug="a-draft", title="A draft", price_minor=4900)
    asked(article, "summary")
    for kind in ("headlines", "section", "seo"):
        suggested(article, kind)
    decline(suggestion=suggested(article, "excerpt"), reason="Too dry.", actor=EDITOR)
    kept(picture())
    desk = Client()
    desk.force_login(editor)
    for brief in (typed(**MEETINGS), typed(), typed(topic="Drying seed on a windowsill")):
        drain(only="generate-article")
        assert desk.post(BRIEFS, brief).status_code == 303
    AiEventLog.objects.create(purpose="weave_link", model_asked="m", cost_micro=None)


def _automation(owner: Actor) -> None:
    """Workflows that wait, are done, failed and are cancelled; plugins on, off and not yet granted, and their runs."""
    for words in (["a", "b"], ["c"]):
        _begun(workflow(chain(*words), slug=f"chain-{words[0]}", on=True), owner)
    _, failed, stopped = (_begun(workflow(APPROVAL, slug=f"asks-{n}"), owner) for n in range(3))
    drain()
    running.fail(str(failed.steps.get().pk), "the step <b>broke</b>")
    running.cancel(run=stopped, actor=owner, reason="the wrong one")
    plugin(name="echo", capabilities=["read_article"])
    plugin(name="asks", on=False, granted=False, capabilities=["read_article"])
    executions.ask("echo", {"a": "b"}, actor=owner)
    drain(only="run-plugin")
    executions.ask("echo", {}, actor=owner)


def _begun(made: Workflow, owner: Actor) -> WorkflowRun:
    return running.start(workflow=made, trigger="by hand", actor=owner, subject=("article", "1"))


def _letters(people: dict[str, User]) -> None:
    """One that arrived, one that failed, one that waits; somebody invited, somebody switched off, a program."""
    invited = User.objects.create_user("new@copydesk.example", Role.EDITOR)
    User.objects.create_user("gone@copydesk.example", Role.EDITOR)
    User.objects.filter(email="gone@copydesk.example").update(is_active=False)
    drain(only="send-email")
    inviting.invite(user=invited, actor=Actor.of(people["owner"]))
    EmailLog.objects.filter(pk=EmailLog.objects.latest("pk").pk).update(state="failed", error="550 no such user")
    tokens.issue(user=people["owner"], actor=SYSTEM, scope=Scope.WRITE)


def _readers(article: Article) -> None:
    at = timezone.now() - timedelta(hours=2)
    seen("page_view", at=at, path="/", referrer="search.example", device="desktop")
    seen("article_view", at=at, path=article.get_absolute_url(), article_id=article.pk, device="mobile")
    seen("search", at=at, label="tea", results=0)
    counted(Range(day_of(at), day_of(at)))
    steps = [{"type": "page_view", "path": "/"}, {"type": "article_view"}]
    Funnel.objects.create(name="From the start to an article", steps=steps)
