"""Keeps thousands of idle sockets open to a real app with few descriptors; exits 1 if it does not bear that.

Usage: python tests/benchmarks/idle_sockets.py [--sockets N] [--seconds S]
The app runs as `run` does, with a token, under `ulimit -n 1024`. Another process holds the sockets, from one address,
and opens each again that is hung up on. Meanwhile the right request is sent from that address and from another one, and
the process of the camera is killed. Held is: the app lives and ends with 0, frames go on, at most 100 lines of log,
every right request answered within 2 s.
"""

import argparse
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]

DESCRIPTORS = 1024
TOKEN = "the-token-of-this-benchmark"
SAME, OTHER = "127.0.0.1", "127.0.0.2"
OPENED_A_SECOND = 1000
ASK_EVERY_S, ANSWER_S, START_S = 2.0, 2.0, 60.0
MAX_LINES = 100


def main() -> int:
    """Measures, or holds sockets if it is asked to by itself."""
    parser = argparse.ArgumentParser(description="Keeps idle sockets open.")
    parser.add_argument("--sockets", type=int, default=2000, help="(default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="(default: %(default)s)")
    parser.add_argument("--hold", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hold:
        hold(options.hold, options.sockets)
    return measure(options)


def hold(port: int, sockets: int) -> None:
    """Holds that number of sockets until it is killed; what is hung up on is opened again, at a bounded rate."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    selector, held = selectors.DefaultSelector(), 0
    while True:
        ended_s = time.monotonic() + 0.01
        for _ in range(min(OPENED_A_SECOND // 100, sockets - held)):
            opened = socket.socket()
            opened.setblocking(False)
            opened.connect_ex((SAME, port))
            selector.register(opened, selectors.EVENT_READ)
            held += 1
        while (rest_s := ended_s - time.monotonic()) > 0:
            for key, _ in selector.select(rest_s):
                selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
                held -= 1


def measure(options: argparse.Namespace) -> int:
    """Starts the app, floods it, asks it, and judges what is left of it."""
    with tempfile.TemporaryDirectory() as place, (Path(place) / "log").open("w+") as log:
        with running(Path(place), log) as (app, port):
            with flood(port, options.sockets):
                waits_s, frames = watch(app, port, options.seconds)
            app.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                app.wait(10)
        log.seek(0)
        lines = sum(1 for _ in log)
    for address, each in waits_s.items():
        print(f"{len(each)} right requests from {address}: slowest {max(each):.2f} s")
    print(
        f"frames read after the camera's process was killed: {frames}; log lines: {lines}; exit code {app.returncode}"
    )
    slowest_s = max(max(each) for each in waits_s.values())
    held = app.returncode == 0 and frames > 0 and lines <= MAX_LINES and slowest_s <= ANSWER_S
    print("held" if held else "NOT held")
    return int(not held)


@contextmanager
def running(place: Path, log: object) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The app and the port of its page, once it reads frames."""
    (place / "token").write_text(TOKEN)
    flags = ("--camera", "tests/pages/example.jpg", "--preview-port", "0", "--token-file", str(place / "token"))
    command = f'ulimit -n {DESCRIPTORS} && exec "$@"'
    app = subprocess.Popen(
        ["bash", "-c", command, "bash", sys.executable, "-m", "edge_app", "run", *flags],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=log,  # type: ignore[call-overload]
    )
    try:
        end_s = time.monotonic() + START_S
        while not (said := [line for line in (place / "log").read_text().splitlines() if "web page at" in line]):
            if time.monotonic() > end_s or app.poll() is not None:
                raise SystemExit("expected a web page, got none")
            time.sleep(0.1)
        port = urlsplit(said[0].split()[-1]).port or 0
        while frames_read(port, SAME) < 1:
            time.sleep(0.1)
        yield app, port
    finally:
        app.kill()
        app.wait()


@contextmanager
def flood(port: int, sockets: int) -> Iterator[None]:
    """Within the block another process holds sockets."""
    command = [sys.executable, __file__, "--hold", str(port), "--sockets", str(sockets)]
    with subprocess.Popen(command) as holder:
        try:
            yield
        finally:
            holder.kill()


def watch(app: "subprocess.Popen[bytes]", port: int, seconds: float) -> tuple[dict[str, list[float]], int]:
    """The waits for each answer by address; and frames read since the camera's process was killed, a third on."""
    started_s, at_kill = time.monotonic(), -1
    waits_s: dict[str, list[float]] = {SAME: [], OTHER: []}
    last = 0
    while (passed_s := time.monotonic() - started_s) < seconds:
        if at_kill < 0 and passed_s > seconds / 3:
            at_kill = last
            for child in Path(f"/proc/{app.pid}/task/{app.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
        for address, each in waits_s.items():
            asked_s = time.monotonic()
            last = max(last, frames_read(port, address))
            each.append(time.monotonic() - asked_s)
        time.sleep(ASK_EVERY_S)
    return waits_s, last - at_kill


def frames_read(port: int, address: str) -> int:
    """The number of the last frame, asked for with the token from that address; -1 without an answer in 10 s."""
    request = (
        f"GET /api/numbers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n"
    )
    try:
        with socket.create_connection((SAME, port), 5 * ANSWER_S, source_address=(address, 0)) as opened:
            opened.sendall(request.encode())
            answer = b""
            while more := opened.recv(65536):
                answer += more
        return int(json.loads(answer.partition(b"\r\n\r\n")[2])["frame"])
    except (OSError, ValueError, KeyError):
        time.sleep(ANSWER_S)
        return -1


if __name__ == "__main__":
    raise SystemExit(main())
