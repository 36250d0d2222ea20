"""A site to measure crawlers by: any number of pages from 24 templates, the same ones each time.

About 10 KB of HTML a page, one style sheet, one script and three JPEGs; every answer is made before the
first request, so that a benchmark measures the crawler and not this.
"""
