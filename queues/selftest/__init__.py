"""Rehearses the backbone on a running system with two harmless jobs and says what it found, a line for each fact.

It waits for nothing without a bound, tells nobody but who started it, and leaves neither live nor dead jobs behind.
"""
