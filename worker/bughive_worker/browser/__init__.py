"""Drives Chromium: one browser per process, reused pages, visits that always end."""
