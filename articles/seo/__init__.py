"""What search engines make of an article: measured, with limits, and a score that follows from what is met."""
