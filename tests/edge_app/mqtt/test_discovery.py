"""What is published for Home Assistant, against the schema that its documentation gives."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from edge_app.forms.fields import Field
from edge_app.forms.ready_made import KINDS, ready_made
from edge_app.mqtt.discovery import Topics, configurations
from edge_app.mqtt.form_fields import field_configurations

from .discovery_schema import SCHEMAS

TOPICS = Topics("home/meter")
METERS = (
    Field(
        "water", (0.0, 0.0, 0.2, 1.0), "[0-9]{5}", scale=Decimal("0.001"), unit="m³", device_class="water",
        state_class="total_increasing", only_rises=True,
    ),
    Field("power", (0.2, 0.0, 0.4, 1.0), "[0-9]{6}", unit="kWh", device_class="energy", state_class="total"),
    Field("price", (0.4, 0.0, 0.6, 1.0), "[0-9]{3,6}", scale=Decimal("0.01"), unit="EUR", device_class="monetary"),
    Field("größe", (0.6, 0.0, 0.8, 1.0), "[0-9]{2}", max=Decimal(60)),
    Field("post code", (0.8, 0.0, 1.0, 1.0), "[0-9]{5}"),
)  # fmt: skip
# https://www.home-assistant.io/integrations/mqtt/#discovery-topic
TOPIC = re.compile(r"homeassistant/(sensor|binary_sensor)/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/config")


def validate(topic: str, payload: dict[str, Any]) -> None:
    """Raises ValidationError for what is not as documented."""
    found = TOPIC.fullmatch(topic)
    assert found is not None, topic
    Draft202012Validator(SCHEMAS[found[1]]).validate(payload)
    assert payload["default_entity_id"] == f"{found[1]}.{payload['object_id']}"


def test_numbers_and_doubt_are_as_documented() -> None:
    """A sensor and a binary sensor of one device."""
    made = configurations(TOPICS, "1.2.3")
    assert len(made) == 2
    for topic, text in made.items():
        validate(topic, json.loads(text))


@pytest.mark.parametrize("fields", [METERS, *(ready_made(kind).form.fields for kind in KINDS)])
def test_fields_of_forms_are_as_documented(fields: tuple[Field, ...]) -> None:
    """Meters with units and classes, and every ready-made form."""
    made = field_configurations(TOPICS, "1.2.3", fields)
    assert len(made) == len(fields)
    for topic, text in made.items():
        validate(topic, json.loads(text))


@pytest.mark.parametrize(
    "change",
    [
        {"state_topc": "x"},
        {"state_topic": "home/+/number"},
        {"unit_of_measurement": "EUR"},
        {"state_class": "measurement"},
        {"qos": 3},
        {"device": {"name": "nobody"}},
        {"origin": {"sw_version": "1"}},
        {"object_id": "Größe"},
    ],
)
def test_what_is_not_documented_is_refused(change: dict[str, Any]) -> None:
    """The schema would see it."""
    topic, text = next(iter(field_configurations(TOPICS, "1.2.3", METERS).items()))
    validate(topic, json.loads(text))
    with pytest.raises(ValidationError):
        validate(topic, {**json.loads(text), **change})
