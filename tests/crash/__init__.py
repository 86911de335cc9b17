"""The crash matrix: real processes, really killed, and what became of the jobs. `python -m tests.crash` runs it all.

The product carries no hook for it; it must never be pointed at a system that somebody uses.
"""
