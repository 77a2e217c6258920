"""A run of `python -m edge_app batch` as a process: its workers' ids and memory, killed or left alone."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class BatchProcess:
    """Starts a run.

    Args:
        source: folder of pages.
        output: folder of the results.
        workers: processes.
    """

    def __init__(self, source: Path, output: Path, workers: int) -> None:
        command = [sys.executable, "-m", "edge_app", "batch", str(source), "--output", str(output), "--format", "both"]
        self.output = output
        self._process = subprocess.Popen(
            [*command, "--workers", str(workers)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def wait(self) -> float:
        """Waits for its end; returns the pages a second after its first part, which has the start-up in it."""
        told, _ = self._process.communicate()
        first, *others = sorted((self.output / "done").glob("part-*"))
        if self._process.returncode != 0 or not others:
            raise RuntimeError(f"expected a run of two parts or more, got {self._process.returncode}: {told}")
        pages: int = sum(json.loads(path.read_bytes())["counts"]["pages"] for path in others)
        return pages / (others[-1].stat().st_mtime - first.stat().st_mtime)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def done_parts(self) -> int:
        """Parts that are written."""
        return len(list((self.output / "done").glob("part-*")))

    def worker_ids(self) -> list[int]:
        """Process ids of its workers."""
        return [child for child in children_of(self._process.pid) if b"spawn_main" in _command(child)]

    def worker_rss_mb(self) -> float | None:
        """Memory of its first worker, in MB, or None if there is none just now."""
        for worker in self.worker_ids():
            found = re.search(r"VmRSS:\s+(\d+) kB", _read(f"/proc/{worker}/status"))
            if found:
                return int(found[1]) / 1024
        return None

    def kill(self) -> None:
        """Kills the run, as a power cut does, and waits until its workers have noticed."""
        workers = self.worker_ids()
        self._process.kill()
        self._process.communicate()
        until = time.monotonic() + 30
        while any(b"spawn_main" in _command(worker) for worker in workers):
            if time.monotonic() > until:
                raise RuntimeError("expected a killed run's workers to end within 30 s, got one that goes on")
            time.sleep(0.1)


def kill_worker(run: BatchProcess) -> bool:
    """Kills one worker of a run; False if there was none."""
    for worker in run.worker_ids():
        os.kill(worker, signal.SIGKILL)
        return True
    return False


def children_of(parent: int) -> list[int]:
    """Ids of a process's children."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        found += [int(child) for child in _read(str(task)).split()]
    return found


def _command(process: int) -> bytes:
    return _read(f"/proc/{process}/cmdline").encode()


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:  # it has just ended
        return ""
