"""Fields of forms as topics and as Home Assistant's entities."""

import json
import re
from decimal import Decimal
from typing import Any

import jinja2

from edge_app.forms.fields import Field
from edge_app.live.form_watch import FieldNow
from edge_app.live.state import LiveState
from edge_app.mqtt.discovery import Topics
from edge_app.mqtt.form_fields import FormOutput, field_configurations, plain

TOPICS = Topics("home/meter")
WATER = Field(
    "water", (0.0, 0.0, 0.2, 1.0), "[0-9]{5}", scale=Decimal("0.001"), unit="m³", device_class="water",
    state_class="total_increasing",
)  # fmt: skip
CODE = Field("post code", (0.2, 0.0, 0.4, 1.0), "[0-9]{5}")
SIZE = Field("größe", (0.4, 0.0, 0.6, 1.0), "[0-9]{2}", max=Decimal(60))
GREETING = Field("grüße", (0.6, 0.0, 0.8, 1.0), "[0-9]{2}")
FIELDS = (WATER, CODE, SIZE, GREETING)
NOW = FieldNow("water", "00417", Decimal("0.417"), "read", 0.987)


class Broker:
    """Remembers states."""

    topics = TOPICS

    def __init__(self) -> None:
        self.states: list[tuple[str, dict[str, Any]]] = []

    def state(self, topic: str, record: dict[str, Any]) -> None:
        """Takes one."""
        self.states.append((topic, record))


def entities() -> list[dict[str, Any]]:
    """Of all fields."""
    return [json.loads(text) for text in field_configurations(TOPICS, "1.2.3", FIELDS).values()]


def test_each_field_is_an_entity_of_its_own() -> None:
    """Topics of discovery take letters, digits, _ and -; names of other letters stay apart."""
    topics = list(field_configurations(TOPICS, "1.2.3", FIELDS))
    assert len(set(topics)) == len({each["unique_id"] for each in entities()}) == len(FIELDS)
    assert all(re.fullmatch(r"homeassistant/sensor/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/config", topic) for topic in topics)
    assert plain("Post code!") == "post_code"
    assert [each["availability_topic"] for each in entities()] == [TOPICS.availability] * len(FIELDS)


def test_a_measured_value_says_what_it_is() -> None:
    """Unit and classes where they are given, and no others."""
    water, code, size, _ = entities()
    assert (water["unit_of_measurement"], water["device_class"], water["state_class"]) == (
        "m³",
        "water",
        "total_increasing",
    )
    assert not {"unit_of_measurement", "device_class", "state_class"} & (set(code) | set(size))


def test_templates_give_values_or_texts() -> None:
    """A code keeps its zeros, a number is one, and what is not read yet is unknown."""
    water, code, size, _ = entities()
    record = NOW.to_record()
    for entity, state in ((water, "0.417"), (code, "00417"), (size, "0.417")):
        assert jinja2.Template(entity["value_template"]).render(value_json=record) == state
    empty = FieldNow("water", None, None, "doubtful", 0.0).to_record()
    assert jinja2.Template(water["value_template"]).render(value_json=empty) == "None"
    for entity in (code, size):
        assert jinja2.Template(entity["value_template"]).render(value_json=empty) == "unknown"


def test_how_it_was_read_is_an_attribute() -> None:
    """Under a name that Home Assistant lets pass: state is its own."""
    template = entities()[0]["json_attributes_template"]
    attributes = json.loads(jinja2.Template(template).render(value_json=NOW.to_record()))
    assert attributes == {**NOW.to_record(), "reading": "read"}


def test_what_changed_is_published() -> None:
    """Each field under its name; a confidence that flickers is no news."""
    broker, state = Broker(), LiveState()
    state.when_form_is_read(FormOutput(broker).tell)  # type: ignore[arg-type]
    state.form_read((NOW, FieldNow("post code", None, None, "blank", 0.9)))
    state.form_read((FieldNow("water", "00417", Decimal("0.417"), "read", 0.99),))
    state.form_read((FieldNow("water", "00417", Decimal("0.417"), "doubtful", 0.5, "00418"),))
    assert [topic for topic, _ in broker.states] == [
        "home/meter/form/water", "home/meter/form/post code", "home/meter/form/water",
    ]  # fmt: skip
    assert broker.states[0][1]["value"] == 0.417
    assert (broker.states[2][1]["doubtful"], broker.states[2][1]["guess"]) == (True, "00418")
    assert state.now().fields[0].guess == "00418"
