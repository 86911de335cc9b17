"""Our benchmarks, each printing what it measured beside its budget or its peers."""
