"""The workers: the Celery app, the crawl, detectors and reports.

This package never talks to the Kubernetes API and never imports the operator.
"""
