"""Editorial workflows: definitions that staff edit, runs that survive a killed worker, and the steps rooms register."""
