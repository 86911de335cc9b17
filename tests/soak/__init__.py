"""The soak: readers, customers and staff at once on a whole system, while its processes and Redis are killed.

What they do goes over HTTP; what became of it is asked of PostgreSQL and of Stripe's stand-in.
"""
