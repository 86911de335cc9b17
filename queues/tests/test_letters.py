"""The dead letters as they are read: in groups of one cause, in pages, by filter, one by one, without secrets."""

from datetime import timedelta

import pytest
from django.utils import timezone

from queues import letters
from queues.draining import drain
from queues.errors import Permanent
from queues.ids import uuid7
from queues.letters import EVERYTHING, Filter, count, count_by_queue, groups, letter_of, matching, page, tries
from queues.listing import BadCursor
from queues.models import DeadLetter
from queues.replay import replay
from queues.tests.dead import dead, many_dead
from queues.tests.given import OWNER

pytestmark = pytest.mark.django_db


def found(**wanted):
    return set(matching(Filter(**wanted)).values_list("pk", flat=True))


def test_one_cause_is_one_group_and_the_latest_death_comes_first():
    many_dead(3, error="no such order 4711")
    other = many_dead(2, error="the mail server said token=abcdef12 is wrong", queue="test.forked", name="test-forked")

    first, second = groups()

    assert {first.count, second.count} == {2, 3}
    group = first if first.count == 2 else second
    assert (group.queue, group.name, group.error_type) == ("test.forked", "test-forked", "tests.Broken")
    assert (group.first_at, group.last_at) == (other[0].finished_at, other[1].finished_at)
    assert first.last_at >= second.last_at
    assert group.fingerprint == DeadLetter.objects.get(pk=other[0].pk).fingerprint


def test_the_sample_of_a_group_shows_no_secret_and_is_not_endless():
    many_dead(1, error="https://api.example/?token=abcdef12 " + "x" * 400)

    (group,) = groups()

    assert group.error.startswith("https://api.example/?token=••• xxx")
    assert len(group.error) == letters.SAMPLE_CHARACTERS


def test_groups_end_somewhere(monkeypatch):
    monkeypatch.setattr(letters, "GROUPS_SHOWN", 2)
    for error in ("a", "b", "c"):
        many_dead(1, error=error)

    assert len(groups()) == 2


def test_what_was_replayed_is_not_among_them_until_it_dies_again(script):
    job = dead()
    replay(job_id=job.pk, actor=OWNER, reason="x")
    assert (count(), groups(), page().letters) == (0, [], [])
    assert not letters.is_dead(letter_of(job.pk))

    def run(ctx):
        raise Permanent("worse")

    script(run)
    drain(only="test-job")

    assert (count(), page().letters[0].pk) == (1, job.pk)
    assert letters.is_dead(letter_of(job.pk))


def test_each_queue_is_counted():
    many_dead(3)
    many_dead(2, queue="test.forked", name="test-forked")

    assert count_by_queue() == {"test.forked": 2, "test.queue": 3}
    assert letters.names() == ["test-forked", "test-job"]


def test_every_part_of_a_filter_must_be_true():
    one, two = dead("no bread", subject=("sample", "7")), dead("no salt", subject=("sample", "8"))
    three = dead("no bread", name="test-forked")
    fingerprint = DeadLetter.objects.get(pk=one.pk).fingerprint
    edge = DeadLetter.objects.get(pk=two.pk).died_at

    assert found() == {one.pk, two.pk, three.pk}
    assert found(queue="test.queue") == found(name="test-job") == {one.pk, two.pk}
    assert found(fingerprint=fingerprint) == {one.pk}
    assert found(ids=(two.pk, three.pk, uuid7())) == {two.pk, three.pk}
    assert found(before=edge) == {one.pk}
    assert found(since=edge) == {two.pk, three.pk}
    assert found(queue="test.queue", q="bread") == {one.pk}
    assert found(queue="test.queue", name="test-forked") == set()


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("BREAD", {"one", "three"}),
        ("error: salt", {"two"}),
        ("error:tests.broken", {"one", "two", "three"}),
        ("subject:sample:7", {"one"}),
        ("subject:thing:7", set()),
        ("8", {"two"}),
        ("  bread  ", {"one", "three"}),
        ("100%", set()),
        ("error:", set()),
        ("\x00", {"one", "two", "three"}),
    ],
)
def test_words_are_looked_for_in_errors_and_subjects(q, expected):
    jobs = {
        "one": dead("no bread", subject=("sample", "7")),
        "two": dead("no salt", subject=("sample", "8")),
        "three": dead("no bread", name="test-forked"),
    }

    assert found(q=q) == {jobs[name].pk for name in expected}


def test_an_id_is_found_whole_or_by_how_it_begins():
    one, other = many_dead(2)
    DeadLetter.objects.filter(pk=other.pk).delete()

    for q in (str(one.pk), one.pk.hex, str(one.pk)[:8], str(one.pk).upper()[:13], one.pk.hex[:20]):
        assert found(q=q) == {one.pk}, q
    assert found(q=str(one.pk)[:7]) == set()


def test_a_list_is_walked_to_its_end_and_back():
    newest_first = [job.pk for job in many_dead(7)][::-1]

    first = page(page_size=3)
    second = page(cursor=first.next, page_size=3)
    third = page(cursor=second.next, page_size=3)

    walked = [[letter.pk for letter in shown.letters] for shown in (first, second, third)]
    assert walked == [newest_first[:3], newest_first[3:6], newest_first[6:]]
    assert (first.previous, third.next) == (None, None)
    back = page(cursor=third.previous, page_size=3)
    assert [letter.pk for letter in back.letters] == newest_first[3:6]
    start = page(cursor=back.previous, page_size=3)
    assert ([letter.pk for letter in start.letters], start.previous) == (newest_first[:3], None)
    assert start.next is not None


def test_letters_of_one_moment_are_neither_lost_nor_shown_twice():
    jobs = many_dead(5)
    DeadLetter.objects.update(died_at=timezone.now())
    shown, cursor = [], None

    for _ in range(3):
        part = page(cursor=cursor, page_size=2)
        shown += [letter.pk for letter in part.letters]
        cursor = part.next

    assert (shown, cursor) == (sorted((job.pk for job in jobs), reverse=True), None)


def test_a_page_keeps_to_its_filter():
    many_dead(3)
    others = many_dead(3, queue="test.forked", name="test-forked")

    first = page(Filter(queue="test.forked"), page_size=2)
    second = page(Filter(queue="test.forked"), page_size=2, cursor=first.next)

    assert [letter.pk for letter in (*first.letters, *second.letters)] == [job.pk for job in others][::-1]


@pytest.mark.parametrize("cursor", ["x", ">1", ">1.2", "<" + "9" * 18 + "." + "a" * 32, "=1." + "a" * 32, ">1.zz"])
def test_a_cursor_nobody_handed_out_is_a_bad_one(cursor):
    with pytest.raises(BadCursor):
        page(cursor=cursor)


def test_a_list_loads_what_it_shows_in_one_query(django_assert_num_queries):
    many_dead(5)

    with django_assert_num_queries(1):
        for letter in page().letters:
            assert (letter.queue, letter.name, letter.error[:2], letter.why) == (
                "test.queue",
                "test-job",
                "no",
                "attempts",
            )


def test_groups_take_two_queries_however_many_there_are(django_assert_num_queries):
    for error in ("a", "b", "c", "d"):
        many_dead(2, error=error)

    with django_assert_num_queries(2):
        assert len(groups()) == 4


def test_every_try_is_told_without_secrets():
    job = dead("Bearer abcdef123456 is no good")

    (only,) = tries(letter_of(job.pk))

    assert (only.number, only.outcome, only.error_type) == (1, "error", "tests.Broken")
    assert only.error == "Bearer ••• is no good"
    assert timezone.now() - only.finished_at < timedelta(minutes=1)


def test_a_payload_is_shown_without_secrets_and_a_secret_jobs_not_at_all(monkeypatch):
    letter = letter_of(dead(payload={"note": "sk-abcdefgh1234"}).pk)
    assert letters.shown_payload(letter) == {"note": "sk-•••"}

    letter.name = "no-longer-declared"
    assert letters.shown_payload(letter) is None


def test_no_filter_is_everything():
    dead()

    assert count() == count(EVERYTHING) == 1
