"""What is kept of a customer, for owners: looked up by address, handed over, or erased. Guests have no account, too.

Every address is typed into a POST: none may stand in a URL, a log or a browser's history.
"""

from dataclasses import dataclass

from django import forms
from django.contrib import admin
from django.contrib.messages import error, success
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.personal import verbs
from accounts.personal.holdings import Person
from audit.actors import Actor
from queues.staff_posts import named, see_other, staff_post

EXPORT, ERASE = "accounts.export_person", "accounts.erase_person"
NOBODY = "Nothing is kept of anybody with this address."
ALREADY = "Whoever had this address was erased, and nothing came since."
STAFF = "This is staff. What they did stays on record under their name: switch the account off instead."
NO_REASON = "Nothing was erased. Say why; it goes on the record."
NOT_SURE = "Nothing was erased. Type the address once more, exactly, to confirm."


class AddressForm(forms.Form):
    email = forms.EmailField(label="The customer's email address", max_length=254)


@dataclass(frozen=True)
class Found:
    """`reasons`: why they cannot be erased yet."""

    person: Person
    reasons: list[str]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """A GET asks whom, a POST shows what can be done. Nothing personal is read before that but whether they exist."""
    if not request.user.has_perm(EXPORT):
        raise PermissionDenied
    form = AddressForm(request.POST or None)
    found = _found(form) if request.method == "POST" and form.is_valid() else None
    may = {"erase": request.user.has_perm(ERASE)}
    ours = {"title": "Personal data", "form": form, "found": found, "may": may}
    context = {**admin.site.each_context(request), **ours}
    return render(request, "admin/accounts/personal.html", context, status=422 if form.errors else 200)


named(page, EXPORT)


@staff_post(EXPORT, step_up=True)
def export(request: HttpRequest) -> HttpResponse:
    """The zip. On record before it is made."""
    person = _named(request)
    if person is None:
        return _back()
    answer = HttpResponse(verbs.export(person=person, actor=Actor.of(request.user)), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="personal-data.zip"'
    return answer


@staff_post(ERASE, step_up=True)
def erase(request: HttpRequest) -> HttpResponse:
    """Whoever presses the button types the address once more, and why."""
    email, reason = request.POST.get("email", "").strip(), request.POST.get("reason", "")
    if request.POST.get("once_more", "").strip().lower() != email.lower():
        error(request, NOT_SURE)
        return _back()
    try:
        erased = verbs.erase(email=email, actor=Actor.of(request.user), reason=reason)
    except verbs.ReasonMissing:
        error(request, NO_REASON)
    except verbs.StillNeeded as refusal:
        error(request, f"Nothing was erased. {refusal}")
    except (verbs.NobodyKnown, verbs.IsStaff) as refusal:
        error(request, _in_words(refusal))
    else:
        success(request, f"Erased. What has to be kept stands under {erased.pseudonym}.")
    return _back()


def _found(form: AddressForm) -> Found | None:
    try:
        person = verbs.find(form.cleaned_data["email"])
    except (verbs.NobodyKnown, verbs.IsStaff) as refusal:
        form.add_error("email", _in_words(refusal))
        return None
    return Found(person, verbs.hindrances(person))


def _named(request: HttpRequest) -> Person | None:
    try:
        return verbs.find(request.POST.get("email", ""))
    except (verbs.NobodyKnown, verbs.IsStaff) as refusal:
        error(request, _in_words(refusal))
        return None


def _in_words(refusal: Exception) -> str:
    match refusal:
        case verbs.ErasedAlready():
            return ALREADY
        case verbs.IsStaff():
            return STAFF
    return NOBODY


def _back() -> HttpResponse:
    return see_other("admin:accounts_user_personal")
