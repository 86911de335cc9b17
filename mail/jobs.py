"""The work of this room: handing emails to the mail server.

A job is told only which row; it must never carry an address or a word of the email.
"""

from uuid import UUID

from mail.delivery import deliver
from queues.context import Context
from queues.declare import Payload, Queue, job

EMAIL = Queue("email.send", pool="io", concurrency=4, attempts=5)


class SendEmail(Payload):
    email_id: UUID


@job(queue=EMAIL, name="send-email", payload=SendEmail, timeout_seconds=90, search_keys=("email_id",))
def send_email(ctx: Context, payload: SendEmail) -> None:
    """What became of it stands in the row before this returns, so the job's own completion has nothing to add."""
    deliver(payload.email_id)
