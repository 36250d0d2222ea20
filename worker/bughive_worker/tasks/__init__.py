"""The Celery tasks: synchronous, thin, one a file."""
