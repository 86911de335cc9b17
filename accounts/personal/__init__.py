"""What is kept of a person, in every room: handed to them, or replaced by a pseudonym when they ask to be forgotten."""
