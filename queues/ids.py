"""Ids that sort by time and cannot be guessed.

RFC 9562, section 5.7 (UUID version 7): 48 bits of milliseconds, then random bits.
"""

import secrets
import time
import uuid


def task_id(job_id: uuid.UUID, generation: int, chunk_id: uuid.UUID | None = None) -> str:
    """Celery's id of a job's hand-over: what TaskResult and Flower know it by. Jobs of one chunk share it."""
    return str(chunk_id or f"{job_id}.{generation}")


def uuid7() -> uuid.UUID:
    """A random UUIDv7 of now."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
