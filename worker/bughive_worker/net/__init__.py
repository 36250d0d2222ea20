"""Addresses and traffic: canonical URLs, scope, robots, politeness, link checks, and the egress guard."""
