"""A worker's process: serve a queue, hold a session's lease in a prefork child, work, hand over, leave."""
