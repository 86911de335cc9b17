"""`make bench-jobs`: our job backbone beside its peers, on the same machine, in the same run.

Peers are set up as their own users would; whatever favours one side is said in docs/performance.md.
"""
