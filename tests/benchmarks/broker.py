"""Measures delivery by MQTT: 1,000 numbers, the broker (Debian's mosquitto) killed 10 times meanwhile.

`python tests/benchmarks/broker.py [--numbers N] [--kills K]`; exit code 1 unless all arrive, in order, none twice.
What was passed on but not acknowledged when the broker was killed, QoS 1 repeats under the same id; listeners drop it
by that, and the table says how many such there were: by the broker's own session (marked DUP), and by this project.
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.live.event import NumberEvent  # noqa: E402
from edge_app.mqtt.outbox import Outbox  # noqa: E402
from edge_app.mqtt.publisher import MqttOutput  # noqa: E402
from edge_app.mqtt.url import parse_url  # noqa: E402
from tests.mosquitto import PASSWORD, Listener, Mosquitto, wait_until  # noqa: E402

TOPIC = "home/meter/number"


def main() -> int:
    """Runs it and prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measures delivery by MQTT over a broker that is killed.")
    parser.add_argument("--numbers", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Mosquitto(Path(folder)) as broker:
        listener = Listener(broker)
        listener.subscribed.wait(10)
        out = MqttOutput(parse_url(broker.url()), Outbox(Path(folder) / "state"), PASSWORD)
        killer = threading.Thread(target=kill, args=(broker, listener, options.kills))
        killer.start()
        number = 0
        while number < options.numbers or killer.is_alive():
            if number < options.numbers:
                out.publish(NumberEvent("read", str(number), None, number, (0, 0, 1, 1), 0.9, number, time.time(), 1.0))
                number += 1
            time.sleep(0.03)
        wait_until(lambda: len({each["id"] for each in listener.all(TOPIC)}) >= options.numbers, 60)
        out.close()
        listener.close()
        heard, repeats = listener.all(TOPIC), listener.repeats
    return report(heard, repeats, options.numbers, options.kills, time.monotonic() - started_s)


def kill(broker: Mosquitto, listener: Listener, kills: int) -> None:
    """Kills the broker and starts it again, each time once the listener is back."""
    for _ in range(kills):
        listener.subscribed.wait(30)
        time.sleep(1.0)
        broker.kill()
        time.sleep(0.5)
        broker.start()


def report(heard: list[dict[str, object]], repeats: int, numbers: int, kills: int, seconds: float) -> int:
    """Prints what arrived; returns the exit code."""
    first = list({each["id"]: each for each in heard}.values())
    texts = [each["text"] for each in first]
    wanted = [str(number) for number in range(numbers)]
    rows = {
        "broker killed": kills,
        "numbers told": numbers,
        "delivered": len(set(texts) & set(wanted)),
        "in order": "yes" if texts == wanted else "NO",
        "repeated by the broker": repeats,
        "repeated by this project": len(heard) - len(first) - repeats,
        "twice under another id": len(texts) - len(set(texts)),
        "seconds": round(seconds),
    }
    for name, value in rows.items():
        print(f"{name:30} {value}")
    return int(texts != wanted)


if __name__ == "__main__":
    raise SystemExit(main())
