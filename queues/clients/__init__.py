"""The world outside this room's database and Redis, and nothing of the room itself."""
