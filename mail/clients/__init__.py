"""Mail providers that are spoken to by HTTP: always a timeout, never a transaction, our own verdicts."""
