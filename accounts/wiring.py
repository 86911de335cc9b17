"""What this room asks of the rooms below."""

from accounts.limits import prune_windows
from queues.upkeep import every_minute

every_minute(prune_windows)
