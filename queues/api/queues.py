"""Queues: how they stand, and whether they may start anything."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from queues import pausing
from queues.api.answers import OwnerQueues, QueueSwitch
from queues.api.asking import Nothing, ReasonIfAny
from queues.api.described import QUEUE, describe
from queues.api.doors import Door, queue_or_404
from queues.figures import standings


class Queues(Door):
    @describe("owner_queues", {200: OwnerQueues})
    def get(self, request: Request) -> Response:
        """Every queue, with its exact counts."""
        self.asked_in_address(Nothing)
        return Response(OwnerQueues({"as_of": timezone.now(), "queues": standings()}).data)


NOT_DLQ = 405  # `queues/dlq` is the dead letters', and no queue to pause


class Pause(Door):
    permission = "queues.pause_queue"

    @describe("owner_pause_queue", {200: QueueSwitch}, 404, NOT_DLQ, 409, parameters=[QUEUE], request=ReasonIfAny)
    def post(self, request: Request, name: str) -> Response:
        """Start nothing more of this queue; what runs ends as it would have."""
        asked = self.asked(ReasonIfAny, request.data)
        queue = queue_or_404(name)
        pausing.pause(queue=queue.name, actor=self.actor(), reason=asked.reason_given())
        return Response(QueueSwitch({"name": queue.name, "paused": True}).data)


class Resume(Door):
    permission = "queues.pause_queue"

    @describe("owner_resume_queue", {200: QueueSwitch}, 404, NOT_DLQ, 409, parameters=[QUEUE], request=None)
    def post(self, request: Request, name: str) -> Response:
        """Go on where it stopped."""
        self.asked(Nothing, request.data)
        queue = queue_or_404(name)
        pausing.resume(queue=queue.name, actor=self.actor())
        return Response(QueueSwitch({"name": queue.name, "paused": False}).data)
