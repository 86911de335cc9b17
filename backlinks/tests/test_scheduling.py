"""An approval for later: exactly the bytes that were read, at the time that was said, or the editor hears why not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from articles.models import Placement
from audit.actors import Actor
from audit.models import AuditEntry
from backlinks import review, scheduling
from backlinks.actors import customer_of
from backlinks.models import Order, PublicationPlan, PublicationWish
from backlinks.moments import BadMoment, Moment, read_moment, spoken
from backlinks.tests.aftermath import changed
from backlinks.tests.given import (
    EDITOR,
    article_for_sale,
    live_body,
    read_by_editor,
    republished,
    submitted,
    written,
)
from backlinks.tests.looking import browser, page, plain_static, words  # noqa: F401
from backlinks.wiring import plan_died
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job, State

pytestmark = pytest.mark.django_db
BERLIN = "Europe/Berlin"


def tomorrow() -> Moment:
    return Moment(timezone.now() + timedelta(days=1), BERLIN)


def planned(stripe, article=None):
    order = submitted(written(stripe, article))
    return order, scheduling.plan(order=order, read=read_by_editor(order), moment=tomorrow(), actor=approver())


def approver() -> Actor:
    known = User.objects.filter(email=EDITOR.label).first()
    return Actor.of(known or User.objects.create_user(EDITOR.label, Role.EDITOR))


def time_comes() -> list[tuple[str, str]]:
    """The job's own time is now; everything else keeps its clock."""
    assert Job.objects.filter(name="publish-planned", state=State.DELAYED).exists()
    Job.objects.filter(name="publish-planned").update(run_at=timezone.now(), state=State.WAITING)
    return drain(only="publish-planned")


def ended(plan) -> tuple[str, str]:
    plan.refresh_from_db()
    return plan.outcome, Order.objects.get(pk=plan.order_id).status


def test_nothing_goes_live_before_its_time_and_then_exactly_what_was_read(stripe, openai):
    order, plan = planned(stripe)
    before = live_body(order.article)
    drain(only="publish-planned")
    assert live_body(order.article) == before
    assert Order.objects.get().status == "ADMIN_REVIEW"

    assert time_comes() == [("publish-planned", "SUCCESS")]

    assert ended(plan) == ("live", "COMPLETED")
    assert live_body(order.article) == order.submitted_version.body
    assert Order.objects.get().events.latest("id").actor_label == EDITOR.label
    assert Order.objects.get().target_reports.latest("id").stage == "approval"
    assert EmailLog.objects.filter(kind="article_live").count() == 1
    assert drain(only="publish-planned") == []


def test_a_cancelled_plan_publishes_nothing(stripe, openai):
    order, plan = planned(stripe)
    scheduling.cancel(order=order, actor=EDITOR)
    before = live_body(order.article)

    time_comes()

    assert ended(plan) == ("cancelled", "ADMIN_REVIEW")
    assert live_body(order.article) == before
    with pytest.raises(scheduling.NotPlanned):
        scheduling.cancel(order=order, actor=EDITOR)


def test_a_plan_is_void_once_the_customer_took_it_back_even_when_submitted_again(stripe, openai):
    order, plan = planned(stripe)
    review.withdraw(order=order, actor=customer_of(order))
    submitted(Order.objects.get())
    before = live_body(order.article)

    assert scheduling.plan_of(order) is None
    time_comes()

    assert ended(plan) == ("overtaken", "ADMIN_REVIEW")
    assert live_body(order.article) == before
    assert not EmailLog.objects.filter(kind="article_live").exists()


def test_the_later_of_two_plans_counts(stripe, openai):
    order, first = planned(stripe)

    second = scheduling.plan(order=order, read=read_by_editor(order), moment=tomorrow(), actor=approver())

    first.refresh_from_db()
    assert (first.outcome, second.outcome) == ("cancelled", "planned")
    time_comes()
    assert ended(second) == ("live", "COMPLETED")
    assert Placement.objects.count() == 1


def test_another_edit_meanwhile_the_same_change_goes_live_on_the_new_text_both_hashes_on_record(stripe, openai):
    article = article_for_sale()
    order, plan = planned(stripe, article)
    edited = live_body(article) + "\nAn editor added this line.\n"
    republished(article, edited)

    time_comes()

    assert ended(plan) == ("live", "COMPLETED")
    before, after = changed(order)
    assert live_body(article) == edited.replace(before, after)
    entry = AuditEntry.objects.get(action="order.plan_followed_article")
    assert entry.before == {"sha256": plan.body_sha256, "base_sha256": plan.base_sha256}
    live = Order.objects.get().submitted_version
    assert entry.after == {"sha256": live.sha256, "base_sha256": live.base.sha256}
    assert live.pk != plan.version_id


def test_where_the_change_no_longer_fits_the_customer_decides_anew(stripe, openai):
    article = article_for_sale()
    order, plan = planned(stripe, article)
    edited = live_body(article).replace(changed(order)[0], "Something else entirely.")
    republished(article, edited)

    time_comes()

    assert ended(plan) == ("back", "QUALITY_CHECK")
    assert live_body(article) == edited
    assert EmailLog.objects.filter(kind="base_moved").count() == 1


def test_a_target_that_became_unsafe_stops_it_and_the_editor_hears(stripe, openai, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    order, plan = planned(stripe)
    before = live_body(order.article)
    Order.objects.update(target_url="https://127.0.0.1/")

    time_comes()

    assert ended(plan) == ("stopped", "ADMIN_REVIEW")
    assert plan.note.startswith("TargetUnsafe")
    assert live_body(order.article) == before
    assert EmailLog.objects.get(kind="order_trouble").context["trouble"] == "A planned publication was stopped"


@pytest.mark.parametrize("lost", [{"role": Role.CUSTOMER}, {"is_active": False}])
def test_whoever_approved_and_may_no_longer_publishes_nothing(stripe, openai, lost):
    order, plan = planned(stripe)
    before = live_body(order.article)
    User.objects.filter(email=EDITOR.label).update(**lost)

    time_comes()

    assert ended(plan) == ("stopped", "ADMIN_REVIEW")
    assert plan.note == f"MayNoLongerApprove: {EDITOR.label}"
    assert live_body(order.article) == before


def test_a_job_that_dies_leaves_the_order_with_the_editor_who_hears(stripe, openai, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    _, plan = planned(stripe)

    for _ in range(2):
        plan_died(Job.objects.get(name="publish-planned"))

    assert ended(plan) == ("stopped", "ADMIN_REVIEW")
    assert EmailLog.objects.filter(kind="order_trouble").count() == 1


def test_a_disputed_order_does_not_go_live(stripe, openai):
    _, plan = planned(stripe)
    Order.objects.update(disputed_at=timezone.now())

    time_comes()

    assert ended(plan) == ("stopped", "ADMIN_REVIEW")
    assert not Placement.objects.exists()


def test_what_was_not_read_is_not_planned(stripe, openai):
    order = submitted(written(stripe))
    read = read_by_editor(order)
    wrong = review.Read(read.version_id, "0" * 64, read.base_sha256)

    with pytest.raises(review.NotTheOneRead):
        scheduling.plan(order=order, read=wrong, moment=tomorrow(), actor=approver())

    assert not PublicationPlan.objects.exists()
    assert not Job.objects.filter(name="publish-planned").exists()


def test_the_editor_plans_and_both_pages_show_it(stripe, openai, client, editor):
    order = submitted(written(stripe))
    read = read_by_editor(order)
    client.force_login(editor)
    form = {
        "version": read.version_id,
        "body_sha256": read.body_sha256,
        "base_sha256": read.base_sha256,
        "have_read": "on",
        "go_live_at": f"{timezone.now().year + 1}-01-15T09:00",
        "zone": BERLIN,
    }

    client.post(f"/admin/backlinks/order/{order.pk}/plan/", form)

    when = f"15 January {timezone.now().year + 1}, 09:00 (Europe/Berlin; 08:00 UTC)"
    plan = PublicationPlan.objects.get()
    assert (plan.run_at.hour, plan.zone, plan.actor_label) == (8, BERLIN, editor.email)
    assert when in words(browser(order).get(page(order)))
    assert when in words(client.get(f"/admin/backlinks/order/{order.pk}/change/"))
    client.post(f"/admin/backlinks/order/{order.pk}/plan/cancel/")
    plan.refresh_from_db()
    assert plan.outcome == "cancelled"


def test_the_customer_wishes_and_takes_it_back(stripe, openai, client, editor):
    order = written(stripe)
    form = {"go_live_at": f"{timezone.now().year + 1}-01-15T09:00", "zone": "America/New_York"}

    answer = browser(order).post(page(order, "wish/"), form, follow=True)

    when = f"15 January {timezone.now().year + 1}, 09:00 (America/New_York; 14:00 UTC)"
    assert when in words(answer)
    submitted(order)
    client.force_login(editor)
    assert when in words(client.get(f"/admin/backlinks/order/{order.pk}/change/"))
    browser(order).post(page(order, "wish/take-back/"))
    assert not PublicationWish.objects.exists()


def test_a_wish_in_the_past_or_with_words_is_refused(stripe, openai):
    order = written(stripe)
    client = browser(order)

    past = client.post(page(order, "wish/"), {"go_live_at": "2020-01-01T00:00", "zone": "UTC"})
    more = client.post(page(order, "wish/"), {"go_live_at": "2027-01-01T00:00", "zone": "UTC", "note": "please"})

    assert (past.status_code, more.status_code) == (422, 400)
    assert "in the past" in words(past)
    assert not PublicationWish.objects.exists()


@pytest.mark.parametrize(
    ("local", "zone", "says"),
    [
        ("2027-03-28T02:30", BERLIN, "no such time"),
        ("2027-01-01T00:00", "Mars/Olympus", "time zone"),
        ("soon", "UTC", "a day and a time"),
        ("2099-01-01T00:00", "UTC", "more than a year"),
    ],
)
def test_a_moment_nobody_can_mean(local, zone, says):
    with pytest.raises(BadMoment, match=says):
        read_moment(local, zone)


def test_a_time_that_comes_twice_is_the_first():
    moment = read_moment("2027-10-31T02:30", BERLIN)

    assert moment.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_moment_is_said_with_both_clocks_and_their_days():
    at = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)

    assert spoken(at, "UTC") == "1 December 2026, 23:30 UTC"
    assert spoken(at, "Asia/Tokyo") == "2 December 2026, 08:30 (Asia/Tokyo; 1 December, 23:30 UTC)"
