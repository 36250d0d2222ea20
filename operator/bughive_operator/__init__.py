"""The reconcile loop: watch, observe, plan, apply.

This package never imports the workers; it talks to them through ``bughive_protocol`` alone.
"""
