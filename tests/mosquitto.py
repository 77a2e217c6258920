"""Debian's mosquitto, started, killed and started again by tests and benchmarks."""

import contextlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.parts import find_program

USER, PASSWORD = "meter", "correct horse"
NEEDS = ("mosquitto", "mosquitto_passwd", "openssl")


class Mosquitto:
    """A broker on a free port of loopback that asks for a password, and keeps its sessions on disk.

    Args:
        folder: for its files.
        tls: whether it speaks TLS, with a certificate of `ca`.
    """

    def __init__(self, folder: Path, tls: bool = False) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.ca = folder / "ca.pem" if tls else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        if tls:
            _make_certificates(folder)
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {folder}/passwords",
            "user root",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_on_changes true",
            "autosave_interval 1",
            "max_queued_messages 0",
        ]
        lines += [f"cafile {folder}/ca.pem", f"certfile {folder}/cert.pem", f"keyfile {folder}/key.pem"] if tls else []
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        passwords = str(find_program("mosquitto_passwd"))
        subprocess.run([passwords, "-c", "-b", folder / "passwords", USER, PASSWORD], check=True, capture_output=True)

    def url(self, topic: str = "home/meter") -> str:
        """As --mqtt takes it."""
        return f"mqtt{'' if self.ca is None else 's'}://{USER}@localhost:{self.port}/{topic}"

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        command = [str(find_program("mosquitto")), "-c", str(self._folder / "mosquitto.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(3000):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError("mosquitto does not listen")

    def kill(self) -> None:
        """Ends it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        """Started."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Killed."""
        self.kill()


class Listener:
    """Somebody who listens to all topics, and stays a member of the session while the broker is away."""

    def __init__(self, broker: Mosquitto, password: str = PASSWORD) -> None:
        self.heard: list[tuple[str, Any]] = []
        # Messages that the broker sent again because it forgot, killed, that this had acknowledged them.
        self.repeats = 0
        self.subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="listener", clean_session=False)
        self._client.username_pw_set(USER, password)
        if broker.ca is not None:
            self._client.tls_set(str(broker.ca))
        self._client.reconnect_delay_set(1, 1)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_disconnect = lambda *_: self.subscribed.clear()
        self._client.on_subscribe = lambda *_: self.subscribed.set()
        self._client.connect("localhost", broker.port)
        self._client.loop_start()

    def last(self, topic: str) -> Any:
        """The last thing heard on a topic."""
        return next((payload for name, payload in reversed(self.heard) if name == topic), None)

    def all(self, topic: str) -> list[Any]:
        """Everything heard on a topic."""
        return [payload for name, payload in self.heard if name == topic]

    def send(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Says something itself."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def close(self) -> None:
        """Leaves."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        # Each new subscription brings what is retained once more.
        if message.retain and self.last(message.topic) is not None:
            return
        self.repeats += message.dup
        text = message.payload.decode()
        self.heard.append((message.topic, json.loads(text) if text.startswith("{") else text))


class Sender:
    """Somebody who only says something, in MQTT 3.1.1, to a broker on loopback."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(USER, PASSWORD)
        self._client.connect("localhost", port)
        self._client.loop_start()

    def send(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Says it, and waits until the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(60)

    def close(self) -> None:
        """Leaves."""
        self._client.disconnect()
        self._client.loop_stop()


def wait_until(happened: Callable[[], bool], patience_s: float = 60.0) -> bool:
    """Whether it happened in time."""
    end_s = time.monotonic() + patience_s
    while not happened() and time.monotonic() < end_s:
        time.sleep(0.02)
    return happened()


def _make_certificates(folder: Path) -> None:
    """An authority, and a certificate of it for localhost."""
    (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj"]
    for command in (
        [*new, "/CN=test authority", "-x509", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem"],
        [*new, "/CN=localhost", "-keyout", "key.pem", "-out", "request.pem"],
        [
            *("openssl", "x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "2", "-extfile", "san", "-out", "cert.pem"),
        ],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
