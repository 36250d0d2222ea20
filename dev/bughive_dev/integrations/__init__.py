"""Whom `make demo INTEGRATIONS=1` tells: servers on this machine in the place of the world's, and what they got."""
