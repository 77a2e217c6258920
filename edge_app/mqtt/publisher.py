"""Publishes each event to a broker once, in order, whatever happens to the connection."""

import contextlib
import json
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..forms.fields import Field
from ..host.lasting_thread import LastingThread
from ..host.version import __version__
from ..live.event import NumberEvent
from .client import make_client
from .discovery import OFFLINE, ONLINE, Topics, configurations
from .form_fields import field_configurations
from .outbox import Item, Outbox
from .url import Broker

LOG = logging.getLogger(__name__)

FLUSH_S = 0.3
# Seconds between attempts to write to a disk that failed.
LOOK_S = 1.0
# What MQTT 3.1.1 brokers answer to MQTT 5, in paho's words.
OLD_BROKER = "Unsupported protocol version"


class MqttOutput:
    """An Output that puts events into the outbox, and a thread that takes them to the broker, one at a time.

    QoS 1: the next one goes when the broker has acknowledged the last. If a broker dies between passing one on and
    acknowledging it, that one comes twice, with the same "id".

    Args:
        broker: where.
        outbox: closed with this.
        password: of the broker's user.
        ca: file of the authority that signed a mqtts broker's certificate; None trusts the system's.
        fields: of the form that is read, each of them an entity.

    Raises:
        MissingPartError: paho-mqtt is not installed.
        OptionError: the file of the authority cannot be used.
    """

    def __init__(
        self,
        broker: Broker,
        outbox: Outbox,
        password: str | None = None,
        ca: Path | None = None,
        fields: tuple[Field, ...] = (),
    ) -> None:
        self._fields = fields
        self._broker, self._outbox = broker, outbox
        self.topics = Topics(broker.topic)
        self._states: dict[str, str] = {}
        self._heard: dict[str, Callable[[bytes], None]] = {}
        self._acknowledged: queue.SimpleQueue[tuple[Any, int]] = queue.SimpleQueue()
        self._connected, self._something, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._last_trouble = ""
        self._newest = True
        # Not kept as an attribute: no dump of this shows the password.
        self._new_client: Callable[[], Any] = lambda: make_client(broker, password, ca, self._newest)
        self._client = self._make_client()
        self._threads = [
            LastingThread(f"mqtt-{name}", work, self._ended)
            for name, work in (("network", self._network), ("delivery", self._deliver))
        ]
        for thread in self._threads:
            thread.start()

    def publish(self, event: NumberEvent) -> None:
        """Takes an event; it is delivered as soon as the broker is there."""
        self._outbox.put(json.dumps(event.to_record()))
        self._something.set()

    def state(self, topic: str, record: dict[str, Any]) -> None:
        """Publishes a state, retained: only the last one counts, so none is stored for a broker that is away."""
        self._states[topic] = json.dumps(record)
        if self._connected.is_set():
            self._client.publish(topic, self._states[topic], qos=1, retain=True)

    def listen(self, topic: str, heard: Callable[[bytes], None]) -> None:
        """Calls a function, which must return at once, with each message on a topic."""
        self._heard[topic] = heard
        if self._connected.is_set():
            self._client.subscribe(topic, qos=1)

    def close(self) -> None:
        """Delivers what it can in a moment, says offline, and leaves; what is left goes out at the next start."""
        if self._ended.is_set():
            return
        end_s = time.monotonic() + FLUSH_S
        while self._connected.is_set() and len(self._outbox) and time.monotonic() < end_s:
            time.sleep(0.01)
        self._ended.set()
        self._something.set()
        self._threads[1].join(FLUSH_S)
        if self._connected.is_set():
            with contextlib.suppress(ValueError, RuntimeError):
                self._client.publish(self.topics.availability, OFFLINE, qos=1, retain=True).wait_for_publish(0.1)
        self._client.disconnect()
        self._threads[0].join(FLUSH_S)
        self._outbox.close()

    def _make_client(self) -> Any:
        client = self._new_client()
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_connect_fail, client.on_publish = self._on_connect_fail, self._on_publish
        client.on_message = self._on_message
        return client

    def _network(self) -> None:
        """Keeps the connection until the end, or until it must be made in another way."""
        client = self._client
        try:
            client.loop_forever(retry_first_connection=True)
        finally:
            self._connected.clear()
            if not self._ended.is_set():
                # Frees the socket if a failure left it open.
                client.connect_async(self._broker.host, self._broker.port)
                self._client = self._make_client()

    def _deliver(self) -> None:
        """Delivers the next reading, or waits for one for a while."""
        item = self._outbox.first()
        if item is None:
            self._something.wait(LOOK_S)
            self._something.clear()
        elif self._connected.wait(0.1):
            self._publish(item)

    def _publish(self, item: Item) -> None:
        try:
            payload = json.dumps({"id": item.number, **json.loads(item.text)})
        except (ValueError, TypeError) as error:
            LOG.warning("mqtt: a damaged reading is left out: %s", error)
            self._outbox.done(item.number)
            return
        client = self._client
        # Not acknowledged when the connection breaks, paho sends it again by itself on the next one.
        if self._wait_for(client, client.publish(self.topics.number, payload, qos=1, retain=True).mid):
            self._outbox.done(item.number)

    def _wait_for(self, client: Any, message: int) -> bool:
        """Waits until the broker has a message; False if the end, or another client, comes first."""
        while not self._ended.is_set() and client is self._client:
            with contextlib.suppress(queue.Empty):
                if self._acknowledged.get(timeout=0.1) == (client, message):
                    return True
        return False

    def _on_connect(self, client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            if str(reason) == OLD_BROKER and self._newest:
                self._newest = False
                client.disconnect()
            else:
                self._trouble(f"refuses: {reason}; check user and password")
            return
        self._last_trouble = ""
        LOG.info("mqtt: connected to %s, %d readings to deliver", self._broker.host, len(self._outbox))
        entities = configurations(self.topics, __version__)
        entities |= field_configurations(self.topics, __version__, self._fields)
        for topic, text in entities.items():
            client.publish(topic, text, qos=1, retain=True)
        client.publish(self.topics.availability, ONLINE, qos=1, retain=True)
        for topic, text in list(self._states.items()):
            client.publish(topic, text, qos=1, retain=True)
        for topic in self._heard:
            client.subscribe(topic, qos=1)
        self._connected.set()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if self._connected.is_set() and not self._ended.is_set():
            self._trouble(f"is gone ({reason})")
        self._connected.clear()

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        self._trouble(f"cannot be reached: {sys.exc_info()[1]}")

    def _on_publish(self, client: Any, _data: Any, message: int, _reason: Any, _properties: Any) -> None:
        self._acknowledged.put((client, message))

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        heard = self._heard.get(message.topic)
        if heard is not None:
            heard(bytes(message.payload))

    def _trouble(self, what: str) -> None:
        # Once, not at each attempt.
        if what != self._last_trouble:
            self._last_trouble = what
            LOG.warning("mqtt: %s:%d %s; readings are kept, trying on", self._broker.host, self._broker.port, what)
