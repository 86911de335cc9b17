"""Journeys: the whole system as its users run it, in separate processes, over HTTP and in a browser."""
