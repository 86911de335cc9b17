"""The release after this one, as far as its migrations go: each kind that may run while this release still works."""
