"""How Home Assistant finds the reader by itself: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery."""

import json
import re
from dataclasses import dataclass

PREFIX = "homeassistant"
ONLINE, OFFLINE = "online", "offline"


@dataclass(frozen=True)
class Topics:
    """Where what is told.

    Attributes:
        base: what all begin with.
    """

    base: str

    @property
    def number(self) -> str:
        """Each event, the last one retained."""
        return f"{self.base}/number"

    @property
    def availability(self) -> str:
        """ONLINE or OFFLINE, retained; the last will says OFFLINE."""
        return f"{self.base}/availability"

    @property
    def identifier(self) -> str:
        """The base in letters, digits and underscores."""
        return "digits_" + re.sub(r"[^a-zA-Z0-9]+", "_", self.base).strip("_").lower()

    @property
    def discovery(self) -> str:
        """The configuration, retained."""
        return f"{PREFIX}/sensor/{self.identifier}/number/config"


def configuration(topics: Topics, version: str) -> str:
    """The JSON that makes a sensor: its state the last number, its attributes the whole event."""
    name = f"{topics.identifier}_number"
    return json.dumps(
        {
            "name": "Number",
            "unique_id": name,
            # The older and the newer name of the same thing: Home Assistant before and since 2025.10.
            "object_id": name,
            "default_entity_id": f"sensor.{name}",
            "icon": "mdi:numeric",
            "state_topic": topics.number,
            # A meter's last number stays while it is out of view.
            "value_template": "{{ this.state if value_json.event == 'left' else value_json.text }}",
            "json_attributes_topic": topics.number,
            "availability_topic": topics.availability,
            "payload_available": ONLINE,
            "payload_not_available": OFFLINE,
            "qos": 1,
            "device": {
                "identifiers": [topics.identifier],
                "name": f"Digits {topics.base}",
                "model": "Digits at the edge",
                "sw_version": version,
            },
            "origin": {"name": "digits-edge", "sw_version": version},
        }
    )
