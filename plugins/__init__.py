"""Other people's code at arm's length: what it says it needs, the jail it runs in, and what became of every run."""
