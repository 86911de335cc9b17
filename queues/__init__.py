"""Work to be done and what became of it: the row is the truth, Celery carries it out, Redis is disposable."""
