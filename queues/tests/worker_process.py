"""`python -m queues.tests.worker_process COMMAND…`: manage.py in a process that knows the sample jobs.

For this room's tests of real processes only. SIGUSR2 makes its main thread stand still.
"""

import signal
import sys
import time

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    django.setup()
    from queues.tests import sample_jobs

    sample_jobs.register()
    signal.signal(signal.SIGUSR2, lambda *_: time.sleep(3600))  # the main thread stands still
    execute_from_command_line(sys.argv)
