"""How Home Assistant finds the reader by itself: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery."""

import json
import re
from dataclasses import dataclass

PREFIX = "homeassistant"
ONLINE, OFFLINE = "online", "offline"


@dataclass(frozen=True)
class Topics:
    """The topics under which everything is published.

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
    def model_wanted(self) -> str:
        """Announcements of models, listened to."""
        return f"{self.base}/model/set"

    @property
    def model(self) -> str:
        """Which model reads, and what became of the last announcement, retained."""
        return f"{self.base}/model"

    @property
    def drift(self) -> str:
        """How doubtfully digits are read, retained."""
        return f"{self.base}/drift"

    @property
    def identifier(self) -> str:
        """The base in letters, digits and underscores."""
        return "digits_" + re.sub(r"[^a-zA-Z0-9]+", "_", self.base).strip("_").lower()


def configurations(topics: Topics, version: str) -> dict[str, str]:
    """The JSON that makes each entity, by its topic, retained.

    The number: its state the last number, its attributes the whole event. The problem: on while digits are read with
    far more doubt than usual.
    """
    number = {
        "name": "Number",
        "icon": "mdi:numeric",
        "state_topic": topics.number,
        # A meter's last number stays while it is out of view.
        "value_template": "{{ this.state if value_json.event == 'left' else value_json.text }}",
        "json_attributes_topic": topics.number,
    }
    problem = {
        "name": "Doubtful reading",
        "device_class": "problem",
        "entity_category": "diagnostic",
        "state_topic": topics.drift,
        "value_template": "{{ 'ON' if value_json.alarm else 'OFF' }}",
        "json_attributes_topic": topics.drift,
    }
    kinds = {"number": ("sensor", number), "doubtful": ("binary_sensor", problem)}
    return {
        f"{PREFIX}/{kind}/{topics.identifier}/{name}/config": entity(topics, version, f"{kind}.", name, fields)
        for name, (kind, fields) in kinds.items()
    }


def entity(topics: Topics, version: str, domain: str, name: str, fields: dict[str, str]) -> str:
    """The JSON that makes one entity of this device; `name` is its own in letters, digits and underscores."""
    identifier = f"{topics.identifier}_{name}"
    return json.dumps(
        {
            **fields,
            "unique_id": identifier,
            # The older and the newer name of the same thing: Home Assistant before and since 2025.10.
            "object_id": identifier,
            "default_entity_id": domain + identifier,
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
