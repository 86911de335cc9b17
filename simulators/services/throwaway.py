"""Homes that last one run: fresh each time, deleted at the end, and swept when an earlier run was killed.

Never deletes a folder that a launch still holds.
"""

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from simulators.services.home import Home, HomeInUse
from simulators.services.roster import Roster

PIDS = "pids.json"


@contextlib.contextmanager
def throw_away_home(above: Path) -> Iterator[Home]:
    above.mkdir(parents=True, exist_ok=True, mode=0o711)
    with (above / "making").open("w") as making:
        fcntl.flock(making, fcntl.LOCK_EX)  # nobody sweeps a home between its making and its locking
        for folder in above.iterdir():
            if folder.is_dir():
                _sweep(folder)
        home = Home(Path(tempfile.mkdtemp(dir=above)))
        home.folder.chmod(0o711)
        home.lock()
    try:
        yield home
    finally:
        shutil.rmtree(home.folder, ignore_errors=True)


def _sweep(folder: Path) -> None:
    home = Home(folder)
    with contextlib.suppress(HomeInUse):
        home.lock()
        Roster(folder / PIDS).sweep()
        shutil.rmtree(folder, ignore_errors=True)
