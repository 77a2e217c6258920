"""A form's fields for a broker and for Home Assistant: a topic and an entity each."""

import hashlib
import re
from typing import TYPE_CHECKING

from ..forms.fields import Field
from ..live.form_watch import FieldNow
from .discovery import PREFIX, Topics, entity

if TYPE_CHECKING:
    from .publisher import MqttOutput


def field_topic(topics: Topics, name: str) -> str:
    """Where a field is published, retained; names of fields are levels of topics."""
    return f"{topics.base}/form/{name}"


def field_configurations(topics: Topics, version: str, fields: tuple[Field, ...]) -> dict[str, str]:
    """The JSON that makes each field an entity, by its topic, retained."""
    found = {}
    for field in fields:
        name = f"field_{plain(field.name)}"
        topic = f"{PREFIX}/sensor/{topics.identifier}/{name}/config"
        found[topic] = entity(topics, version, "sensor.", name, _entity_of(topics, field))
    return found


def plain(name: str) -> str:
    """A name in letters, digits and underscores, which no other field of the form has."""
    bare = re.sub(r"[^a-zA-Z0-9]+", "_", name).strip("_").lower()
    # Without its other letters it may be the same as another's.
    return bare if name.isascii() and bare else f"{bare}_{hashlib.sha256(name.encode()).hexdigest()[:8]}".strip("_")


def _entity_of(topics: Topics, field: Field) -> dict[str, str]:
    topic = field_topic(topics, field.name)
    measured = any((field.unit, field.device_class, field.state_class))
    said = "value_json.value" if measured or field.is_number else "value_json.text"
    given = {
        "unit_of_measurement": field.unit,
        "device_class": field.device_class,
        "state_class": field.state_class,
    }
    return {
        "name": field.name,
        "icon": "mdi:form-textbox",
        "state_topic": topic,
        # Home Assistant takes None for unknown; 2024.3 does so only of what is measured.
        "value_template": f"{{{{ {said} }}}}" if measured else f"{{{{ {said} if {said} is not none else 'unknown' }}}}",
        "json_attributes_topic": topic,
        # An attribute cannot be named state.
        "json_attributes_template": "{{ dict(value_json, reading=value_json.state) | tojson }}",
        **{key: value for key, value in given.items() if value is not None},
    }


class FormOutput:
    """Publishes fields that changed."""

    def __init__(self, mqtt: "MqttOutput") -> None:
        self._mqtt = mqtt
        self._told: dict[str, dict[str, object]] = {}

    def tell(self, fields: tuple[FieldNow, ...]) -> None:
        """Takes all fields after a reading."""
        for field in fields:
            record = field.to_record()
            # A confidence that flickers is no news.
            news = {key: value for key, value in record.items() if key != "confidence"}
            if self._told.get(field.name) != news:
                self._told[field.name] = news
                self._mqtt.state(field_topic(self._mqtt.topics, field.name), record)
