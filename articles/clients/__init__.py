"""The outside world as this room sees it: our dataclasses, our exceptions, always a timeout, never a transaction."""
