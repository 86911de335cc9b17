"""What this room asks of the rooms below."""

from articles.quality.language import likely_language
from queues.upkeep import warm_up

# Reading the language model takes a second or two: not while the first customer of the day waits.
warm_up("ai", lambda: likely_language("The model is read when it is first asked."))
