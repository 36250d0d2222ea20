"""Logging in: what a Secret is made into, the form that is filled in, the check that it worked, and what is redacted.

Secrets are held in memory here and nowhere else. No error, log line or record may quote one.
"""
