"""What is measured with which clock."""

import ast
from pathlib import Path

import edge_app

# Where a moment is written down, or files' dates are compared with; intervals are measured with a monotonic clock, as
# the other one is set while the app runs.
WALL_CLOCK = {
    "collect/cutting.py",
    "collect/queue.py",
    "live/form_watch.py",
    "live/loop.py",
    "review/archive.py",
    "review/live.py",
}


def test_intervals_are_measured_with_a_clock_that_nobody_sets() -> None:
    """Only these ask for the time of day."""
    root = Path(edge_app.__file__).parent
    asking = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"time.time", "time.time_ns"}
    }
    assert asking == WALL_CLOCK
