"""The chain holds whatever comes, in whatever order it is committed."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from audit import sealing
from audit.models import ChainHead, Seal
from audit.sealing import seal
from audit.tests.sealed import entry, findings
from audit.verifying import verify


def sealed() -> list[tuple[int, int]]:
    return list(Seal.objects.order_by("number").values_list("number", "entry_id"))


@pytest.mark.django_db
def test_every_entry_is_sealed_once_in_order():
    made = [entry(number) for number in range(3)]

    assert [seal().entries, seal().entries] == [3, 0]

    assert sealed() == list(enumerate(made, start=1))
    report = verify()
    assert (report.problems, report.seals, report.waiting, report.head) == ([], 3, 0, str(ChainHead.objects.get()))
    assert report.head == f"3:{bytes(Seal.objects.get(number=3).digest).hex()}"


@pytest.mark.django_db
def test_what_comes_later_is_sealed_later_however_much(monkeypatch):
    monkeypatch.setattr(sealing, "AT_ONCE", 2)
    made = [entry()]
    seal()
    made += [entry(number) for number in range(5)]

    assert (verify().waiting, findings()) == (5, [])
    assert seal().entries == 5

    assert sealed() == list(enumerate(made, start=1))
    assert findings() == []


@pytest.mark.django_db
def test_nothing_to_seal_is_no_chain():
    assert seal() == sealing.Sealed(0, "")
    assert findings() == []


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_seal SET number = 9", "DELETE FROM audit_seal"])
def test_seals_are_append_only(statement):
    entry()
    seal()

    with pytest.raises(IntegrityError, match="of audit_seal refused"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db(transaction=True)
def test_an_entry_committed_after_one_with_a_higher_id_takes_the_next_number():
    written, may_commit = threading.Event(), threading.Event()
    slow = []

    def writer() -> None:
        with transaction.atomic():
            slow.append(entry(1))
            written.set()
            assert may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    assert written.wait(10)
    quick = entry(2)

    first = seal().entries
    may_commit.set()
    thread.join(10)

    assert (first, seal().entries, slow[0] < quick) == (1, 1, True)
    assert sealed() == [(1, quick), (2, slow[0])]
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_sealers_at_once_one_seals_and_the_other_does_not_wait(monkeypatch):
    made = [entry(number) for number in range(3)]
    at_it, go_on = threading.Event(), threading.Event()
    now = sealing._now

    def slowly():
        at_it.set()
        assert go_on.wait(10)
        return now()

    monkeypatch.setattr(sealing, "_now", slowly)
    counts = []

    def sealer() -> None:
        counts.append(seal().entries)
        connection.close()

    thread = threading.Thread(target=sealer)
    thread.start()
    assert at_it.wait(10)

    other = seal().entries
    go_on.set()
    thread.join(10)

    assert (other, counts, sealed()) == (0, [3], list(enumerate(made, start=1)))
    assert findings() == []


@pytest.mark.django_db(transaction=True)
def test_many_sealers_and_writers_at_once_make_one_chain(monkeypatch):
    monkeypatch.setattr(sealing, "AT_ONCE", 3)
    start = threading.Barrier(4)

    def work(what) -> None:
        start.wait(10)
        for number in range(10):
            what(number)
        connection.close()

    threads = [
        threading.Thread(target=work, args=[what]) for what in (entry, entry, lambda n: seal(), lambda n: seal())
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    seal()

    assert [number for number, _ in sealed()] == list(range(1, 21))
    assert (findings(), verify().waiting) == ([], 0)
