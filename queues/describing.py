"""What a job is about, in the words of the room that registered for it; a page must never fail for want of them."""

from collections.abc import Sequence

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from queues.models import Job
from queues.subjects import Description, subject_of


def describe(job: Job) -> Description | None:
    """None for a job about nothing. What is gone, or was never registered, is called by its type and id."""
    if not job.subject_type:
        return None
    bare = f"{job.subject_type.replace('_', ' ')} {job.subject_id}".strip()
    describe_subject = subject_of(job).describe
    if describe_subject is Description:  # registered by nobody, or without words
        return Description(bare)
    try:
        return describe_subject(job.subject_id)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        return Description(f"{bare} (not there any more)")


def describe_all(jobs: Sequence[Job]) -> dict[tuple[str, str], Description | None]:
    """By subject: a list's jobs are often about the same few things."""
    return {subject: describe(job) for subject, job in {(j.subject_type, j.subject_id): j for j in jobs}.items()}
