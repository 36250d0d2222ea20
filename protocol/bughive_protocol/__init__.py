"""What operator and workers say to each other.

Queues and messages, every Redis key, session state, the lease, the frontier, findings,
the Lua scripts, the error tree and logging live here, so that both sides share one
definition. This package knows nothing of Kubernetes clients, browsers or Celery tasks.
"""
