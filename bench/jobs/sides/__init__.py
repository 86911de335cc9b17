"""The sides that are compared: each starts its own workers and enqueues with its own client."""
