"""The room's queue. Its job lands with sign-in by emailed code."""

from queues.declare import Queue

OTP = Queue("otp.send", pool="io", concurrency=2, attempts=2)
