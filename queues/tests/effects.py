"""A table in which the sample jobs leave their effects, so that a test can count the lost and the doubled."""

from uuid import UUID

from django.db import connection


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS queues_test_effect (job_id uuid NOT NULL, note text NOT NULL)")


def forget_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM queues_test_effect")


def leave(job_id: UUID, note: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO queues_test_effect VALUES (%s, %s)", [job_id, note])


def left() -> list[UUID]:
    """The job of each effect, in order: a job that stands here twice was done twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT job_id FROM queues_test_effect ORDER BY job_id")
        return [row[0] for row in cursor.fetchall()]
