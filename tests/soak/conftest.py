"""What is repeated many times, because it fails seldom: ``make soak``; twice in ``make test-e2e``."""

import pytest
from faults.conftest import history, installation, place, pytest_terminal_summary, recovery

__all__ = ["history", "installation", "place", "pytest_terminal_summary", "recovery"]
"""The installation that faults are tried on, and the table of what recovery took."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sessions", type=int, default=12_000, help="how many the kill loop has (default: 12,000)")
    parser.addoption("--small-sessions", type=int, default=500, help="how many the leak check has (default: 500)")
    parser.addoption("--rounds", type=int, default=10, help="how often each test is repeated (default: 10)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "round_number" in metafunc.fixturenames:
        metafunc.parametrize("round_number", range(1, metafunc.config.getoption("rounds", 10) + 1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(600))
