"""Takes a person's address out of what was written down when jobs about them failed. Payloads hold references alone."""

from collections.abc import Collection

from django.db.models import F, JSONField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace

from queues.models import Attempt, DeadLetter, Job


def forget_in_errors(subject_type: str, ids: Collection[str], *, email: str, pseudonym: str) -> int:
    """In how many rows about these subjects it stood."""
    about = {"subject_type": subject_type, "subject_id__in": list(ids)}
    jobs, letters = Job.objects.filter(**about), DeadLetter.objects.filter(**about)
    attempts = Attempt.objects.filter(job__in=jobs)
    spoken = Cast("attempts", TextField())
    changed = sum(
        _replaced(rows, field, email, pseudonym)
        for rows, field in ((jobs, "error"), (attempts, "error"), (attempts, "traceback"), (letters, "error"))
    )
    told = letters.alias(told=spoken).filter(told__contains=email)
    anew = Cast(Replace(spoken, Value(email), Value(pseudonym)), JSONField())
    return changed + told.update(attempts=anew)


def _replaced(rows: "QuerySet[Job] | QuerySet[Attempt] | QuerySet[DeadLetter]", field: str, old: str, new: str) -> int:
    return rows.filter(**{f"{field}__contains": old}).update(**{field: Replace(F(field), Value(old), Value(new))})
