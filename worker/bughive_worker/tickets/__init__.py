"""Bugs become tickets in an issue tracker: which, what they say, and that each has one for ever.

It knows no Celery and no child's loop: tasks hand it what it needs. What a tracker is asked is in one file for each.
"""
