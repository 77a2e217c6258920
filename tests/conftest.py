"""A run of the tests says in its closing line what it skipped, and how to get it."""

import pytest

from tests.parts import closing_line


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line, before pytest's own count."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    if reasons:
        terminalreporter.write_line(closing_line(reasons))
