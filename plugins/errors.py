"""What can go wrong with a plugin, each with words for whoever has to mend it."""


class PluginRefused(Exception):
    """It cannot be taken, or not be run: the message says what to mend. Nothing was written."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class UnknownCapability(PluginRefused):
    """A manifest names something this release does not offer."""

    def __init__(self, name: str) -> None:
        super().__init__(f"capabilities: there is none called {name!r}")


class JailBroken(Exception):
    """The jail itself could not be opened: our trouble, and none of the plugin's."""
