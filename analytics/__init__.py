"""Looking, never touching. It holds its queue's declaration; events and dashboards land in their turn."""
