"""A queue's jobs: found, read, run again or stopped."""

from rest_framework.request import Request
from rest_framework.response import Response

from queues import listing
from queues.api.answers import JobDetail, JobPage, JobTaken
from queues.api.asking import JobsQuery, Nothing, ReasonIfAny
from queues.api.described import ID, QUEUE, describe
from queues.api.doors import Door, job_or_404, queue_or_404
from queues.cancelling import cancel
from queues.retrying import retry


class Jobs(Door):
    @describe("owner_jobs", {200: JobPage}, 404, parameters=[QUEUE, JobsQuery])
    def get(self, request: Request, name: str) -> Response:
        """The jobs in one state, in the order that matters there: the next to run first, the latest to end first."""
        asked = self.asked_in_address(JobsQuery)
        queue = queue_or_404(name)
        wanted = asked.validated_data
        page = listing.page(queue.name, wanted["state"], q=wanted["q"], **asked.page())
        return Response(JobPage(page).data)


class OneJob(Door):
    @describe("owner_job", {200: JobDetail}, 404, parameters=[QUEUE, ID])
    def get(self, request: Request, name: str, id: str) -> Response:
        """One job, its payload redacted; that it was read goes to the access log."""
        self.asked_in_address(Nothing)
        job = job_or_404(name, id)
        self.log_reading(job.pk, job.name)
        return Response(JobDetail(job).data)


class Retry(Door):
    permission = "queues.retry_job"

    @describe("owner_retry_job", {202: JobTaken}, 404, 409, parameters=[QUEUE, ID], request=ReasonIfAny)
    def post(self, request: Request, name: str, id: str) -> Response:
        """A failed job starts over (that is a replay); a delayed one runs now."""
        asked = self.asked(ReasonIfAny, request.data)
        job = retry(job_id=job_or_404(name, id).pk, actor=self.actor(), reason=asked.reason_given())
        return Response(JobTaken(job).data, status=202)


class Cancel(Door):
    permission = "queues.cancel_job"

    @describe("owner_cancel_job", {202: JobTaken}, 404, 409, parameters=[QUEUE, ID], request=ReasonIfAny)
    def post(self, request: Request, name: str, id: str) -> Response:
        """Stop it: at once when it has not started; when it runs, at its next checkpoint."""
        asked = self.asked(ReasonIfAny, request.data)
        job = cancel(job_id=job_or_404(name, id).pk, actor=self.actor(), reason=asked.reason_given())
        return Response(JobTaken(job).data, status=202)
