"""``bughive``: the same crawl in one process, for a laptop and for pipelines. No Kubernetes, Redis or Celery."""
