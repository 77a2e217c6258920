"""Measures what stops fleet updates: malicious announcements, servers and models, then a good model to install.

`python tests/benchmarks/updater.py [--fetch-s S] [--folder DIR]`; exit code 1 unless each is refused within the time
limit of a fetch, a good model behind them is installed, and the peak of memory stays below MAX_MB. All goes through
Debian's mosquitto, which at the start keeps a retained message of 200 MB for the device.
"""

import argparse
import contextlib
import functools
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.mqtt import fleet  # noqa: E402
from edge_app.mqtt.outbox import Outbox  # noqa: E402
from edge_app.mqtt.publisher import MqttOutput  # noqa: E402
from edge_app.mqtt.url import parse_url  # noqa: E402
from edge_app.store.store import ModelStore  # noqa: E402
from tests.edge_app.store.models import SHIPPED, forgetful, not_a_number, variant  # noqa: E402
from tests.hostile_servers import SERVERS, Server, damaged, file  # noqa: E402
from tests.mosquitto import PASSWORD, Mosquitto, Sender, wait_until  # noqa: E402

WANTED = "home/meter/model/set"
LARGE_BYTES, MAX_MB = 200_000_000, 300
# Beside the fetch: the trial of a model that can be parsed, twice.
TRIAL_S = 60.0
NONSENSE = {"nothing": b"", "a path": b'{"version": "1", "sha256": "../../etc/passwd"}', "depth": b"[" * 9_000}


def main() -> int:
    """Runs it and prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measures what stops fleet updates.")
    parser.add_argument("--fetch-s", type=float, default=2.0, help="the time limit of a fetch")
    parser.add_argument("--folder", type=Path, help="for temporary files")
    options = parser.parse_args()
    fleet.FETCH_S = options.fetch_s
    models = {
        **damaged(SHIPPED.content),
        "another hash": variant(1),
        "reads nothing": forgetful(),
        "NaN": not_a_number(),
    }
    good = variant(2)
    answers = {key(name): answer for name, answer in SERVERS.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in models.items()}
    hashes["another hash"] = key("another hash")
    answers |= {hashes[name]: file(content) for name, content in models.items()}
    answers[hashlib.sha256(good).hexdigest()] = file(good)
    payloads = {**NONSENSE, **{name: announced(key(name)) for name in SERVERS}}
    payloads |= {name: announced(sha256) for name, sha256 in hashes.items()}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        server = stack.enter_context(Server(answers))
        (folder / "broker").mkdir()
        broker = stack.enter_context(Mosquitto(folder / "broker"))
        return measure(
            folder, broker, server.url, payloads, announced(hashlib.sha256(good).hexdigest()), options.fetch_s
        )


def measure(folder: Path, broker: Mosquitto, url: str, payloads: dict[str, bytes], good: bytes, fetch_s: float) -> int:
    """Announces all of them in turn; prints what became of each, and returns the exit code."""
    retain = f"from tests.mosquitto import Sender; Sender({broker.port}).send({WANTED!r}, bytes({LARGE_BYTES}), True)"
    subprocess.run([sys.executable, "-c", retain], cwd=ROOT, check=True)
    before_mb = peak_mb()
    out = MqttOutput(parse_url(broker.url()), Outbox(folder / "state"), PASSWORD)
    reports: list[dict[str, Any]] = []

    def report(record: dict[str, Any]) -> None:
        reports.append(record)
        out.state(out.topics.model, record)

    updates = fleet.ModelUpdates(ModelStore(folder / "store"), url + "/{sha256}", None, report)
    out.listen(out.topics.model_wanted, updates.announced)
    wait_until(lambda: len(reports) >= 1, 30)
    # The large message is dropped by the broker, or refused by the device.
    wait_until(lambda: len(reports) >= 2, 10)
    large_mb, refused, slowest_s = peak_mb(), 0, 0.0
    sender = Sender(broker.port)
    for name, payload in payloads.items():
        seen, started_s = len(reports), time.monotonic()
        sender.send(WANTED, payload)
        wait_until(functools.partial(more_than, reports, seen), fetch_s + TRIAL_S)
        came, took_s = (reports[seen:] or [{"status": "NOTHING"}])[0], time.monotonic() - started_s
        print(f"{name:34} {came['status']:10} {took_s:5.1f} s  {came.get('reason', '')[:90]}")
        refused, slowest_s = refused + (came["status"] == "refused"), max(slowest_s, took_s)
    sender.send(WANTED, good)
    installed = wait_until(lambda: reports[-1]["status"] == "installed", fetch_s + TRIAL_S)
    sender.close()
    updates.close()
    out.close()
    rows = {
        "malicious announcements and servers": len(payloads),
        "of them refused and reported": refused,
        "slowest, seconds": round(slowest_s, 1),
        "the good one behind them": "installed" if installed else "NOT INSTALLED",
        "peak before, MB": before_mb,
        "peak with a retained message of 200 MB": large_mb,
    }
    for name, value in rows.items():
        print(f"{name:42} {value}")
    return int(not (installed and refused == len(payloads) and large_mb < MAX_MB))


def more_than(reports: list[dict[str, Any]], seen: int) -> bool:
    """Whether another has come."""
    return len(reports) > seen


def key(name: str) -> str:
    """A hash that no file of these has."""
    return hashlib.sha256(name.encode()).hexdigest()


def announced(sha256: str) -> bytes:
    """What an owner sends."""
    return json.dumps({"version": "1", "sha256": sha256}).encode()


def peak_mb() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    raise SystemExit(main())
