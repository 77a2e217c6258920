"""Which protocol a broker is spoken to in."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_app.mqtt.outbox import Outbox
from edge_app.mqtt.publisher import MqttOutput
from edge_app.mqtt.url import parse_url
from tests.mosquitto import wait_until

CONNECT, LEVEL, MQTT_5, MQTT_3 = 1, 8, 5, 4


class OldBroker(socketserver.ThreadingTCPServer):
    """Knows MQTT 3.1.1 alone, and says so as that standard asks; keeps the levels that it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        self.levels: list[int] = []
        super().__init__(("127.0.0.1", 0), Connection)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Connection(socketserver.BaseRequestHandler):
    """One of a client."""

    server: OldBroker

    def handle(self) -> None:
        """Answers CONNECT, and takes what follows."""
        asked = self.request.recv(1000)
        self.server.levels.append(asked[LEVEL])
        self.request.sendall(bytes((0x20, 2, 0, asked[LEVEL] != MQTT_3)))
        while asked[LEVEL] == MQTT_3 and self.request.recv(1000):
            pass


@pytest.fixture
def old_broker() -> Iterator[OldBroker]:
    """A running one."""
    with OldBroker() as running:
        yield running
        running.shutdown()


def test_an_old_broker_is_spoken_to_in_its_protocol(old_broker: OldBroker, tmp_path: Path) -> None:
    """At once, after it refused the newer one."""
    out = MqttOutput(parse_url(f"mqtt://127.0.0.1:{old_broker.server_address[1]}/a"), Outbox(tmp_path))
    assert wait_until(out._connected.is_set)
    out.close()
    assert old_broker.levels == [MQTT_5, MQTT_3]
