"""What goes live, and what never does."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from articles.models import Article, ArticleVersion, Placement
from articles.placements import taken_slots
from articles.publishing import BaseMoved, BreaksPaidLink, HashMismatch, NotApproved, NotLive, publish, retract
from articles.tests.given import (
    BODY,
    BREW,
    EDITOR,
    KETTLE,
    approved,
    candidate,
    go_live,
    live_version,
    published_article,
    sold,
    with_link,
)
from articles.versions import IllegalMove, approve, reject, submit
from audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_an_approved_version_goes_live_with_its_link():
    article = published_article()
    first = live_version(article)
    version = approved(article, with_link(BODY))

    published = go_live(version, sold(subject="42"))

    article.refresh_from_db()
    first.refresh_from_db()
    placement = Placement.objects.get()
    assert article.published_version == published == version
    assert (published.status, first.status) == ("published", "superseded")
    assert published.body == with_link(BODY)
    assert (placement.href, placement.anchor, placement.subject_type, placement.subject_id) == (
        BREW,
        "brewing guide",
        "order",
        "42",
    )
    assert (placement.version_first, placement.live_since, placement.ended_at) == (
        version,
        published.published_at,
        None,
    )
    assert taken_slots(article) == 1


def test_publishing_says_who_what_and_which_bytes():
    article = published_article()
    before = article.published_version_id
    version = approved(article, with_link(BODY))

    go_live(version, sold())

    entry = AuditEntry.objects.filter(action="article.published").latest("id")
    assert (entry.actor_label, entry.target_id) == (EDITOR.label, str(article.pk))
    assert (entry.before, entry.after) == ({"version": before}, {"version": version.pk, "sha256": version.sha256})


def test_a_hash_the_editor_did_not_read_is_refused():
    article = published_article()
    version = approved(article, with_link(BODY))

    with pytest.raises(HashMismatch):
        publish(
            version=version,
            body_sha256="0" * 64,
            expected_published_id=version.base_id,
            placement=sold(),
            actor=EDITOR,
        )

    assert nothing_happened(article)


def test_approval_of_other_bytes_is_refused():
    version = candidate(published_article(), with_link(BODY))

    with pytest.raises(HashMismatch):
        approve(version=version, body_sha256="0" * 64, actor=EDITOR)

    version.refresh_from_db()
    assert (version.status, version.approved_at) == ("candidate", None)


@pytest.mark.parametrize("status", ["candidate", "submitted"])
def test_an_unapproved_version_is_refused(status):
    article = published_article()
    version = candidate(article, with_link(BODY))
    if status == "submitted":
        submit(version=version, actor=EDITOR)

    with pytest.raises(NotApproved):
        go_live(version, sold())

    assert nothing_happened(article)


def test_publishing_twice_changes_nothing():
    article = published_article()
    version = go_live(approved(article, with_link(BODY)), sold())

    with pytest.raises(NotApproved):
        go_live(version, sold())

    assert Placement.objects.count() == 1


def test_a_moved_base_is_refused_and_says_what_is_live_now():
    article = published_article()
    stale = approved(article, with_link(BODY, KETTLE, "copper kettle", 6))
    winner = go_live(approved(article, with_link(BODY)), sold())

    with pytest.raises(BaseMoved) as refused:
        go_live(stale, sold(KETTLE, "copper kettle"))

    stale.refresh_from_db()
    assert refused.value.published_id == winner.pk
    assert (stale.status, stale.published_at) == ("approved", None)
    assert taken_slots(article) == 1


def test_a_version_of_an_older_base_is_refused_even_when_the_newest_is_expected():
    article = published_article()
    stale = approved(article, with_link(BODY, KETTLE, "copper kettle", 6))
    winner = go_live(approved(article, with_link(BODY)), sold())

    with pytest.raises(BaseMoved):
        publish(version=stale, body_sha256=stale.sha256, expected_published_id=winner.pk, placement=None, actor=EDITOR)


@pytest.mark.parametrize(
    "broken",
    [
        BODY,
        with_link(BODY, anchor="brewing guides"),
        with_link(BODY, href=BREW + "?"),
        with_link(with_link(BODY), paragraph=6),
        with_link(BODY).replace(' rel="sponsored noopener"', "").replace('{rel="sponsored noopener"}', ""),
    ],
    ids=["gone", "other words", "other address", "twice", "unlabelled"],
)
def test_a_live_paid_link_is_never_lost(broken):
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())
    article.refresh_from_db()
    version = approved(article, broken)

    with pytest.raises(BreaksPaidLink) as refused:
        go_live(version)

    article.refresh_from_db()
    assert refused.value.hrefs == [BREW]
    assert article.published_version_id == version.base_id


def test_a_bought_link_that_is_not_in_the_text_is_refused():
    article = published_article()

    with pytest.raises(BreaksPaidLink):
        go_live(approved(article, BODY + "\nNo link.\n"), sold())

    assert nothing_happened(article)


def test_two_orders_on_one_article_both_end_up_live():
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())
    article.refresh_from_db()

    both = with_link(with_link(BODY), KETTLE, "copper kettle", 6)
    go_live(approved(article, both), sold(KETTLE, "copper kettle"))

    assert sorted(Placement.objects.live().values_list("href", flat=True)) == [BREW, KETTLE]


def test_room_for_links_is_measured_when_the_text_changes():
    article = published_article()
    assert (article.linkable, article.link_slots) == (True, 2)

    go_live(approved(article, with_link(BODY)), sold())
    article.refresh_from_db()
    assert (article.linkable, article.linkable_message) == (True, "This article can take 1 more paid link.")

    both = with_link(with_link(BODY), KETTLE, "copper kettle", 6)
    go_live(approved(article, both), sold(KETTLE, "copper kettle"))
    article.refresh_from_db()
    assert (article.linkable, article.link_slots) == (False, 2)


def test_a_rejected_version_is_at_its_end():
    version = candidate(published_article(), with_link(BODY))
    submit(version=version, actor=EDITOR)
    reject(version=version, actor=EDITOR, reason="Off topic.")

    with pytest.raises(IllegalMove):
        approve(version=version, body_sha256=version.sha256, actor=EDITOR)

    assert AuditEntry.objects.latest("id").reason == "Off topic."


def test_a_move_made_by_somebody_faster_is_refused():
    version = candidate(published_article(), with_link(BODY))
    same = ArticleVersion.objects.get(pk=version.pk)
    submit(version=version, actor=EDITOR)

    with pytest.raises(IllegalMove):
        submit(version=same, actor=EDITOR)


@pytest.mark.django_db(transaction=True)
def test_of_two_versions_published_at_once_exactly_one_wins():
    article = published_article()
    rivals = [
        (approved(article, with_link(BODY)), sold()),
        (approved(article, with_link(BODY, KETTLE, "copper kettle", 6)), sold(KETTLE, "copper kettle")),
    ]
    at_once, outcomes = Barrier(2), list[str]()

    def race(version, placement):
        try:
            at_once.wait()
            outcomes.append(str(go_live(version, placement).pk))
        except BaseMoved:
            outcomes.append("moved")
        finally:
            connection.close()

    threads = [Thread(target=race, args=rival) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    article.refresh_from_db()
    assert sorted(outcomes) == sorted([str(article.published_version_id), "moved"])
    assert Placement.objects.count() == 1
    assert article.versions.filter(status="published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_versions_proposed_at_once_get_numbers_of_their_own():
    article = published_article()
    at_once = Barrier(4)

    def race(turn):
        try:
            at_once.wait()
            candidate(article, BODY + str(turn))
        finally:
            connection.close()

    threads = [Thread(target=race, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(article.versions.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def nothing_happened(article: Article) -> bool:
    before = article.published_version_id
    article.refresh_from_db()
    return article.published_version_id == before and article.status == "published" and not Placement.objects.exists()


def test_a_link_taken_out_ends_its_placement_and_frees_its_slot():
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold(subject="42"))
    placement = Placement.objects.get()

    version = retract(placement=placement, undo=None, reason="Refunded.", actor=EDITOR)

    article.refresh_from_db()
    placement.refresh_from_db()
    assert article.published_version == version
    assert BREW not in version.body
    assert (placement.ended_at, placement.end_reason) == (version.published_at, "Refunded.")
    assert taken_slots(article) == 0
    assert AuditEntry.objects.get(action="placement.ended").target_id == str(placement.pk)
    with pytest.raises(NotLive):
        retract(placement=placement, undo=None, reason="Refunded.", actor=EDITOR)


def test_a_link_is_not_taken_out_at_the_cost_of_another():
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())
    placement = Placement.objects.get()
    Placement.objects.create(
        article=article,
        version_first=placement.version_first,
        href=KETTLE,
        anchor="copper kettle",
        subject_type="order",
        subject_id="43",
    )
    before = live_version(article)

    with pytest.raises(BreaksPaidLink):
        retract(placement=placement, undo=None, reason="Refunded.", actor=EDITOR)

    assert live_version(article) == before
    assert Placement.objects.live().count() == 2
