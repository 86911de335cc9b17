"""Who did what, to what, when and why: append-only. It points at anything and depends on nothing above it."""
