"""A customer is handed what is kept of them, and erased: nothing that names them stays, and twice is once."""

import io
import json
import zipfile

import pytest
from django.contrib.auth import authenticate
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from accounts.models import OtpCode, Profile, SignIn, User
from accounts.personal import holdings, verbs
from accounts.personal.holdings import Holding
from accounts.personal.pseudonyms import is_pseudonym, pseudonym_of
from accounts.roles import Role
from accounts.tests.conftest import PASSWORD
from accounts.tests.given import signed_in
from accounts.tests.sign_in import asked, browser
from audit.actors import Actor
from audit.models import AccessEntry, AuditEntry
from audit.recording import record
from audit.sealing import seal
from audit.tests.sealed import findings
from mail.models import EmailLog, State
from mail.sending import send_email
from queues.draining import drain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
OWNER = Actor("user", "1", "owner@copydesk.example")
ADA, PAGE = "ada@example.com", "/admin/accounts/user/personal-data/"
NO_STORE = "max-age=0, no-cache, no-store, must-revalidate, private"
PATHS = ("", "export/", "erase/")
WRITTEN = {"order_ref": "AB12", "article_title": "Saving seed"}


@pytest.fixture
def ada(db) -> User:
    """With an account, a browser, a profile, a code on its way and an email that was sent."""
    ada = User.objects.create_user("Ada@example.com", Role.CUSTOMER, PASSWORD, name="Ada Byron")
    Profile.objects.create(user=ada, display_name="Ada")
    SignIn.objects.create(user=ada, device="Firefox on Windows", masked_ip="203.0.113.0")
    send_email(kind="submitted", to=ADA, subject=("order", "7"), cause="1", context=WRITTEN)
    EmailLog.objects.update(state=State.SENT)
    asked(browser(), ADA)
    return ada


def unpacked(archive: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name.removesuffix(".json"): json.loads(packed.read(name)) for name in packed.namelist()}


def rows_naming(*words: str) -> list[str]:
    """Every table of this room and mail's in which one of the words stands anywhere."""
    found = []
    for model in (User, Profile, SignIn, OtpCode, EmailLog):
        for row in model.objects.values():
            if any(word.lower() in str(row).lower() for word in words):
                found.append(model.__name__)
    return found


def erase(email: str = ADA) -> verbs.Erased:
    return verbs.erase(email=email, actor=OWNER, reason="She asked for it.")


def test_the_export_holds_everything_and_is_on_record(ada):
    kept = unpacked(verbs.export(person=verbs.find("ADA@example.com"), actor=OWNER))

    assert set(kept) >= {"about", "account", "sign_ins", "sign_in_codes", "emails", "orders", "terms"}
    assert (kept["account"]["email"], kept["account"]["profile"]["display_name"]) == ("Ada@example.com", "Ada")
    assert [row["device"] for row in kept["sign_ins"]] == ["Firefox on Windows"]
    assert [row["device"] for row in kept["sign_in_codes"]] == ["Firefox on Windows"]
    assert [(mail["kind"], mail["state"]) for mail in kept["emails"]] == [("submitted", "sent")]
    assert "Saving seed" in kept["emails"][0]["text"]
    entry = AccessEntry.objects.get()
    assert (entry.action, entry.target_type, "ada@" in entry.target_id) == ("person.exported", "person", False)


def test_erased_nothing_names_them_and_nobody_can_sign_in(ada):
    erased = erase()

    ada.refresh_from_db()
    assert (ada.email, ada.name, ada.is_active) == (erased.pseudonym, "", False)
    assert is_pseudonym(erased.pseudonym)
    assert rows_naming("ada@", "byron") == []
    assert authenticate(username=ADA, password=PASSWORD) is None
    email = EmailLog.objects.get()
    assert (email.to, email.context, email.state) == (erased.pseudonym, {}, State.SENT)


def test_the_record_says_who_erased_why_and_how_much_but_not_whom(ada):
    erased = erase()

    entry = AuditEntry.objects.get(action="person.erased")
    assert (entry.actor_label, entry.reason) == ("owner@copydesk.example", "She asked for it.")
    assert entry.after == {
        "pseudonym": erased.pseudonym,
        "changed": {"emails": 1, "sign-ins": 2, "account": 1, "orders": 0, "record": 0},
    }
    assert "ada@" not in f"{entry.target_id}{entry.after}{entry.before}"


def test_the_record_names_them_no_more_and_its_chain_holds(ada):
    record_of(Actor.of(ada), "order.asked")
    record_of(Actor("customer", "", "ADA@example.com"), "order.asked")
    record_of(OWNER, "user.changed", after={"email": ADA})
    seal()

    counted = erase().counts["record"]

    assert counted == 5  # two names, and three entries' words
    assert "ada@" not in str(list(AuditEntry.objects.values())).lower()
    assert findings() == []
    assert (seal().entries > 0, findings()) == (True, [])


def record_of(actor: Actor, action: str, **told: object) -> None:
    target = ("user", str(User.objects.get().pk))
    with transaction.atomic():
        record(actor=actor, action=action, target=target, **told)


def test_twice_is_once(ada):
    erase()
    entries = AuditEntry.objects.count()

    with pytest.raises(verbs.ErasedAlready):
        erase()

    assert AuditEntry.objects.count() == entries


def test_whoever_comes_back_is_somebody_else_and_can_be_erased_too(ada):
    first = erase().pseudonym
    User.objects.create_user(ADA, Role.CUSTOMER)

    second = erase().pseudonym

    assert first != second
    assert User.objects.filter(email__in=[first, second], is_active=False).count() == 2


def test_what_is_still_to_be_sent_is_not(ada):
    send_email(kind="submitted", to=ADA, subject=("order", "8"), cause="1", context=WRITTEN)

    erase()
    drain(only="send-email")

    assert outbox.outbox == []
    states = EmailLog.objects.order_by("queued_at").values_list("state", flat=True)
    assert list(states) == [State.SENT, State.FAILED]


def test_nothing_is_changed_while_a_room_still_needs_them(ada, monkeypatch):
    needs = Holding("needs", lambda person: {}, lambda person: 0, lambda person: ["Order AB12: it is paid."])
    monkeypatch.setattr(holdings, "HOLDINGS", [*holdings.HOLDINGS, needs])
    monkeypatch.setattr(verbs, "HOLDINGS", holdings.HOLDINGS)

    with pytest.raises(verbs.StillNeeded, match="Order AB12: it is paid"):
        erase()

    ada.refresh_from_db()
    assert (ada.email, ada.is_active) == ("Ada@example.com", True)
    assert not AuditEntry.objects.filter(action="person.erased").exists()
    assert (SignIn.objects.count(), OtpCode.objects.count()) == (1, 1)


def test_a_failure_half_way_leaves_everything(ada, monkeypatch):
    def fails(person):
        raise OSError("half way")

    monkeypatch.setattr(verbs, "HOLDINGS", [*holdings.HOLDINGS, Holding("fails", lambda person: {}, fails)])

    with pytest.raises(OSError, match="half way"):
        erase()

    assert User.objects.filter(email="Ada@example.com", is_active=True).exists()
    assert EmailLog.objects.get().context == WRITTEN


@pytest.mark.parametrize("verb", [verbs.find, erase])
def test_staff_and_strangers_are_not_erased(owner, verb):
    with pytest.raises(verbs.IsStaff):
        verb(owner.email)
    with pytest.raises(verbs.NobodyKnown):
        verb("nobody@example.com")
    assert not AuditEntry.objects.exists()


def test_without_a_reason_nothing_happens(ada):
    with pytest.raises(verbs.ReasonMissing):
        verbs.erase(email=ADA, actor=OWNER, reason="  ")

    assert User.objects.filter(email="Ada@example.com").exists()


def test_a_pseudonym_is_the_same_each_time_and_of_its_account(settings):
    told = pseudonym_of(ADA, 7)

    assert told == pseudonym_of("ADA@example.com", 7) != pseudonym_of(ADA, 8)
    settings.SECRET_KEY = "another"
    assert told != pseudonym_of(ADA, 7)


def test_the_commands_do_the_same(ada, tmp_path, capsys):
    file = tmp_path / "ada.zip"

    call_command("export_customer", ADA, "--to", file)
    call_command("erase_customer", ADA, "--reason", "She asked for it.", "--no-input")
    call_command("erase_customer", ADA, "--reason", "She asked for it.", "--no-input")

    assert unpacked(file.read_bytes())["account"]["name"] == "Ada Byron"
    assert file.stat().st_mode & 0o777 == 0o600
    told = capsys.readouterr().out.splitlines()
    assert told[1].startswith("Erased; what has to be kept stands under erased-")
    assert told[-1] == "Whoever had this address was erased before, and nothing came since."
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_customer", "customer@example.com", "--to", _known(file))


def test_an_owner_does_it_on_a_page(ada):
    desk = signed_in(Role.OWNER)

    shown = desk.post(PAGE, {"email": ADA})
    zipped = desk.post(f"{PAGE}export/", {"email": ADA})
    unsure = desk.post(f"{PAGE}erase/", {"email": ADA, "once_more": "eve@example.com", "reason": "She asked."})
    still_there = User.objects.filter(email="Ada@example.com").exists()
    done = desk.post(f"{PAGE}erase/", {"email": ADA, "once_more": ADA, "reason": "She asked."}, follow=True)

    assert (shown.status_code, b"Download everything" in shown.content) == (200, True)
    assert (zipped["Content-Type"], zipped["Cache-Control"]) == ("application/zip", NO_STORE)
    assert (unsure.status_code, still_there) == (303, True)
    assert b"Erased. What has to be kept stands under erased-" in done.content
    assert rows_naming("byron") == []
    again = desk.post(PAGE, {"email": ADA})
    assert (again.status_code, b"was erased" in again.content) == (422, True)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CUSTOMER])
def test_nobody_else_does(ada, role):
    client = signed_in(role)

    answers = [client.post(f"{PAGE}{verb}", {"email": ADA, "once_more": ADA, "reason": "?"}) for verb in PATHS]
    got = [client.get(f"{PAGE}{verb}").status_code for verb in PATHS]

    refused = 403 if role == Role.EDITOR else 302  # customers are sent to sign in as somebody else
    assert [answer.status_code for answer in answers] == [refused] * 3
    assert got[0] == refused
    assert Client().post(f"{PAGE}erase/", {"email": ADA}).status_code == 302
    assert User.objects.filter(email="Ada@example.com").exists()
    assert not AccessEntry.objects.exists()


def _known(file):
    User.objects.create_user("customer@example.com", Role.CUSTOMER)
    return file
