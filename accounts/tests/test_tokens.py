"""API tokens: shown once, kept as a hash, and dead as soon as anything about them is no longer so."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts import tokens
from accounts.models import ApiToken, RateWindow, Scope, User
from accounts.roles import Role
from audit.actors import SYSTEM
from audit.masking import masked_text
from audit.models import AuditEntry

NOW_AND_THEN = {"owner-read": 2, "owner-write": 1, "owner-stranger": 1}


class Door(APIView):
    """Any door of the site that names no class of its own."""

    permission_classes = (IsAuthenticated,)
    throttle_scope = "owner"

    def get(self, request) -> Response:
        return Response({"who": request.user.email, "by": request.auth and request.auth.prefix})

    post = get


def issued(user: User, scope: Scope = Scope.WRITE, days: int = 90) -> tokens.Issued:
    return tokens.issue(user=user, actor=SYSTEM, scope=scope, days=days)


def knock(text: str | None, method: str = "get", **more: Any) -> Response:
    headers = {} if text is None else {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    return Door.as_view()(getattr(APIRequestFactory(), method)("/", **headers, **more))


def run(*arguments: str) -> tuple[str, str]:
    said, whispered = io.StringIO(), io.StringIO()
    call_command("api_token", *arguments, stdout=said, stderr=whispered)
    return said.getvalue(), whispered.getvalue()


# --- making one


def test_a_token_has_256_random_bits_and_only_its_hash_is_kept(owner):
    made = issued(owner)

    token = ApiToken.objects.get()
    secret = made.text.removeprefix(f"{token.prefix}_")
    assert (made.text[:4], len(token.prefix), len(secret)) == ("own_", 10, 43)
    assert token.digest == hashlib.sha256(made.text.encode()).hexdigest()
    assert not any(secret in str(value) for value in ApiToken.objects.values().get().values())
    assert issued(owner).text != made.text


def test_a_token_works_for_ninety_days_unless_said_otherwise(owner):
    for given, days in ((issued(owner), 90), (issued(owner, days=7), 7)):
        left = given.token.expires_at - timezone.now()

        assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)


def test_making_one_is_on_the_record_without_it(owner):
    made = issued(owner, Scope.READ)

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_type, entry.target_id) == ("api_token.issued", "api_token", made.token.prefix)
    assert (entry.after["owner"], entry.after["scope"]) == (owner.email, "read")
    assert made.text not in str(AuditEntry.objects.values().get())


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CUSTOMER])
def test_only_owners_have_tokens(db, role):
    with pytest.raises(tokens.NotAnOwner):
        issued(User.objects.create_user("other@copydesk.example", role))

    assert (ApiToken.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_a_token_that_slips_into_a_text_is_masked_and_its_prefix_is_not(owner):
    made = issued(owner)

    assert masked_text(f"sent {made.text} twice") == "sent own_••• twice"
    assert masked_text(f"revoked {made.token.prefix}") == f"revoked {made.token.prefix}"


@pytest.mark.parametrize("wrong", [{"scope": "all"}, {"expires_at": F("created_at")}])
def test_the_database_refuses_a_token_that_makes_no_sense(owner, wrong):
    issued(owner)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.update(**wrong)


# --- using one


def test_a_token_lets_its_owner_in_and_is_noted_at_most_once_a_minute(owner):
    made = issued(owner)

    first, noted = knock(made.text), ApiToken.objects.get().last_used_at
    second = knock(made.text)

    assert (first.status_code, first.data) == (200, {"who": owner.email, "by": made.token.prefix})
    assert (second.status_code, ApiToken.objects.get().last_used_at) == (200, noted)
    ApiToken.objects.update(last_used_at=noted - timedelta(seconds=61))
    knock(made.text)
    assert ApiToken.objects.get().last_used_at >= noted


def spoiled(text: str) -> list[str]:
    middle = len(text) // 2
    other = "a" if text[middle] != "a" else "b"
    return ["", "own_", text[:-1], text[4:], text.upper(), f"{text}x", text[:middle] + other + text[middle + 1 :]]


def test_a_spoiled_token_is_answered_401_in_one_shape(owner):
    made = issued(owner)

    answers = [knock(text) for text in [*spoiled(made.text), "ord_abc", "\xff"]]

    assert {(answer.status_code, answer["WWW-Authenticate"]) for answer in answers} == {(401, 'Bearer realm="owners"')}
    assert {answer.data["code"] for answer in answers} == {"bad_token"}
    assert ApiToken.objects.get().last_used_at is None


@pytest.mark.parametrize(
    "end",
    [
        lambda made: ApiToken.objects.update(
            created_at=F("created_at") - timedelta(days=91), expires_at=timezone.now()
        ),
        lambda made: tokens.revoke(user=made.token.user, prefix=made.token.prefix, actor=SYSTEM),
        lambda made: User.objects.update(is_active=False),
        lambda made: User.objects.update(role=Role.EDITOR),
    ],
    ids=["expired", "revoked", "owner switched off", "owner demoted"],
)
def test_a_token_is_dead_at_once(owner, end):
    made = issued(owner)
    assert knock(made.text).status_code == 200

    end(made)

    assert (knock(made.text).status_code, knock(made.text).data["code"]) == (401, "bad_token")


def test_nobody_is_asked_for_a_token_in_the_header(db):
    answer = knock(None)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="owners"')
    assert answer.data["code"] == "not_authenticated"


def test_guessing_is_limited_by_address_and_does_not_lock_the_owner_out(owner):
    made = issued(owner)

    answers = [knock("own_guess") for _ in range(32)]

    assert [answer.status_code for answer in answers] == [401] * 30 + [429] * 2
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert knock("own_guess", REMOTE_ADDR="203.0.113.9").status_code == 401
    assert knock(made.text).status_code == 200


# --- how often


def test_reads_and_writes_are_counted_apart_and_for_each_person(owner, settings):
    settings.CALLS_PER_MINUTE = NOW_AND_THEN
    one, another = issued(owner), issued(owner)
    stranger = issued(User.objects.create_user("second@copydesk.example", Role.OWNER))

    reads = [knock(one.text), knock(another.text), knock(one.text)]

    assert [answer.status_code for answer in reads] == [200, 200, 429]
    assert [knock(one.text, "post").status_code for _ in range(2)] == [200, 429]
    assert knock(stranger.text).status_code == 200


def test_a_door_without_a_scope_is_not_counted(owner, monkeypatch):
    monkeypatch.delattr(Door, "throttle_scope")

    assert knock(issued(owner).text).status_code == 200
    assert RateWindow.objects.count() == 0


# --- revoking one


def test_revoking_is_on_the_record_and_happens_once(owner):
    made, other = issued(owner), issued(owner)

    revoked = tokens.revoke(user=owner, prefix=made.token.prefix, actor=SYSTEM)

    assert revoked.revoked_at is not None
    entry = AuditEntry.objects.filter(action="api_token.revoked").get()
    assert (entry.target_id, entry.after) == (made.token.prefix, {"owner": owner.email})
    with pytest.raises(tokens.NoSuchToken):
        tokens.revoke(user=owner, prefix=made.token.prefix, actor=SYSTEM)
    assert knock(other.text).status_code == 200


def test_nobody_revokes_anothers_by_mistake(owner):
    made = issued(owner)
    second = User.objects.create_user("second@copydesk.example", Role.OWNER)

    with pytest.raises(tokens.NoSuchToken):
        tokens.revoke(user=second, prefix=made.token.prefix, actor=SYSTEM)

    assert ApiToken.objects.get().revoked_at is None


# --- at the terminal


def test_the_command_prints_the_token_alone_and_its_words_beside_it(owner):
    said, whispered = run("Owner@copydesk.example", "--days", "3")

    token = ApiToken.objects.get()
    assert (said, token.scope) == (f"{said.strip()}\n", "write")
    assert knock(said.strip()).status_code == 200
    assert f"--revoke {token.prefix}" in whispered
    assert said.strip() not in whispered
    assert AuditEntry.objects.get().actor_label == "manage.py api_token"


def test_the_command_lists_and_revokes(owner):
    run(owner.email, "--scope", "read")
    prefix = ApiToken.objects.get().prefix

    before, _ = run(owner.email, "--list")
    run(owner.email, "--revoke", prefix)
    after, _ = run(owner.email, "--list")

    assert before.startswith(f"{prefix}  Read             until ")
    assert before.endswith("last used never\n")
    assert "  revoked " in after
    with pytest.raises(CommandError, match="still works"):
        run(owner.email, "--revoke", prefix)


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        (["nobody@copydesk.example"], "no account"),
        (["editor@copydesk.example"], "not an active owner"),
        (["owner@copydesk.example", "--days", "0"], "days"),
        (["owner@copydesk.example", "--days", "367"], "days"),
        (["owner@copydesk.example", "--scope", "all"], "scope"),
        (["owner@copydesk.example", "--revoke", "own_ab12cd"], "no token"),
    ],
)
def test_the_command_refuses_in_words(owner, editor, arguments, because):
    with pytest.raises(CommandError, match=because):
        run(*arguments)

    assert (ApiToken.objects.count(), AuditEntry.objects.count()) == (0, 0)
