"""Django's PostgreSQL backend with one thing mended in its pool; see `base`."""
