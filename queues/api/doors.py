"""What every door of the owner API has in common: who is slowed down, who is let in, and how it refuses."""

from dataclasses import replace
from uuid import UUID

from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from audit.access import record_access
from audit.actors import Actor
from queues.api.answering import Answering
from queues.api.asking import Ident
from queues.api.permissions import VIEW, Allowed
from queues.api.refusals import as_answer
from queues.declare import QUEUES, Queue
from queues.models import Job
from queues.showing import is_secret
from queues.stepping_up import is_recent

LONGEST_NAME = 200
STEP_UP = "This takes a second step that was proven minutes ago: do it on the pages, or prove it there first."


class Door(Answering):
    """Authentication, throttles and parsers are the site's, by their names in settings."""

    permission_classes = (Allowed,)
    as_answer = staticmethod(as_answer)
    permission = VIEW
    throttle_scope = "owner"

    def check_permissions(self, request: Request) -> None:
        """Whoever hammers is slowed down before being refused: each refusal is written down."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Counted already."""

    def actor(self) -> Actor:
        """Who asks and, of a program, by which token."""
        person = Actor.of(self.request.user)
        if self.request.auth is None:
            return person
        return replace(person, label=f"{person.label[:LONGEST_NAME]} ({self.request.auth})")

    def must_have_stepped_up(self) -> None:
        """For what is grave. A program with a token never has: its owner does it on the pages."""
        if not is_recent(self.request._request):
            raise PermissionDenied(STEP_UP, "second_step_needed")

    def log_reading(self, job_id: UUID, name: str) -> None:
        """Before a payload is shown, even redacted."""
        shown = "its keys" if is_secret(name) else "redacted"
        record_access(actor=self.actor(), action="payload.read", target=("job", str(job_id)), what=shown)


def queue_or_404(name: str) -> Queue:
    if name not in QUEUES:
        raise NotFound("There is no such queue.", "no_such_queue")
    return QUEUES[name]


def job_or_404(name: str, id: str) -> Job:
    """The job, if it is one of this queue. Raises ValidationError for what is no id."""
    queue = queue_or_404(name)
    job = Job.objects.filter(pk=read_id(id), queue=queue.name).first()
    if job is None:
        raise NotFound("There is no such job in this queue.", "no_such_job")
    return job


def read_id(text: str) -> UUID:
    asked = Ident(data={"id": text})
    asked.is_valid(raise_exception=True)
    found: UUID = asked.validated_data["id"]
    return found
