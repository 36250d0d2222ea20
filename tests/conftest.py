"""Fixtures for all tests; each file of `fixtures/` holds those of one part of the machine."""

import sys
from pathlib import Path

# Tests are no packages; `fixtures` is found beside this file.
sys.path.insert(0, str(Path(__file__).parent))

pytest_plugins = ["fixtures.browser", "fixtures.cluster", "fixtures.redis"]
