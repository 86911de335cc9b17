"""`python -m queues.tests.worker_process COMMAND…`: manage.py in a process that knows the sample jobs.

For this room's tests of real processes only.
"""

import sys

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    django.setup()
    from queues.tests import sample_jobs

    sample_jobs.register()
    execute_from_command_line(sys.argv)
