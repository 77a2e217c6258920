"""How much memory this process takes."""

import sys
from pathlib import Path

STATUS_PATH = Path("/proc/self/status")


def memory_mb(field: str) -> float:
    """Memory of this process in MiB: VmRSS now, VmHWM at its peak; where there is no /proc, the peak for both.

    The kernel hands ru_maxrss down from the process that started this one, so it is second choice.
    """
    try:
        text = STATUS_PATH.read_text()
    except OSError:
        import resource  # not on Windows

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith(f"{field}:"))
