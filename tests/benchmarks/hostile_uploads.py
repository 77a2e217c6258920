"""Sends pictures that take much time or memory to the real app, then a good one; exits 1 if a limit is not held.

Usage: python tests/benchmarks/hostile_uploads.py [--uploads N] [--at-once N]
The app is `run` on a still picture: the process that serves, the camera's and the decoder's. Its memory is the sum of
their proportional set sizes, in which shared pages count once, as they do for the unit's MemoryMax, and of the files in
memory that they share.
"""

import argparse
import io
import itertools
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.bench.sample_page import ROWS, draw_page  # noqa: E402
from edge_app.files.heif import register_heif  # noqa: E402
from tests.benchmarks.batch_process import children_of  # noqa: E402
from tests.edge_app.documents import bombs  # noqa: E402

MAX_MB, MAX_S, MAX_GOOD_S = 300.0, 10.0, 2.0
SAMPLE_S = 0.02
HUNG_UP = 0
PICTURE = ROOT / "tests" / "pages" / "example.jpg"


def main() -> int:
    """Sends and prints."""
    parser = argparse.ArgumentParser(description="Sends pictures that take much to decode.")
    parser.add_argument("--uploads", type=int, default=200, help="(default: %(default)s)")
    parser.add_argument("--at-once", type=int, default=2, help="clients (default: %(default)s)")
    options = parser.parse_args()
    kinds = hostile()
    with tempfile.TemporaryFile("w+") as log, running(log) as (url, memory):
        post(url, good())
        memory.begin()
        with ThreadPoolExecutor(options.at_once) as pool:
            names = list(itertools.islice(itertools.cycle(kinds), options.uploads))
            answers = list(pool.map(lambda name: (name, *post(url, kinds[name])), names))
        status, seconds, body = post(url, good())
        peak = memory.end()
    return verdict(answers, peak, (status, seconds, ROWS[0].encode() in body))


def hostile() -> dict[str, bytes]:
    """The kinds, each of at most 20 MB."""
    page = draw_page((3000, 4000))
    return {
        "JPEG, 48 MP, on its side": bombs.phone_jpeg((8064, 6048), page),
        "WebP, 59 MP": bombs.blank_webp(16383, 3600),
        "JPEG, 60,000 scans": bombs.scans_jpeg((4600, 4600), 60_000),
        "JPEG of noise": noise(),
        "PNG RGBA16, 56 MP": bombs.deep_png(7000, 8000),
        "PNG RGBA16, 17 MP": bombs.deep_png(4000, 4300),
        "PNG RGBA16, 1,800,000 x 32": bombs.deep_png(1_800_000, 32),
        "WebP, 4 MP": bombs.blank_webp(2000, 2000),
        "JPEG, 48 MP, progressive": saved(page, (8064, 6048), "JPEG", progressive=True),
        "JPEG, 16 MP": saved(page, (4600, 3450), "JPEG"),
        "JPEG, 12 MP, progressive": saved(page, (4000, 3000), "JPEG", progressive=True),
        "HEIC, 12 MP": heic(page),
        "PNG, 35 MP": saved(page, (6831, 5123), "PNG", compress_level=1),
        "PDF of forms": bombs.forms_pdf(7),
    }


def saved(page: NDArray[np.uint8], size_wh: tuple[int, int], kind: str, **how: object) -> bytes:
    """A page of some size and kind."""
    file = io.BytesIO()
    image = Image.fromarray(page).resize(size_wh)
    (image if kind == "PNG" else image.convert("RGB")).save(file, kind, **how)
    return file.getvalue()


def heic(page: NDArray[np.uint8]) -> bytes:
    """What an iPhone sends."""
    register_heif("the benchmark's")
    return saved(page, (4000, 3000), "HEIF", quality=80)


def noise() -> bytes:
    """As large a file as is taken."""
    file = io.BytesIO()
    values = np.random.default_rng(0).integers(0, 256, (3300, 4200, 3), np.uint8)
    Image.fromarray(values).save(file, "JPEG", quality=90)
    return file.getvalue()


def good() -> bytes:
    """A page that is read."""
    file = io.BytesIO()
    Image.fromarray(draw_page((640, 480))).save(file, "PNG")
    return file.getvalue()


def post(url: str, content: bytes) -> tuple[int, float, bytes]:
    """Sends a picture; status, seconds and answer."""
    started_s = time.monotonic()
    try:
        with urlopen(Request(f"{url}api/read", content, {"Content-Type": "image/jpeg"}), timeout=60) as answer:
            status, body = answer.status, answer.read()
    except HTTPError as error:
        status, body = error.code, error.read()
    except (URLError, ConnectionError):  # it did not want to hear all of it
        status, body = HUNG_UP, b""
    return status, time.monotonic() - started_s, body


class Memory(threading.Thread):
    """Watches a process and its children.

    Args:
        process: its id.
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._ended = process, threading.Event()
        self.idle_mb = self.most_mb = 0.0
        self.parts_mb: dict[str, float] = {}

    def begin(self) -> None:
        """Begins."""
        self.idle_mb = sum(self._now().values())
        self.start()

    def end(self) -> "Memory":
        """Ends."""
        self._ended.set()
        self.join()
        return self

    def run(self) -> None:
        """Until the end."""
        while not self._ended.wait(SAMPLE_S):
            now_mb = self._now()
            if sum(now_mb.values()) > self.most_mb:
                self.most_mb, self.parts_mb = sum(now_mb.values()), now_mb

    def _now(self) -> dict[str, float]:
        found: dict[str, float] = {}
        shared: dict[int, int] = {}
        for process in (self._process, *children_of(self._process)):
            try:
                command = Path(f"/proc/{process}/cmdline").read_bytes()
                rollup = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
                shared |= dict(_in_memory(process))
            except OSError:  # it has just ended
                continue
            # Gone meanwhile, it has no such line.
            size_kb = next((int(line.split()[1]) for line in rollup if line.startswith("Pss:")), 0)
            name = "decoder" if b"decoder" in command else "camera" if b"holder" in command else "app"
            found[name] = found.get(name, 0.0) + size_kb * 1024 / 1e6
        return {**found, "files in memory": sum(shared.values()) / 1e6}


def _in_memory(process: int) -> Iterator[tuple[int, int]]:
    for path in Path(f"/proc/{process}/fd").iterdir():
        if "memfd:page" in str(path.readlink()):
            about = path.stat()
            yield about.st_ino, about.st_blocks * 512


class running:  # noqa: N801 - a context
    """The app; gives its address and what watches its memory."""

    def __init__(self, log: IO[str]) -> None:
        command = [sys.executable, "-m", "edge_app", "run", "--camera", str(PICTURE), "--preview-port", "0"]
        self._log = log
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)

    def __enter__(self) -> tuple[str, Memory]:
        until_s = time.monotonic() + 60
        while time.monotonic() < until_s:
            self._log.seek(0)
            if found := re.search(r"web page at (http://\S+)", self._log.read()):
                return found[1], Memory(self._process.pid)
            time.sleep(0.1)
        raise SystemExit("expected the app's address within 60 s, got none")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def verdict(answers: list[tuple[str, int, float, bytes]], memory: Memory, last: tuple[int, float, bool]) -> int:
    """Prints what came back; gives the exit code."""
    for kind in dict.fromkeys(name for name, *_ in answers):
        mine = [(status, seconds, body) for name, status, seconds, body in answers if name == kind]
        counts = "  ".join(f"{status}: {count}" for status, count in sorted(Counter(each[0] for each in mine).items()))
        slow_s, said = max(each[1] for each in mine), max(mine)[2][:90]
        print(f"{kind:28s} {len(mine):4d}  {counts:20s} at most {slow_s:5.2f} s  {said!r}")
    slowest = max(seconds for _, _, seconds, _ in answers)
    photo = all(status in {200, 503, HUNG_UP} for name, status, *_ in answers if name.endswith("on its side"))
    parts = ", ".join(f"{name} {size_mb:.0f}" for name, size_mb in memory.parts_mb.items())
    rows = [
        (f"peak of the app, MB ({parts}; idle {memory.idle_mb:.0f})", memory.most_mb, MAX_MB),
        ("slowest answer, s", slowest, MAX_S),
        ("the good one after them, s", last[1], MAX_GOOD_S),
    ]
    for what, value, limit in rows:
        print(f"{what:90s} {value:7.1f}  at most {limit:g}  {'yes' if value <= limit else 'NO'}")
    print(f"the good one is read: {last[0] == 200 and last[2]}; the phone's photo is read: {photo}")
    held = all(value <= limit for _, value, limit in rows) and last[0] == 200 and last[2] and photo
    print("held" if held else "NOT held")
    return int(not held)


if __name__ == "__main__":
    raise SystemExit(main())
