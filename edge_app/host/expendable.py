"""A process that handles what strangers made: if something has to end, it is this one."""

import resource
from contextlib import suppress
from pathlib import Path


def become_expendable() -> None:
    """Leaves no core dump, and is what the kernel ends first if memory runs out, not the process that reads."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # not on Linux
        Path("/proc/self/oom_score_adj").write_text("1000")
