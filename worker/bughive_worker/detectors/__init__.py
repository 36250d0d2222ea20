"""The oracles: one pure function a file, from an observation to findings, listed in one plain list."""
