"""The crawl of one session: claim pages, run the graph on each, check links, finish."""
