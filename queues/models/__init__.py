"""The rows of the backbone."""

from queues.models.attempt import Attempt, Outcome
from queues.models.dead_letter import DeadLetter
from queues.models.job import ENDED, LIVE, Job, JobQuerySet, OnceKey, State
from queues.models.processes import Relay, Worker
from queues.models.statistics import Counter, Delta, Minute, Recount
from queues.models.switches import Alert, Pause, RateBucket, ScheduleEntry

__all__ = (
    "ENDED",
    "LIVE",
    "Alert",
    "Attempt",
    "Counter",
    "DeadLetter",
    "Delta",
    "Job",
    "JobQuerySet",
    "Minute",
    "OnceKey",
    "Outcome",
    "Pause",
    "RateBucket",
    "Recount",
    "Relay",
    "ScheduleEntry",
    "State",
    "Worker",
)
