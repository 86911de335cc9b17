"""What the owner API answers. Texts and payloads come masked; of a job declared secret only a payload's keys."""

from typing import Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.masking import MASK, masked
from queues import letters
from queues.api.asking import JOB_STATES
from queues.describing import describe
from queues.figures import Figures
from queues.models import Attempt, DeadLetter, Job
from queues.showing import is_secret, shown_state, shown_text
from queues.waiting import because


class Throughput(serializers.Serializer):  # type: ignore[type-arg]
    per_minute = serializers.IntegerField(help_text="Completed in the last minute.")
    per_hour = serializers.IntegerField(help_text="Completed in the last hour.")


class OwnerQueue(serializers.Serializer):  # type: ignore[type-arg]
    name = serializers.CharField(source="queue")
    paused = serializers.SerializerMethodField()
    waiting = serializers.IntegerField()
    active = serializers.IntegerField()
    completed = serializers.IntegerField(help_text="Ever; rows are pruned, this is not.")
    failed = serializers.IntegerField(help_text="Dead letters now.")
    delayed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    total = serializers.IntegerField()
    throughput = Throughput(source="*")
    oldest_waiting_seconds = serializers.FloatField(allow_null=True)
    workers = serializers.IntegerField(help_text="Live workers that serve it.")

    def get_paused(self, figures: Figures) -> bool:
        return figures.pause is not None


class OwnerQueues(serializers.Serializer):  # type: ignore[type-arg]
    as_of = serializers.DateTimeField()
    queues = OwnerQueue(many=True)


class QueueSwitch(serializers.Serializer):  # type: ignore[type-arg]
    name = serializers.CharField()
    paused = serializers.BooleanField()


class JobRow(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.SerializerMethodField()
    attempt = serializers.IntegerField(help_text="Runs charged so far.")
    max_attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    run_at = serializers.DateTimeField(help_text="When it is or was due.")
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(JOB_STATES))
    def get_state(self, job: Job) -> str:
        return shown_state(job)

    def get_error(self, job: Job) -> str | None:
        return shown_text(job.name, job.error) or None


class JobPage(serializers.Serializer):  # type: ignore[type-arg]
    results = JobRow(many=True, source="jobs")
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page that follows.")
    previous = serializers.CharField(allow_null=True, help_text="The cursor of the page before.")


class AttemptRow(serializers.Serializer):  # type: ignore[type-arg]
    """One run that ended, however it did; the one under way is the job's own `started_at`."""

    number = serializers.IntegerField()
    outcome = serializers.CharField()
    worker = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    error_type = serializers.CharField()
    error = serializers.SerializerMethodField()
    traceback = serializers.SerializerMethodField()

    def get_error(self, attempt: Attempt | letters.Try) -> str:
        return shown_text(self.context["name"], attempt.error)

    def get_traceback(self, attempt: Attempt | letters.Try) -> str:
        return shown_text(self.context["name"], attempt.traceback)


class Progress(serializers.Serializer):  # type: ignore[type-arg]
    percent = serializers.IntegerField(min_value=0, max_value=100, source="progress")
    message = serializers.SerializerMethodField()

    def get_message(self, job: Job) -> str:
        return shown_text(job.name, job.progress_message)


class SubjectAnswer(serializers.Serializer):  # type: ignore[type-arg]
    type = serializers.CharField()
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # every field has one
    url = serializers.CharField(help_text="Its page in the admin; empty when it has none.")


class JobDetail(JobRow):
    payload = serializers.SerializerMethodField(help_text="Redacted.")
    attempts = serializers.SerializerMethodField()
    progress = Progress(source="*")
    result = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    waiting_because = serializers.SerializerMethodField(help_text="One sentence; null when nothing holds it.")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_payload(self, job: Job) -> object:
        return without_secrets(job.name, job.payload)

    @extend_schema_field(AttemptRow(many=True))
    def get_attempts(self, job: Job) -> Any:
        return AttemptRow(job.attempts.order_by("generation"), many=True, context={"name": job.name}).data

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": {}})
    def get_result(self, job: Job) -> object:
        return None if job.result is None else without_secrets(job.name, job.result)

    @extend_schema_field(SubjectAnswer(allow_null=True))
    def get_subject(self, job: Job) -> dict[str, str] | None:
        return subject_of(job)

    def get_waiting_because(self, job: Job) -> str | None:
        return because(job) or None


class LetterRow(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField(source="job_id", help_text="Its job's id.")
    queue = serializers.CharField(help_text="Where it died, and will run again.")
    name = serializers.CharField()
    why = serializers.CharField()
    error_type = serializers.CharField()
    error = serializers.SerializerMethodField()
    fingerprint = serializers.CharField(help_text="The same for errors of one cause.")
    died_at = serializers.DateTimeField()
    replays = serializers.IntegerField()
    replayed_at = serializers.DateTimeField(allow_null=True)

    def get_error(self, letter: DeadLetter) -> str:
        return shown_text(letter.name, letter.error)


class LetterPage(serializers.Serializer):  # type: ignore[type-arg]
    results = LetterRow(many=True, source="letters")
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page that follows.")
    previous = serializers.CharField(allow_null=True, help_text="The cursor of the page before.")


class LetterDetail(LetterRow):
    dead = serializers.SerializerMethodField(help_text="False when it was replayed since.")
    payload = serializers.SerializerMethodField(help_text="Redacted.")
    attempts = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    replayed_by = serializers.CharField()
    replay_reason = serializers.CharField()

    def get_dead(self, letter: DeadLetter) -> bool:
        return letters.is_dead(letter)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_payload(self, letter: DeadLetter) -> object:
        return without_secrets(letter.name, letter.payload)

    @extend_schema_field(AttemptRow(many=True))
    def get_attempts(self, letter: DeadLetter) -> Any:
        return AttemptRow(letters.tries(letter), many=True, context={"name": letter.name}).data

    @extend_schema_field(SubjectAnswer(allow_null=True))
    def get_subject(self, letter: DeadLetter) -> dict[str, str] | None:
        return subject_of(letter)


class JobTaken(serializers.Serializer):  # type: ignore[type-arg]
    jobId = serializers.UUIDField(source="pk")
    state = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(JOB_STATES))
    def get_state(self, job: Job) -> str:
        return shown_state(job)


class LetterDeleted(serializers.Serializer):  # type: ignore[type-arg]
    deleted = serializers.IntegerField()


class ForecastAnswer(serializers.Serializer):  # type: ignore[type-arg]
    matching = serializers.IntegerField()
    would_replay = serializers.IntegerField()
    conflicts = serializers.IntegerField(help_text="Another live job has the same key.")
    outdated = serializers.IntegerField(help_text="The payload no longer fits the job.")
    refused = serializers.IntegerField(help_text="What it is about says no.")
    unasked = serializers.IntegerField(help_text="Of would_replay: what it is about was not asked in time.")


class OwnerProblem(serializers.Serializer):  # type: ignore[type-arg]
    detail = serializers.CharField()
    code = serializers.CharField(help_text="One for each reason.")
    twinId = serializers.UUIDField(required=False, help_text="With twin_alive: the live job.")


def without_secrets(name: str, value: Any) -> object:
    """A payload or a result of job `name`: of a secret one only the keys."""
    return masked(dict.fromkeys(value, MASK) if is_secret(name) else value)


def subject_of(about: Job | DeadLetter) -> dict[str, str] | None:
    """What the work is about; null for work about nothing."""
    subject = Job(subject_type=about.subject_type, subject_id=about.subject_id)
    words = describe(subject)
    if words is None:
        return None
    url = f"{settings.SITE_URL}{words.url}" if words.url else ""
    return {"type": about.subject_type, "id": about.subject_id, "label": words.label, "url": url}
