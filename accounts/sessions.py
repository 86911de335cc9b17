"""Who is signed in where: begun, looked at, ended.

Django's session only says which row of ours it belongs to; a row that has ended opens nothing, whatever the cookie.
Everybody who is staff needs the second step besides, or is nobody yet.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from accounts.addresses import client_ip, masked_ip
from accounts.browsers import device_of
from accounts.models import SignIn, User

KEY = "sign_in"
SEEN_IS_NOTED_EVERY = timedelta(minutes=5)
SECOND_STEP_LASTS = timedelta(days=14)
BACKEND = "accounts.backends.RoleBackend"


def sign_in(request: HttpRequest, user: User) -> SignIn:
    """This browser is theirs from here on, under a new session key: who knew the old one does not come along."""
    _end_this(request)  # of whoever was signed in here before: their session is about to be emptied
    auth.login(request, user, backend=BACKEND)
    return begin(request, user)


def begin(request: HttpRequest, user: User) -> SignIn:
    """The row of a browser that Django has just signed in; an earlier one of this session has ended."""
    _end_this(request)
    begun = SignIn.objects.create(user=user, device=device_of(request), masked_ip=masked_ip(client_ip(request)))
    request.session[KEY] = begun.pk
    return begun


def sign_out(request: HttpRequest) -> None:
    _end_this(request)
    auth.logout(request)


def present(request: HttpRequest) -> User | None:
    """Who is signed in on this browser by password or code; staff perhaps without the second step."""
    user = auth.get_user(request)
    if not isinstance(user, User):
        return None
    if KEY not in request.session:
        begin(request, user)
    elif not _is_seen(request, user):
        request.session.flush()  # and not logout(), which asks the request who it is
        return None
    return user


def may_enter(request: HttpRequest, user: User) -> bool:
    """Whether that is enough to be let in."""
    return _proven_within(request, user, SECOND_STEP_LASTS)


def stepped_up(request: HttpRequest, user: User) -> bool:
    """Whether that was minutes ago, as what is grave asks for; a program has no session, and never has."""
    has_come_in = KEY in request.session or not needs_second_step(user)
    return has_come_in and _proven_within(request, user, settings.STEP_UP_LASTS)


def needs_second_step(user: User) -> bool:
    return bool(settings.STAFF_SECOND_FACTOR and user.is_staff)


def second_step_done(request: HttpRequest) -> None:
    """From here on the browser can do more, so its session gets a new key."""
    SignIn.objects.filter(pk=request.session[KEY]).update(second_factor_at=Now())
    request.session.cycle_key()


def open_sign_ins(user: User) -> QuerySet[SignIn]:
    """Last seen first."""
    return _open().filter(user=user).order_by("-last_seen_at", "-pk")


def end(*, user: User, sign_in_id: int) -> bool:
    """False when it is none of theirs, or has ended."""
    return bool(_open().filter(user=user, pk=sign_in_id).update(ended_at=Now()))


def end_others(request: HttpRequest, user: User) -> int:
    """All but this browser's."""
    return _open().filter(user=user).exclude(pk=request.session[KEY]).update(ended_at=Now())


def end_after_new_password(request: HttpRequest, user: User) -> None:
    """Everywhere but in this browser, which may well be somebody else's: Django lets none of the others in any more."""
    _open().filter(user=user).exclude(pk=request.session.get(KEY, 0)).update(ended_at=Now())


def forget_ended() -> int:
    """Those nobody can come back to, and those that ended SIGN_IN_RETENTION_DAYS ago; how many."""
    beyond_return = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    kept_since = timezone.now() - settings.SIGN_IN_RETENTION
    is_old = Q(last_seen_at__lt=min(beyond_return, kept_since)) | Q(ended_at__lt=kept_since)
    return SignIn.objects.filter(is_old).delete()[0]


def forget_django_sessions() -> int:
    """What browsers carried about, once their cookie has expired; how many."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def _open() -> QuerySet[SignIn]:
    oldest = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return SignIn.objects.filter(ended_at=None, last_seen_at__gt=oldest)


def _proven_within(request: HttpRequest, user: User, time: timedelta) -> bool:
    if not needs_second_step(user):
        return True
    proven_at = SignIn.objects.values_list("second_factor_at", flat=True).get(pk=request.session[KEY])
    return proven_at is not None and proven_at > timezone.now() - time


def _end_this(request: HttpRequest) -> None:
    if KEY in request.session:
        SignIn.objects.filter(pk=request.session[KEY], ended_at=None).update(ended_at=Now())


def _is_seen(request: HttpRequest, user: User) -> bool:
    mine = SignIn.objects.filter(pk=request.session[KEY], user=user, ended_at=None)
    seen_at = mine.values_list("last_seen_at", flat=True).first()
    if seen_at is None:
        return False
    if timezone.now() - seen_at > SEEN_IS_NOTED_EVERY:
        mine.update(last_seen_at=Now(), masked_ip=masked_ip(client_ip(request)))
    return True
