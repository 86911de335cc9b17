"""People and what they may do: users, roles, limits. Lower rooms ask has_perm and know nothing of roles."""
