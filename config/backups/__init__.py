"""A backup of everything Copydesk keeps, and its way back. It stands in the way in because it looks into every room.

A backup is a folder: the database in PostgreSQL's custom format, what is filed outside it, and what stood in it then.
"""
