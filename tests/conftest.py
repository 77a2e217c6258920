"""A run of the tests says in its closing line what it skipped, and how to get it."""

import pytest
from hypothesis import settings

from tests.parts import closing_line

# One more than the processors of a small machine, as a quarter of the time is waiting; TensorFlow, in each, takes 2 GB.
WORKERS = 3

# How hard property tests look: before a commit, and with --hypothesis-profile thorough, as CI asks.
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=100, deadline=None)
settings.load_profile("quick")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Some processes share the whole suite, file by file; files that are named run in this one, as for a debugger."""
    return WORKERS if config.args_source == pytest.Config.ArgsSource.TESTPATHS else 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line, before pytest's own count."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    if reasons:
        terminalreporter.write_line(closing_line(reasons))
