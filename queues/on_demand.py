"""Libraries too large for processes that never use them."""

from importlib import import_module
from typing import Any


class OnDemand:
    """A module that is imported when something of it is first asked for, and by whichever thread asks."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
