"""`python -m tests.crash.process COMMAND…`: manage.py in a process that knows the matrix' jobs, or its feeder.

For the matrix only.
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    django.setup()
    from tests.crash import feeding, plan, relaypoints, sample_jobs

    sample_jobs.register()
    folder, seed = Path(os.environ["CRASH_FOLDER"]), int(os.environ["CRASH_SEED"])
    scenario: plan.Scenario = getattr(plan, os.environ["CRASH_SCENARIO"])
    match sys.argv[1:]:
        case ["feed"]:
            feeding.feed(folder, scenario, seed)
        case ["relay", *_]:
            relaypoints.arm(folder, scenario, seed)
            execute_from_command_line(sys.argv)
        case _:
            sample_jobs.killpoints().arm()
            execute_from_command_line(sys.argv)
