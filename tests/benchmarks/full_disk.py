"""Measures what MQTT loses on a full disk: a small one of its own is filled, numbers are told, then it is freed.

`sudo python tests/benchmarks/full_disk.py [--seconds S] [--folder DIR]`; exit code 1 unless all of them arrive, in
order, none twice, without a restart. It mounts 1 MB of memory as that disk, and kills the broker (Debian's mosquitto,
on another disk) while it is full, and starts it again.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.live.event import NumberEvent  # noqa: E402
from edge_app.mqtt.outbox import Outbox  # noqa: E402
from edge_app.mqtt.publisher import MqttOutput  # noqa: E402
from edge_app.mqtt.url import parse_url  # noqa: E402
from tests.mosquitto import PASSWORD, Listener, Mosquitto, wait_until  # noqa: E402
from tests.small_disk import fill, small_disk  # noqa: E402

TOPIC, INTERVAL_S = "home/meter/number", 0.05


def main() -> int:
    """Runs it and prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measures what MQTT loses on a full disk.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long it is full")
    parser.add_argument("--folder", type=Path, help="for temporary files")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        (folder / "broker").mkdir()
        disk = stack.enter_context(small_disk(folder / "disk"))
        broker = stack.enter_context(Mosquitto(folder / "broker"))
        listener = Listener(broker)
        listener.subscribed.wait(10)
        out = MqttOutput(parse_url(broker.url()), Outbox(disk), PASSWORD)
        told = 0
        for phase, seconds in (("room", 5.0), ("full", options.seconds), ("room", 5.0)):
            filled = fill(disk) if phase == "full" else None
            for part in (1, 2, 3):
                if phase == "full" and part != 2:
                    broker.kill() if part == 1 else broker.start()
                for number in numbers_for(seconds / 3, told):
                    out.publish(NumberEvent("read", str(number), None, number, (0, 0, 1, 1), 0.9, 1, time.time(), 1.0))
                    told = number + 1
            if filled is not None:
                filled.unlink()
        wait_until(lambda: len({each["id"] for each in listener.all(TOPIC)}) >= told, 30)
        out.close()
        listener.close()
        return report(listener.all(TOPIC), told, options.seconds)


def numbers_for(seconds: float, first: int) -> Iterator[int]:
    """Numbers from the first on, for that number of seconds."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        yield first
        first += 1
        time.sleep(INTERVAL_S)


def report(heard: list[dict[str, object]], told: int, seconds: float) -> int:
    """Prints what arrived; returns the exit code."""
    texts = [each["text"] for each in {each["id"]: each for each in heard}.values()]
    wanted = [str(number) for number in range(told)]
    rows = {
        "disk full, seconds": round(seconds),
        "numbers told": told,
        "lost": len(set(wanted) - set(texts)),
        "in order": "yes" if texts == wanted else "NO",
        "twice under another id": len(texts) - len(set(texts)),
    }
    for name, value in rows.items():
        print(f"{name:30} {value}")
    return int(texts != wanted)


if __name__ == "__main__":
    raise SystemExit(main())
