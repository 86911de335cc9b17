"""What a job is about, in the words of the room that registered for it; a page must never fail for want of them."""

from collections.abc import Sequence

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from queues.models import Job
from queues.subjects import INDIFFERENT, SUBJECTS, Description


def describe(job: Job) -> Description | None:
    """None for a job about nothing."""
    return describe_subject(job.subject_type, job.subject_id)


def describe_subject(subject_type: str, subject_id: str) -> Description | None:
    """None for nothing. What is gone, or was never registered, is called by its type and id."""
    if not subject_type:
        return None
    bare = f"{subject_type.replace('_', ' ')} {subject_id}".strip()
    described = SUBJECTS.get(subject_type, INDIFFERENT).describe
    if described is Description:  # registered by nobody, or without words
        return Description(bare)
    try:
        return described(subject_id)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        return Description(f"{bare} (not there any more)")


def describe_all(jobs: Sequence[Job]) -> dict[tuple[str, str], Description | None]:
    """By subject: a list's jobs are often about the same few things."""
    return {subject: describe(job) for subject, job in {(j.subject_type, j.subject_id): j for j in jobs}.items()}
