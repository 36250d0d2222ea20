"""CrawlSchedules: which session is to start when. Decisions are pure; ``reconcile`` and ``loop`` do what they say.

The rest of the operator knows nothing of schedules: to it, a session that a schedule started is one like any other.
"""
