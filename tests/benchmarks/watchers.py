"""Prints how much slower frames are read while 20 browsers watch; exits 1 if by more than 10 %.

Usage: python tests/benchmarks/watchers.py [--watchers N] [--rounds N] [--seconds S]
This process reads frames as fast as it can, with the web page in a thread, as `run` does. Another process watches: each
watcher takes the stream and the events, as a browser's page does; a quarter of them is slow and one takes nothing.
Rounds with and without watchers alternate, and each pair is compared, so that whatever else the machine does falls on
both.
"""

import argparse
import itertools
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.bench.sample_page import draw_page  # noqa: E402
from edge_app.cameras.camera import Frame  # noqa: E402
from edge_app.live.state import LiveState  # noqa: E402
from edge_app.web.access import Access  # noqa: E402
from edge_app.web.app import create_app  # noqa: E402
from edge_app.web.info import Info  # noqa: E402
from edge_app.web.server import WebServer  # noqa: E402

MAX_FALL = 0.10
TAKE_EVERY_S = 0.1
TAKE_BYTES, SLOW_BYTES = 1 << 20, 2000
SETTLE_S = 0.7


def main() -> int:
    """Measures, or watches if it is asked to by itself."""
    parser = argparse.ArgumentParser(description="Measures what watchers cost.")
    parser.add_argument("--watchers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=20, help="of each kind (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each round (default: %(default)s)")
    parser.add_argument("--watch", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watch:
        watch(options.watch, options.watchers)
        return 0
    return measure(options)


def measure(options: argparse.Namespace) -> int:
    """Reads frames with and without watchers."""
    state = LiveState()
    classifier = DigitClassifier.load()
    loop = ReadingLoop(state, PageReader(classifier))
    server = WebServer(
        create_app(state, lambda: PageReader(classifier), Access(), Info(classifier.runtime)), "127.0.0.1", 0
    )
    server.start()
    alone, watched = [], []
    print("round   alone  watched  (frames a second)")
    loop.run(SETTLE_S)
    for number in range(options.rounds):
        alone.append(loop.run(options.seconds))
        with watching(server.url, options.watchers) as watchers:
            loop.run(SETTLE_S)
            watched.append(loop.run(options.seconds))
            if watchers.poll() is not None:
                raise SystemExit("expected watchers that watch, got their process ended")
        loop.run(SETTLE_S)
        print(f"{number + 1:5d} {alone[-1]:7.1f} {watched[-1]:8.1f}", flush=True)
    server.close()
    ratio = statistics.median(with_them / without for with_them, without in zip(watched, alone, strict=True))
    print(f"median {statistics.median(alone):6.1f} {statistics.median(watched):8.1f}")
    print(f"{options.watchers} watchers: {ratio:.3f} of the rate without, median of pairs; at least {1 - MAX_FALL:.2f}")
    return int(ratio < 1 - MAX_FALL)


class ReadingLoop:
    """Reads frames as fast as it can in this thread."""

    def __init__(self, state: LiveState, reader: PageReader) -> None:
        self._state, self._reader = state, reader
        self._frames = [draw_page((640, 480), seed) for seed in range(4)]
        self._numbers = itertools.count()

    def run(self, seconds: float) -> float:
        """Reads for that long; gives frames a second."""
        started_s = time.perf_counter()
        for count in itertools.count(1):
            number = next(self._numbers)
            luma, frame_s = self._frames[number % len(self._frames)], time.monotonic()
            page = self._reader.read(luma)
            self._state.show(Frame(luma, number, frame_s), page, [], [], time.monotonic() - frame_s)
            elapsed_s = time.perf_counter() - started_s
            if elapsed_s >= seconds:
                return count / elapsed_s
        raise AssertionError


@contextmanager
def watching(url: str, watchers: int) -> Iterator[subprocess.Popen[bytes]]:
    """Watchers in a process of their own; begins when all have a picture."""
    command = [sys.executable, __file__, "--watch", url, "--watchers", str(watchers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        if process.stdout is None or process.stdout.readline() != b"all watch\n":
            raise SystemExit("expected watchers to connect, got none")
        try:
            yield process
        finally:
            process.kill()


def watch(url: str, watchers: int) -> None:
    """Watches until it is killed."""
    paces = [TAKE_BYTES if n % 4 else SLOW_BYTES for n in range(watchers)]
    paces[-1] = 0
    taken = [(connect(url, "/stream.mjpg"), pace) for pace in paces]
    taken += [(connect(url, "/api/events"), TAKE_BYTES) for _ in paces]
    print("all watch", flush=True)
    # By the clock and not as it comes: other machines' browsers would not take time from this one's cores.
    while True:
        time.sleep(TAKE_EVERY_S)
        for connection, size in taken:
            with suppress(BlockingIOError):
                if size and not connection.recv(size):
                    raise SystemExit("expected the stream to go on, got its end")


def connect(url: str, path: str) -> socket.socket:
    """Asks for one endless answer."""
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    if b" 200 " not in (status := connection.recv(100)):
        raise SystemExit(f"expected 200 from {path}, got {status!r}")
    connection.setblocking(False)
    return connection


if __name__ == "__main__":
    raise SystemExit(main())
