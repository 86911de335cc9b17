"""Hands sign-in codes over, on a queue of its own so that none waits behind other mail.

The payload is the code's id; the digits must never be in a job.
"""

from uuid import UUID

from django.utils import timezone

from accounts.channels import CHANNELS
from accounts.models import OtpCode
from queues.context import Context
from queues.declare import Payload, Queue, job

OTP = Queue("otp.send", pool="io", concurrency=2, attempts=2)


class SendOtp(Payload):
    code_id: UUID


@job(queue=OTP, name="send-otp", payload=SendOtp, timeout_seconds=60, secret=True)
def send_otp(ctx: Context, payload: SendOtp) -> None:
    """What can no longer be used is not sent any more."""
    unsent = OtpCode.objects.filter(pk=payload.code_id, sent_at=None, used_at=None, expires_at__gt=timezone.now())
    code = unsent.first()
    if code is None:
        return
    CHANNELS[code.channel].send(code)
    with ctx.finishing():
        unsent.update(sent_at=timezone.now())
