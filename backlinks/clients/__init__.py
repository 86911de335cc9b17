"""The outside world as this room sees it: our shapes, our exceptions, always a timeout, never a transaction."""
