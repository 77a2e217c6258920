"""Measures live reading.

`python tests/benchmarks/live.py [page] [age] [rate] [hangs] [soak]`; exit code 1 if a number is not held.
page: milliseconds that a page of ten digits takes, with a letter, so that the detector looks; on one thread.
age: from capture to the printed line, of a file camera with 30 frames a second. rate: frames a second from libcamera's
virtual camera (needs root), web page and MQTT on, reading bound to one core. hangs: 20 cameras that hang, are
stopped or are killed. soak: memory and open files over 50,000 frames.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader, load_image  # noqa: E402
from edge_app.bench.sample_page import draw_page as draw_ten_digits  # noqa: E402
from edge_app.cameras.supervised import SupervisedCamera  # noqa: E402
from edge_app.files.image import to_luma  # noqa: E402
from edge_app.host.notify import Notifier  # noqa: E402
from edge_app.live.loop import LiveLoop  # noqa: E402
from edge_app.live.photographs import Photographs  # noqa: E402
from edge_app.live.state import LiveState  # noqa: E402
from edge_app.page.drawing import save_image  # noqa: E402
from edge_app.page.stages import Stopwatch  # noqa: E402
from tests.mosquitto import PASSWORD, Mosquitto  # noqa: E402
from tests.virtual_camera.camera import run_before_camera  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.pages.maker import draw_page  # noqa: E402

PAGE = ROOT / "tests" / "pages" / "example.jpg"
PAGES = 20
MAX_AGE_MS, MIN_RATE, HANGS, MAX_RECOVERY_S = 40.0, 60.0, 20, 10.0
MAX_PAGE_MS, READS = 8.0, 15
SOAK_FRAMES, MAX_GROWTH_MB = 50_000, 5.0
# What a process takes on in its first frames (caches, thread stacks) is no leak.
WARM_UP_PART = 0.1


def main() -> int:
    """Runs what was asked for, or all; returns the exit code."""
    measures = {"page": page, "age": age, "rate": rate, "hangs": hangs, "soak": soak}
    parser = argparse.ArgumentParser(description="Measures live reading.")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"{', '.join(measures)} (default: all)")
    held = [measures[name]() for name in parser.parse_args().measures or measures]
    return int(not all(held))


def page() -> bool:
    """As a frame, at which the detector looks once, and as a photo: the quickest of some reads of each, the median."""
    cv2.setNumThreads(1)
    ms = {}
    for name, looks_twice in (("frame", False), ("photo", True)):
        reader = PageReader(DigitClassifier.load(), looks_twice=looks_twice)
        best_ms = []
        for sheet in ten_digits():
            cv2.putText(sheet, "m", (560, 440), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (60,), 2)
            watch = Stopwatch()
            reader.read(sheet, watch)
            if "detector" in watch.stages_ms:
                best_ms.append(1000 * min(timeit.repeat(partial(reader.read, sheet), number=1, repeat=READS)))
        ms[name] = float(np.median(best_ms))
        tell(f"a page of ten digits as a {name}: {ms[name]:.1f} ms, {len(best_ms)} of {PAGES} with the detector")
    return verdict(f"as a frame: <= {MAX_PAGE_MS:.0f} ms", ms["frame"] <= MAX_PAGE_MS)


def age() -> bool:
    """Ten digits, and crowded pages, each shown for a second; the age that each line of output says."""
    p95_ms = {}
    for name, pages in (("ten digits", ten_digits()), ("crowded pages", drawn_pages())):
        with tempfile.TemporaryDirectory() as folder:
            for number, page in enumerate(pages):
                save_image(page, Path(folder) / f"{number:02}.png")
            with app("--camera", folder, "--fps", "30", "--frames", str(PAGES * 30)) as process:
                assert process.stdout is not None
                ages_ms = [json.loads(line)["age_ms"] for line in process.stdout]
        p50, p95_ms[name], p99 = np.percentile(ages_ms, (50, 95, 99))
        tell(f"age at the line, {name}: p50 {p50:.1f}, p95 {p95_ms[name]:.1f}, p99 {p99:.1f} ms, {len(ages_ms)} lines")
    return verdict(f"ten digits, 640x480, 30 fps: p95 <= {MAX_AGE_MS:.0f} ms", p95_ms["ten digits"] <= MAX_AGE_MS)


def rate() -> bool:
    """Frames a second from picamera2, as the app's own web page says it."""
    generator, measured = np.random.default_rng(0), {}
    pages = {"ten digits": draw_ten_digits((640, 480)), "35 digits": to_luma(load_image(PAGE))}
    with tempfile.TemporaryDirectory() as folder, Mosquitto(Path(folder)) as broker:
        # The password goes by the environment.
        os.environ["MQTT_PASSWORD"] = PASSWORD
        for name, page in pages.items():
            noisy = [np.clip(page + generator.normal(0, 3, page.shape), 0, 255).astype(np.uint8) for _ in range(8)]
            done = run_before_camera(noisy, ["python3", "tests/virtual_camera/rate.py", broker.url()])
            if done.returncode:
                tell(done.stderr)
                return verdict("the virtual camera runs", False)
            measured[name] = json.loads(done.stdout.splitlines()[-1])["frames_per_second"]
            tell(f"virtual camera, {name}: {measured[name]:.0f} frames a second (one core for reading, web and MQTT)")
    return verdict(f"ten digits: >= {MIN_RATE:.0f} frames a second", measured["ten digits"] >= MIN_RATE)


def hangs() -> bool:
    """Stops, kills or hangs the camera's process 20 times at random moments; a bystander must stay."""
    recovered, slowest_s, dice, stop, state = 0, 0.0, random.Random(1), threading.Event(), LiveState()
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(["sleep", "1000"]) as bystander:
        shown = Path(folder) / "page.png"
        save_image(draw_ten_digits((640, 480)), shown)
        factory = "tests.edge_app.cameras.ill:hangs_when_told"
        with SupervisedCamera(str(shown), stop=stop, changed=state.camera_changed, factory=factory) as camera:
            reader = PageReader(DigitClassifier.load())
            loop = LiveLoop(camera, reader, [], state, stop, Notifier(), Photographs())
            thread = threading.Thread(target=loop.run)
            thread.start()
            for turn in range(HANGS):
                wait_for_more(lambda: state.now().counters.frames_read, 0)
                time.sleep(dice.uniform(0.2, 1.0))
                restarts = state.now().counters.camera_restarts
                fall_ill(turn, shown, camera)
                started_s = time.monotonic()
                wait_for_more(lambda: state.now().counters.camera_restarts, restarts)
                recovered += wait_for_more(lambda: state.now().counters.frames_read, state.now().counters.frames_read)
                slowest_s = max(slowest_s, time.monotonic() - started_s)
            stop.set()
            thread.join()
        alive = bystander.poll() is None
        bystander.kill()
    tell(f"hangs: {recovered} of {HANGS} recovered, the slowest in {slowest_s:.1f} s; the bystander lives: {alive}")
    held = recovered == HANGS and slowest_s <= MAX_RECOVERY_S and alive
    return verdict(f"{HANGS} of {HANGS} within {MAX_RECOVERY_S:.0f} s, no other process touched", held)


def fall_ill(turn: int, shown: Path, camera: SupervisedCamera) -> None:
    """By turns: the camera hangs once, hangs and hangs again, its process is stopped, or killed."""
    kind = turn % 4
    if kind < 2:
        shown.with_suffix(".hang").write_text("." * (kind + 1))
    elif camera.pid is not None:
        os.kill(camera.pid, signal.SIGSTOP if kind == 2 else signal.SIGKILL)


def soak() -> bool:
    """Memory and open files of the app and of the process that holds its camera, web page on."""
    with tempfile.TemporaryDirectory() as folder:
        for seed, page in enumerate(ten_digits() + drawn_pages()[:4]):
            save_image(page, Path(folder) / f"{seed:02}.png")
        arguments = ("--camera", folder, "--fps", "1000", "--frames", str(SOAK_FRAMES), "--preview-port", "0")
        with app(*arguments, stdout=subprocess.DEVNULL) as process:
            taken: list[tuple[float, float, int]] = []
            started_s = time.monotonic()
            while process.poll() is None:
                taken.append((time.monotonic() - started_s, *usage(process.pid)))
                time.sleep(1.0)
    taken = [each for each in taken if each[1] > 0]
    settled = [each for each in taken if each[0] >= WARM_UP_PART * taken[-1][0]]
    early, late = settled[: len(settled) // 10 + 1], settled[-len(settled) // 10 - 1 :]
    growth_mb = float(np.median([each[1] for each in late]) - np.median([each[1] for each in early]))
    files = max(each[2] for each in late) - max(each[2] for each in early)
    seconds = taken[-1][0]
    tell(f"soak: {SOAK_FRAMES} frames in {seconds:.0f} s ({SOAK_FRAMES / seconds:.0f} a second)")
    tell(f"      memory {growth_mb:+.1f} MB of {late[-1][1]:.0f} MB at the end, open files {files:+d} of {late[-1][2]}")
    return verdict(f"growth <= {MAX_GROWTH_MB:.0f} MB, no more open files", growth_mb <= MAX_GROWTH_MB and files <= 0)


def usage(pid: int) -> tuple[float, int]:
    """Resident memory in MB and open files of a process and its children; (0, 0) when they are gone."""
    try:
        kin = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in kin)
        return pages * os.sysconf("SC_PAGESIZE") / 2**20, sum(
            sum(1 for _ in Path(f"/proc/{each}/fd").iterdir()) for each in kin
        )
    except OSError:
        return 0.0, 0


def ten_digits() -> list[NDArray[np.uint8]]:
    """Sheets of two numbers of five digits each, uint8 (480, 640), of MNIST's test digits."""
    digits, generator = load_mnist(None).test, np.random.default_rng(0)
    sheets = []
    for _ in range(PAGES):
        ink = np.zeros((480, 640), np.float32)
        for place, index in enumerate(generator.integers(0, len(digits.images), 10)):
            top, left = 120 + 140 * (place // 5), 80 + 100 * (place % 5)
            ink[top : top + 84, left : left + 84] = np.kron(digits.images[index], np.ones((3, 3)))
        paper = 200 - 0.6 * cv2.GaussianBlur(ink, (5, 5), 0) + generator.normal(0, 3, ink.shape)
        sheets.append(np.clip(paper, 0, 255).astype(np.uint8))
    return sheets


def drawn_pages() -> list[NDArray[np.uint8]]:
    """Pages of numbers, uint8 (480, 640, 3), of MNIST's test digits."""
    digits = load_mnist(None).test
    return [draw_page(digits, seed, (640, 480), "numbers").image for seed in range(PAGES)]


def app(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """`python -m edge_app run`."""
    command = [sys.executable, "-m", "edge_app", "run", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=stdout, stderr=subprocess.DEVNULL, text=True)


def wait_for_more(count: Callable[[], int], than: int) -> bool:
    """Whether it came to more in time."""
    end_s = time.monotonic() + MAX_RECOVERY_S
    while time.monotonic() < end_s:
        if count() > than:
            return True
        time.sleep(0.01)
    return False


def tell(text: str) -> None:
    """Prints at once."""
    print(text, flush=True)


def verdict(asked: str, held: bool) -> bool:
    """Prints whether a number is held."""
    tell(f"      {asked}: {'yes' if held else 'NO'}")
    return held


if __name__ == "__main__":
    raise SystemExit(main())
