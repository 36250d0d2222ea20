"""Services that BugHive talks to, on loopback: they keep what arrives, and fail as a script says."""
