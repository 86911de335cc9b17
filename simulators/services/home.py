"""The folder a launch lives in: its lock, and the secrets, ports and data it keeps from one launch to the next.

Never shared by two launches at once, and never changes a folder above itself.
"""

import fcntl
import os
import pwd
import secrets
from pathlib import Path

from simulators.services.child import Owner
from simulators.services.ports import free_port, is_free
from simulators.services.private import read_json, write_json

NOBODY_UID = 65534


class HomeInUse(Exception):
    """Another launch holds the folder; the message names it."""


class HomeOfAnotherUser(Exception):
    """Made by a launch under another account."""


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        # Others may pass through (PostgreSQL runs as another user when we are root) but not look around.
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        self._lock: int | None = None
        self._ports: dict[str, int] = {}

    def lock(self) -> None:
        """Held until this process ends, however it ends. Raises HomeInUse or HomeOfAnotherUser."""
        try:
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise HomeOfAnotherUser(
                f"{self.folder} belongs to another user: delete it, or give another --home"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 20).decode() or "unknown"
            os.close(handle)
            raise HomeInUse(
                f"{self.folder} is in use by the launch with process id {holder}. "
                f"Stop that one (Ctrl-C there, or kill {holder}), or give this one another --home."
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._lock = handle

    def secret(self, name: str, prefix: str = "") -> str:
        """Made once, then the same for as long as the folder lives."""
        known = read_json(self.folder / "secrets.json")
        if name not in known:
            known[name] = prefix + secrets.token_hex(24)
            write_json(self.folder / "secrets.json", known)
        return str(known[name])

    def port(self, name: str) -> int:
        """The same at every launch while it is free: addresses in bookmarks and mails keep working."""
        if name not in self._ports:
            known = read_json(self.folder / "ports.json")
            others = {port for other, port in known.items() if other != name}
            if name not in known or not is_free(known[name]):
                known[name] = free_port(besides=others)
                write_json(self.folder / "ports.json", known)
            self._ports[name] = int(known[name])
        return self._ports[name]

    def data(self, name: str) -> tuple[Path, Owner]:
        """A private folder for a server's data, and whom the server runs as: the folder's owner, never root."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir(mode=0o700)
        status = folder.stat()
        if status.st_uid == 0:
            os.chown(folder, *_nobody())
            status = folder.stat()
        return folder, Owner(status.st_uid, status.st_gid)


def _nobody() -> Owner:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Owner(NOBODY_UID, NOBODY_UID)
    return Owner(entry.pw_uid, entry.pw_gid)
