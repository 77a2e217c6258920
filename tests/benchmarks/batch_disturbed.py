"""Kills batch runs and fills their disk at random instants; exit code 1 unless each went on to the undisturbed result.

Usage: python tests/benchmarks/batch_disturbed.py [--kills N] [--full N] [--pages N] [--seed N]
A kill is SIGKILL of the whole process group, and the same command is started again. A full disk is a small one that is
filled while the run is at it (root can mount one), for the results alone or for temporary files, too; it must end
the run with exit code 1 and one line that says why, and once there is space the same command goes on.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.batch import digest, row  # noqa: E402
from tests.benchmarks.batch_pages import make_mixed  # noqa: E402

WORKERS = 2
DISK_MB = 64
# Many times what a run takes: past it, it hangs.
HANGS_S = 180


@dataclass
class Course:
    """What is read, and how it goes undisturbed.

    Attributes:
        source: folder of pages.
        folder: for the runs' own.
        random: when they are disturbed.
        calm: digests of the files of an undisturbed run.
        usual_s: what that took.
    """

    source: Path
    folder: Path
    random: random.Random
    calm: dict[str, str] = field(default_factory=dict)
    usual_s: float = 0.0

    def __post_init__(self) -> None:
        began = time.monotonic()
        finish(self, self.folder / "calm")
        self.usual_s = time.monotonic() - began
        self.calm = digest(self.folder / "calm")

    def start(self, output: Path, temporary: Path | None = None) -> subprocess.Popen[str]:
        """A run in a process group of its own: one page a task, and so 32 a part."""
        command = [sys.executable, "-m", "edge_app", "batch", str(self.source), "--output", str(output)]
        return subprocess.Popen(
            [*command, "--format", "both", "--batch-pages", "1", "--workers", str(WORKERS)],
            cwd=ROOT,
            env=os.environ | ({} if temporary is None else {"TMPDIR": str(temporary)}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def instant_s(self) -> float:
        """When the next run is disturbed."""
        return self.random.uniform(0, self.usual_s)


def main() -> int:
    """Disturbs, prints and returns 0 if all went on as they must."""
    parser = argparse.ArgumentParser(description="Disturbs batch reading.")
    parser.add_argument("--kills", type=int, default=20, help="(default: %(default)s)")
    parser.add_argument("--full", type=int, default=20, help="full disks (default: %(default)s)")
    parser.add_argument("--pages", type=int, default=640, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_mixed(folder / "pages", options.pages)
        course = Course(source, folder, random.Random(options.seed))
        row("undisturbed", f"{course.usual_s:.1f} s")
        held = tell(f"{options.kills} kills", kill(course, options.kills))
        if os.geteuid() == 0:
            held &= tell(f"{options.full} full disks", fill(course, options.full))
        elif options.full:
            raise SystemExit("expected root for full disks, to mount small ones; or choose --full 0")
    return 0 if held else 1


def tell(what: str, faults: list[str]) -> bool:
    """Prints what went wrong."""
    for fault in faults:
        print(fault, file=sys.stderr)
    return row(what, f"{len(faults)} faults", "0", not faults)


def kill(course: Course, kills: int) -> list[str]:
    """Kills runs; those that are through make room for new ones. Gives what went wrong."""
    temporary = course.folder / "temporary"
    temporary.mkdir()
    faults: list[str] = []
    killed = number = 0
    while killed < kills:
        output = course.folder / f"killed{number}"
        run = course.start(output, temporary)
        try:
            run.communicate(timeout=course.instant_s())
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            killed += 1
        else:
            faults += compare(course, output)
            number += 1
    # The last one may not even have made its folder.
    finish(course, course.folder / f"killed{number}", temporary)
    faults += compare(course, course.folder / f"killed{number}")
    left = [str(path.relative_to(temporary)) for path in temporary.rglob("*") if path.is_dir()]
    row("runs that came to their end", str(number + 1))
    row("folders left for temporary files", str(len(left)))
    return faults


def fill(course: Course, times: int) -> list[str]:
    """Fills disks, every other time with temporary files on them, too. Gives what went wrong."""
    faults: list[str] = []
    filled = late = 0
    while filled < times:
        with small_disk(course.folder / "disk") as disk:
            shared = filled % 2 == 1
            fault = fill_one(course, disk, disk / "temporary" if shared else None)
        if fault is None:
            late += 1
        else:
            filled += 1
            faults += fault
    row("disks filled when nothing was left to write", str(late))
    return faults


def fill_one(course: Course, disk: Path, temporary: Path | None) -> list[str] | None:
    """Fills a disk while a run writes to it, frees it and lets it go on; None if it came too late."""
    if temporary is not None:
        temporary.mkdir()
    at_s = course.instant_s()
    run = course.start(disk / "out", temporary)
    time.sleep(at_s)
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    faults = []
    try:
        _, told = run.communicate(timeout=HANGS_S)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        _, told = run.communicate()
        faults.append(f"full after {at_s:.2f} s: still running after {HANGS_S} s")
    if run.returncode == 0:
        return None
    lines = told.splitlines()
    errors = [line for line in lines if line.startswith("edge_app: error: ")]
    if run.returncode != 1 or "Traceback" in told or len(errors) != 1 or "No space left" not in errors[0]:
        faults.append(f"full after {at_s:.2f} s: exit code {run.returncode}, {told[-2000:]}")
    ballast.unlink()
    finish(course, disk / "out", temporary)
    return faults + compare(course, disk / "out")


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """One in memory."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def finish(course: Course, output: Path, temporary: Path | None = None) -> None:
    """Runs it to its end; raises RuntimeError if that is no good one."""
    run = course.start(output, temporary)
    _, told = run.communicate(timeout=HANGS_S)
    if run.returncode != 0:
        raise RuntimeError(f"expected a run that comes to its end, got exit code {run.returncode}: {told}")


def compare(course: Course, output: Path) -> list[str]:
    """What differs from the undisturbed run; the folder is done with then."""
    found = digest(output)
    shutil.rmtree(output)
    return [
        f"{output.name}/{name}: {course.calm.get(name, 'not there')} undisturbed, {found.get(name, 'not there')} now"
        for name in sorted(course.calm.keys() | found.keys())
        if course.calm.get(name) != found.get(name)
    ]


if __name__ == "__main__":
    raise SystemExit(main())
