"""How the doors of the owner API are described in /api/schema/: each with every way it may refuse."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from queues.api.answers import OwnerProblem

TAG = "owner"
QUEUE = OpenApiParameter("name", str, OpenApiParameter.PATH, description="A queue's name, as `GET /` lists it.")
ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_MALFORMED, _ALWAYS = 400, (401, 403, 429)


def describe(operation: str, answers: dict[int, Any], *refusals: int, **more: Any) -> Any:
    """A decorator; `refusals` are the statuses it may answer besides those every door may."""
    responses = {**answers, _MALFORMED: OpenApiTypes.OBJECT, **dict.fromkeys((*_ALWAYS, *refusals), OwnerProblem)}
    return extend_schema(operation_id=operation, tags=[TAG], responses=responses, **more)
