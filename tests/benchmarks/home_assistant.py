"""Starts Home Assistant beside a broker, tells it numbers and fields of a form, and prints the states of its entities.

`python tests/benchmarks/home_assistant.py HASS`; HASS is Home Assistant's own program, in a venv of its own:
    python3.13 -m venv ha && ha/bin/pip install homeassistant paho-mqtt aiohttp_cors janus fnv-hash-fast \
        home-assistant-frontend securetar "josepy<2" psutil-home-assistant SQLAlchemy Pillow PyTurboJPEG hassil \
        home-assistant-intents mutagen ha-ffmpeg \
        -c ha/lib/python3.13/site-packages/homeassistant/package_constraints.txt
All is new and on loopback: the user is made, and MQTT is set up, through Home Assistant's own pages. Exit code 1 unless
every entity is there with the state, unit, classes and attributes that were published, and goes with its publisher.
"""

import argparse
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.forms.fields import Field  # noqa: E402
from edge_app.live.event import NumberEvent  # noqa: E402
from edge_app.live.form_watch import FieldNow  # noqa: E402
from edge_app.mqtt.discovery import configurations  # noqa: E402
from edge_app.mqtt.form_fields import FormOutput, field_configurations  # noqa: E402
from edge_app.mqtt.outbox import Outbox  # noqa: E402
from edge_app.mqtt.publisher import MqttOutput  # noqa: E402
from edge_app.mqtt.url import parse_url  # noqa: E402
from tests.mosquitto import PASSWORD, USER, Mosquitto, wait_until  # noqa: E402

START_S, PATIENCE_S = 900.0, 120.0
CLIENT = "http://127.0.0.1/"
FIELDS = (
    Field(
        "water", (0.0, 0.0, 0.2, 1.0), "[0-9]{5}", scale=Decimal("0.001"), unit="m³", device_class="water",
        state_class="total_increasing",
    ),
    Field("post code", (0.2, 0.0, 0.4, 1.0), "[0-9]{5}"),
    Field("größe", (0.4, 0.0, 0.6, 1.0), "[0-9]{2}", max=Decimal(60)),
    Field("amount", (0.6, 0.0, 0.8, 1.0), "[0-9]{3,6}", scale=Decimal("0.01"), unit="EUR", device_class="monetary"),
    Field("later", (0.8, 0.0, 0.9, 1.0), "[0-9]{2}", max=Decimal(60)),
    Field("note", (0.9, 0.0, 1.0, 1.0), "[0-9]{3}"),
)  # fmt: skip
NOW = (
    FieldNow("water", "00417", Decimal("0.417"), "read", 0.98),
    FieldNow("post code", "01067", Decimal(1067), "read", 0.97),
    FieldNow("größe", "42", Decimal(42), "doubtful", 0.5, guess="47"),
    FieldNow("amount", "12750", Decimal("127.50"), "read", 0.99, held="99999", reason="a step too large"),
    FieldNow("later", None, None, "blank", 0.99),
    FieldNow("note", None, None, "refused", 0.0, rejected="4O8"),
)
# By what ends an entity's name: its state, and attributes that it must have.
WANTED: dict[str, tuple[str, dict[str, Any]]] = {
    "_number": ("4081", {"event": "read", "confidence": 0.9}),
    "_doubtful": ("off", {"device_class": "problem", "alarm": False}),
    "_field_water": (
        "0.417",
        {"unit_of_measurement": "m³", "device_class": "water", "state_class": "total_increasing", "doubtful": False},
    ),
    "_field_post_code": ("01067", {"reading": "read"}),
    "_field_größe": ("42", {"doubtful": True, "guess": "47"}),
    "_field_amount": ("127.5", {"unit_of_measurement": "EUR", "device_class": "monetary", "held": "99999"}),
    "_field_later": ("unknown", {"reading": "blank"}),
    "_field_note": ("unknown", {"reading": "refused", "doubtful": True, "rejected": "4O8"}),
}


def main() -> int:
    """Runs it and prints the states; returns the exit code."""
    parser = argparse.ArgumentParser(description="Reads the states of Home Assistant's entities.")
    parser.add_argument("hass", type=Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = stack.enter_context(Mosquitto(folder))
        home = stack.enter_context(HomeAssistant(options.hass, folder / "home"))
        print(f"Home Assistant {home.version()}")
        home.set_up_mqtt(broker.port)
        out = MqttOutput(parse_url(broker.url()), Outbox(folder / "state"), PASSWORD, fields=FIELDS)
        stack.callback(out.close)
        tell(out)
        wanted = by_entity(out)
        wait_until(lambda: not differences(home.states(), wanted), PATIENCE_S)
        failed = report(home.states(), wanted)
        out.close()
        gone: dict[str, tuple[str, dict[str, Any]]] = {name: ("unavailable", {}) for name in wanted}
        wait_until(lambda: not differences(home.states(), gone), PATIENCE_S)
        left = differences(home.states(), gone)
        print(f"unavailable after the publisher left: {len(gone) - len(left)} of {len(gone)}")
        complaints = home.complaints()
        print(f"complaints about MQTT in its log: {len(complaints)}", *complaints, sep="\n  ")
    return int(bool(failed or left or complaints))


def tell(out: MqttOutput) -> None:
    """Publishes a number, the drift, and the fields."""
    out.publish(NumberEvent("read", "4081", None, 1, (0, 0, 9, 9), 0.9, 1, time.time(), 1.0))
    out.state(out.topics.drift, {"alarm": False, "doubtful": 0.01})
    FormOutput(out).tell(NOW)


def by_entity(out: MqttOutput) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is wanted by the name of the entity that its configuration asks for."""
    texts = {**configurations(out.topics, "1"), **field_configurations(out.topics, "1", FIELDS)}
    names = [json.loads(text)["default_entity_id"] for text in texts.values()]
    # In the order of the fields, as WANTED is; a name's letters beyond ASCII are a hash.
    return dict(zip(names, WANTED.values(), strict=True))


def differences(states: dict[str, dict[str, Any]], wanted: dict[str, tuple[str, dict[str, Any]]]) -> list[str]:
    """Entities that are not as wanted."""
    return [
        name
        for name, (state, attributes) in wanted.items()
        if name not in states
        or states[name]["state"] != state
        or any(states[name]["attributes"].get(key) != value for key, value in attributes.items())
    ]


def report(states: dict[str, dict[str, Any]], wanted: dict[str, tuple[str, dict[str, Any]]]) -> list[str]:
    """Prints each entity; returns those that are not as wanted."""
    wrong = differences(states, wanted)
    for name, (state, attributes) in wanted.items():
        got = states.get(name, {"state": "(no such entity)", "attributes": {}})
        shown = {key: got["attributes"].get(key) for key in attributes}
        mark = f"WRONG, wanted {state} {attributes}" if name in wrong else "as wanted"
        print(f"  {name:48} {got['state']:12} {json.dumps(shown, ensure_ascii=False)}  {mark}")
    return wrong


class HomeAssistant:
    """A new one, on loopback alone; a context manager.

    Args:
        program: hass.
        folder: for its files.
    """

    def __init__(self, program: Path, folder: Path) -> None:
        folder.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        (folder / "configuration.yaml").write_text(
            f"http:\n  server_host: 127.0.0.1\n  server_port: {self._port}\napi:\nauth:\nconfig:\nonboarding:\n"
            "logger:\n  default: warning\n"
        )
        self._log = folder / "home-assistant.log"
        self._command = [str(program), "--config", str(folder), "--skip-pip"]
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    def __enter__(self) -> "HomeAssistant":
        """Started, and with a user."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not wait_until(self._answers, START_S):
            raise RuntimeError(f"Home Assistant does not answer; {self._log}")
        user = {"name": "Ann", "username": "ann", "password": "correct horse", "client_id": CLIENT, "language": "en"}
        code = self.ask("/api/onboarding/users", user)["auth_code"]
        grant = {"grant_type": "authorization_code", "code": code, "client_id": CLIENT}
        self._token = self._request("/auth/token", urllib.parse.urlencode(grant).encode())["access_token"]
        return self

    def __exit__(self, *_: object) -> None:
        """Ended."""
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(60)
            self._process.kill()
            self._process.wait()

    def version(self) -> str:
        """Of itself."""
        return str(self.ask("/api/config")["version"])

    def set_up_mqtt(self, port: int) -> None:
        """Adds the integration, as its dialog does."""
        flow = self.ask("/api/config/config_entries/flow", {"handler": "mqtt"})
        entries = {"broker": "127.0.0.1", "port": port, "username": USER, "password": PASSWORD}
        done = self.ask(f"/api/config/config_entries/flow/{flow['flow_id']}", entries)
        if done["type"] != "create_entry":
            raise RuntimeError(f"MQTT is not set up: {done}")

    def states(self) -> dict[str, dict[str, Any]]:
        """All entities by name."""
        return {each["entity_id"]: each for each in self.ask("/api/states")}

    def complaints(self) -> list[str]:
        """Lines of its log about MQTT that are warnings or worse."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [line for line in lines if "mqtt" in line.lower() and ("WARNING" in line or "ERROR" in line)]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Its answer in JSON."""
        return self._request(path, None if body is None else json.dumps(body).encode(), "application/json")

    def _request(self, path: str, body: bytes | None, kind: str = "application/x-www-form-urlencoded") -> Any:
        headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return isinstance(self.ask("/api/onboarding"), list)
        return False


if __name__ == "__main__":
    raise SystemExit(main())
