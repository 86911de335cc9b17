"""`python -m bench.jobs.entry COMMAND…`: manage.py in a process that knows the bench's jobs."""

import os
import sys

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    django.setup()
    from bench.jobs import sample_jobs
    from queues import identity

    identity.HOST = os.environ.get("BENCH_HOST", identity.HOST)
    sample_jobs.register()
    execute_from_command_line(sys.argv)
