"""Sends thousands of malformed and hostile requests to a real server; exits 1 if one of them does harm.

Usage: python tests/benchmarks/hostile.py [--requests N] [--seed N]
The server runs as `run` has it, in a process of its own that reads frames meanwhile: one without a token, one with.
Harm is: an answer 5xx but 503 ("come again"), a traceback, an end of the process, frames that are no longer read, or a
file opened, a program started or a connection made that lies outside of Python, this package and its models.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app import DigitClassifier, PageReader  # noqa: E402
from edge_app.bench.sample_page import ROWS, draw_page  # noqa: E402
from edge_app.cameras.camera import Frame  # noqa: E402
from edge_app.collect.collector import Collector  # noqa: E402
from edge_app.collect.queue import CropQueue  # noqa: E402
from edge_app.live.state import LiveState  # noqa: E402
from edge_app.web import connection, receiving  # noqa: E402
from edge_app.web.access import Access  # noqa: E402
from edge_app.web.app import create_app  # noqa: E402
from edge_app.web.info import Info  # noqa: E402
from edge_app.web.server import WebServer  # noqa: E402
from tests.benchmarks.hostile_requests import KINDS, encoded, request  # noqa: E402

LINES_AT_ONCE = 12
DRIPPING = 30
ANSWER_S = 60.0
WATCHED = (
    "open",
    "os.listdir",
    "os.scandir",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "socket.connect",
)


def main() -> int:
    """Sends, or serves if it is asked to by itself."""
    parser = argparse.ArgumentParser(description="Sends hostile requests.")
    parser.add_argument("--requests", type=int, default=8000, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.serve:
        return attack(options)
    with tempfile.TemporaryDirectory() as place:
        return serve(Path(place))


def serve(place: Path) -> int:
    """Reads frames and serves, collecting in a folder, until standard input ends; then tells what was touched."""
    # So that it takes minutes and not hours: clients that never come to an end are many here.
    connection.HEAD_S, connection.REST_S, receiving.BODY_S = 1.0, 1.0, 2.0
    touched: Counter[str] = Counter()
    state = LiveState()
    classifier = DigitClassifier.load()
    reader, luma = PageReader(classifier), draw_page((640, 480))
    collector = Collector(CropQueue(place, "ann"))
    servers = []
    for access in (Access(), Access("the-token-of-this-benchmark")):
        info = Info(classifier.runtime)
        app = create_app(state, lambda: PageReader(DigitClassifier.load()), access, info, None, collector)
        servers.append(WebServer(app, "127.0.0.1", 0))
        servers[-1].start()
    sys.addaudithook(lambda event, what: touched.update(_outside(event, what, place)))
    # The watch itself is tried first.
    Path(os.devnull).read_bytes()
    if not touched.pop(f"open {os.devnull}", 0):
        raise SystemExit("expected the audit hook to see a file that is opened, got nothing")
    print(json.dumps([server.url for server in servers]), flush=True)
    ended = threading.Event()
    threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
    number = 0
    while not ended.wait(1 / 30):
        captured_s = time.monotonic()
        state.show(Frame(luma, number, captured_s), reader.read(luma), [], [], time.monotonic() - captured_s)
        number += 1
    for server in servers:
        server.close()
    print(json.dumps({"touched": touched, "frames": number}), flush=True)
    return 0


def _wait_for_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def _outside(event: str, what: tuple[Any, ...], place: Path) -> Iterator[str]:
    """Names what lies outside, out of an audit event."""
    if event not in WATCHED:
        return
    path = os.fsdecode(what[0]) if isinstance(what[0], (str, bytes, os.PathLike)) else None
    if event == "open" and path is None:  # a file descriptor, opened before
        return
    inside = (
        sys.prefix,
        sys.base_prefix,
        str(ROOT / "edge_app"),
        str(ROOT / "models"),
        str(place),
        f"/proc/{os.getpid()}/",
        "/proc/stat",
    )
    # Process metrics name this process "self".
    if path is None or not path.startswith((*inside, "/proc/self/")):
        yield f"{event} {path or what}"


@dataclass
class Tally:
    """What came back."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, answer: str) -> None:
        """Counts one."""
        with self.lock:
            self.answers[kind, answer] += 1


def attack(options: argparse.Namespace) -> int:
    """Starts the server, sends everything, and looks at what is left of it."""
    tally = Tally()
    with tempfile.TemporaryFile("w+") as log:
        command = [sys.executable, __file__, "--serve"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as child:
            if child.stdin is None or child.stdout is None:
                raise SystemExit("expected pipes")
            urls = json.loads(child.stdout.readline())
            drips = [drip(url) for url in urls for _ in range(DRIPPING // 2)]
            with ThreadPoolExecutor(LINES_AT_ONCE) as pool:
                for number in range(options.requests - DRIPPING):
                    pool.submit(send_one, options.seed + number, urls, tally)
            for connection in drips:
                tally.add("slowloris", dripped(connection))
            alive = {name: works(urls[0]) for name, works in CHECKS.items()}
            ended = child.poll()
            child.stdin.close()
            report = json.loads(child.stdout.readline() or "{}")
        return verdict(tally, alive, report, ended, log)


def send_one(seed: int, urls: list[str], tally: Tally) -> None:
    """One request of a random kind on a connection of its own."""
    rng = random.Random(seed)
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    tally.add(kind.__name__, exchange(rng.choices(urls, (3, 1))[0], kind(rng), cut=rng.random() < 0.1))


def exchange(url: str, sent: bytes, cut: bool = False) -> str:
    """Sends bytes; gives the status of the answer, or how the connection ended."""
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port), timeout=ANSWER_S) as connection:
            if cut:
                connection.sendall(sent[: len(sent) // 2])
                return "left half-way"
            with suppress(ConnectionError):  # it may refuse before all is sent
                connection.sendall(sent)
            return status_of(connection.recv(4096))
    except TimeoutError:
        return "no answer"
    except ConnectionError:
        return "hung up"


def status_of(answer: bytes) -> str:
    """The status in an answer's first line."""
    return answer.split(b" ", 2)[1].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "hung up"


def drip(url: str) -> socket.socket:
    """Begins a request that never ends."""
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=ANSWER_S)
    connection.sendall(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nX: ")
    return connection


def dripped(connection: socket.socket) -> str:
    """What has become of it."""
    with connection, suppress(ConnectionError):
        connection.sendall(b"y")
        return status_of(connection.recv(4096))
    return "hung up"


def healthy(url: str) -> bool:
    """Whether frames are still read."""
    return exchange(url, request("GET", "/healthz")) == "200"


def reads(url: str) -> bool:
    """Whether an upload is still read."""
    from PIL import Image

    place = urlsplit(url)
    body = request(
        "POST", "/api/read", encoded(Image.fromarray(draw_page((640, 480))), "PNG"), Content_Type="image/png"
    )
    with socket.create_connection((place.hostname, place.port), timeout=ANSWER_S) as connection:
        connection.sendall(body)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return bool(json.loads(answer.partition(b"\r\n\r\n")[2]).get("text") == "\n".join(ROWS))


CHECKS = {"frames are read": healthy, "uploads are read": reads}


def verdict(tally: Tally, alive: dict[str, bool], report: dict[str, Any], ended: int | None, log: IO[str]) -> int:
    """Prints what came back; gives the exit code."""
    kinds = sorted({kind for kind, _ in tally.answers})
    for kind in kinds:
        counts = sorted((answer, count) for (of, answer), count in tally.answers.items() if of == kind)
        total = sum(count for _, count in counts)
        print(f"{kind:12s} {total:5d}  " + "  ".join(f"{answer}: {count}" for answer, count in counts))
    log.seek(0)
    said = log.read()
    print(said[said.index("Traceback") :][:5000] if "Traceback" in said else "", end="")
    harm = {
        "answers 5xx but 503": sum(
            count for (_, answer), count in tally.answers.items() if answer.startswith("5") and answer != "503"
        ),
        "unanswered": sum(count for (_, answer), count in tally.answers.items() if answer == "no answer"),
        "tracebacks": said.count("Traceback"),
        "files, programs, connections outside": sum(report.get("touched", {"no report": 1}).values()),
        "ends of the process": int(ended is not None),
        **{f"not any more: {name}": int(not held) for name, held in alive.items()},
    }
    print(f"{sum(tally.answers.values())} requests, {report.get('frames')} frames read meanwhile")
    print("\n".join(f"{count:5d}  {name}" for name, count in harm.items()), report.get("touched") or "")
    print("NOT held" if any(harm.values()) else "held")
    return int(any(harm.values()))


if __name__ == "__main__":
    raise SystemExit(main())
