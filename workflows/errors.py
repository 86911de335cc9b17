"""What may be wrong with a workflow or with what is asked of a run."""


class BadDefinition(ValueError):
    """The definition is no workflow: each fault with the path where it stands. Nothing was written."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class NotPossible(Exception):
    """A run is not where this can be done; nothing was written."""


class StepFailed(Exception):
    """A step says that it cannot be done, and that trying again changes nothing."""
