"""The workloads of the comparison, one module each."""
