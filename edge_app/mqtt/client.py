"""paho's client, set up for a broker: MQTT 5, by which it bounds what it is sent, or 3.1.1 for older brokers."""

import importlib
import ssl
from pathlib import Path
from typing import Any

from ..errors import MissingPartError, OptionError
from .discovery import OFFLINE, Topics
from .url import Broker

FIRST_RETRY_S, LAST_RETRY_S = 1, 60
KEEPALIVE_S = 20
CONNECT_S = 5.0
# Announcements, the only messages that are listened to, are much shorter; the broker drops larger ones for us.
MAX_PACKET_BYTES = 1 << 16


def make_client(broker: Broker, password: str | None, ca: Path | None, newest: bool) -> Any:
    """A client that is not connected yet.

    Args:
        broker: where.
        password: of the broker's user.
        ca: file of the authority that signed a mqtts broker's certificate; None trusts the system's.
        newest: speaks MQTT 5, else 3.1.1.

    Raises:
        MissingPartError: paho-mqtt is not installed.
        OptionError: the file of the authority cannot be used.
    """
    try:
        paho = importlib.import_module("paho.mqtt.client")
        enums = importlib.import_module("paho.mqtt.enums")
    except ImportError as error:
        raise MissingPartError(
            "expected the package paho-mqtt for --mqtt, got none; try pip install 'digits-edge[live]'"
        ) from error
    protocol = enums.MQTTProtocolVersion.MQTTv5 if newest else enums.MQTTProtocolVersion.MQTTv311
    client = paho.Client(enums.CallbackAPIVersion.VERSION2, protocol=protocol)
    if broker.user is not None:
        client.username_pw_set(broker.user, password)
    if broker.tls:
        try:
            client.tls_set_context(ssl.create_default_context(cafile=ca))
        except (OSError, ssl.SSLError) as error:
            raise OptionError(
                f"expected a PEM file of certificates for --mqtt-ca, got {ca} ({error}); check it"
            ) from error
    client.will_set(Topics(broker.topic).availability, OFFLINE, qos=1, retain=True)
    client.reconnect_delay_set(FIRST_RETRY_S, LAST_RETRY_S)
    client.connect_timeout = CONNECT_S
    client.connect_async(broker.host, broker.port, KEEPALIVE_S, **(_limits() if newest else {}))
    return client


def _limits() -> dict[str, Any]:
    packets = importlib.import_module("paho.mqtt.packettypes")
    properties = importlib.import_module("paho.mqtt.properties").Properties(packets.PacketTypes.CONNECT)
    properties.MaximumPacketSize = MAX_PACKET_BYTES
    # As of 3.1.1: the broker keeps no session, as each connection says again what it wants.
    return {"clean_start": True, "properties": properties}
