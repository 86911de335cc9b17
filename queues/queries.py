"""What others may ask of the backbone. Reads only."""

from datetime import timedelta

from django.db.models import F, Q, Sum
from django.db.models.functions import Now

from queues.counting import Counts, counts
from queues.declare import QUEUES
from queues.histograms import merged, percentile
from queues.models import Attempt, Job, Minute, Outcome, Relay, State, Worker

BEAT_IS_FRESH = timedelta(seconds=15)
SAMPLE_MINUTES = 60
UNKNOWN_SECONDS = 15


def latest_job_of(subject_type: str, subject_id: str, name: str | None = None) -> Job | None:
    """The newest job about this subject (ids sort by time)."""
    jobs = Job.objects.of_subject(subject_type, subject_id)
    return (jobs.filter(name=name) if name else jobs).order_by("-id").first()


def live_job_of(subject_type: str, subject_id: str, name: str | None = None) -> Job | None:
    """The newest job about this subject that has not ended."""
    jobs = Job.objects.live().of_subject(subject_type, subject_id)
    return (jobs.filter(name=name) if name else jobs).order_by("-id").first()


def queue_position(job: Job) -> int:
    """How many jobs of its queue come before it; 0 when it runs or is next."""
    if job.state not in (State.WAITING, State.DISPATCHED):
        return 0
    before = Q(priority__gt=job.priority) | Q(priority=job.priority, run_at__lt=job.run_at)
    before |= Q(priority=job.priority, run_at=job.run_at, id__lt=job.pk)
    return Job.objects.filter(before, queue=job.queue, state__in=(State.WAITING, State.DISPATCHED)).count()


def expected_seconds(queue: str) -> int:
    """How long a job enqueued now should take: what is before it, over the slots, at the median of the last runs."""
    ended = Minute.objects.filter(queue=queue).exclude(run={}).order_by("-minute")
    typical = percentile(merged(ended.values_list("run", flat=True)[:SAMPLE_MINUTES]), 50) or UNKNOWN_SECONDS
    now = counts().get(queue, Counts())
    ahead = now.waiting + now.dispatched + now.active
    return max(1, round(typical * (1 + ahead / max(live_slots(queue), 1))))


def live_workers() -> list[Worker]:
    """Workers that beat within the last BEAT_IS_FRESH."""
    return list(Worker.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH).order_by("identity"))


def served_pools() -> dict[str, bool]:
    """Every pool that has queues, and whether each of these has a live worker."""
    live = {queue for worker in live_workers() for queue in worker.queues}
    pools = dict.fromkeys(sorted({queue.pool for queue in QUEUES.values()}), True)
    for queue in QUEUES.values():
        pools[queue.pool] &= queue.name in live
    return pools


def live_slots(queue: str) -> int:
    """Slots of the live workers that serve `queue`."""
    serving = Worker.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH, queues__contains=queue)
    return int(serving.aggregate(slots=Sum("slots"))["slots"] or 0)


def free_queues(patience: timedelta) -> set[str]:
    """Queues for which some live worker has had a free slot for at least `patience`."""
    free = Worker.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH, free_since__lt=Now() - patience)
    return {queue for queues in free.values_list("queues", flat=True) for queue in queues}


def relay_beats() -> bool:
    """Whether any relay beat within the last BEAT_IS_FRESH."""
    return Relay.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH).exists()


def run_seconds(job: Job) -> float | None:
    """How long its last completed run took, in seconds."""
    took = Attempt.objects.filter(job=job, outcome=Outcome.COMPLETED).annotate(took=F("finished_at") - F("started_at"))
    row = took.values_list("took", flat=True).first()
    return row.total_seconds() if row else None
