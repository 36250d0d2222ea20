"""From what was found to the report's files and the digest."""
