"""A view that says what it was given in an error, as careless code does."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tests.planted.jobs import Careless


@csrf_exempt
def broken(request: HttpRequest) -> HttpResponse:
    held = {**request.POST.dict(), **request.COOKIES}  # in a variable of the frame, too
    raise Careless(f"nothing opens with Bearer {held['words']}")


broken.permission = "public"
