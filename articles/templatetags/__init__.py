"""Words and amounts that templates need; never a query."""
