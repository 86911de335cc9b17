"""PostgreSQL and Valkey for the demo and the tests, started from the binaries at hand without root.

Production brings its own; nothing here may touch a service it did not start or a folder it did not make.
"""
