"""From what was found to report.html, report.json and the digest."""
