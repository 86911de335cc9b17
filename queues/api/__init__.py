"""The owner API, /api/owner/queues: one domain call behind each door, strict about what it takes, for owners only.

It must never show a payload but redacted, nor know anything of roles or tokens but what it is allowed to ask of them.
"""
