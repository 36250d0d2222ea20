"""Webhooks: what happened to a session, told to addresses that its spec names, by the rules of Standard Webhooks."""
