"""What is asked of a loaded page: facts in one evaluate, and the full inspection of a new template.

Runs scripts in pages that Playwright holds. Knows nothing of detectors, Redis or Celery.
"""
