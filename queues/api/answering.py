"""What every door of an API of ours does: takes nothing it does not know, and answers in words of its own."""

from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from queues.api.asking import Strict

Asked = TypeVar("Asked", bound=Strict)


class Answering(APIView):
    """Answers are nobody else's to keep; `as_answer` turns refusals of the domain into the API's words."""

    as_answer: Callable[[Exception], Exception]

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(type(self).as_answer(exc))

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    def asked_in_address(self, kind: type[Asked]) -> Asked:
        """Each field once: of two values the last would win without a word."""
        given = self.request.query_params
        if twice := [name for name, values in given.lists() if len(values) > 1]:
            raise ValidationError({name: ["Give it once."] for name in twice}, "repeated")
        return self.asked(kind, given.dict())

    def asked(self, kind: type[Asked], data: Any) -> Asked:
        asked = kind(data=data)
        asked.is_valid(raise_exception=True)
        return asked
