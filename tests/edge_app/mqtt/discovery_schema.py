"""Home Assistant's documented schema of what makes an entity by discovery, as JSON Schema; unknown keys are refused.

Written from https://www.home-assistant.io/integrations/sensor.mqtt/, binary_sensor.mqtt/ and mqtt/#mqtt-discovery.
"""

from typing import Any

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
# Topics that are listened to or published on: no wildcards.
TOPIC: dict[str, Any] = {"type": "string", "pattern": "^[^#+\u0000]{1,65535}$"}
TEMPLATE: dict[str, Any] = {"type": "string", "pattern": r"\{\{.+\}\}"}
FLAG: dict[str, Any] = {"type": "boolean"}
SECONDS: dict[str, Any] = {"type": "integer", "minimum": 0}
DEVICE_TEXTS = (
    "configuration_url", "hw_version", "manufacturer", "model", "model_id", "name", "serial_number", "suggested_area",
    "sw_version", "via_device",
)  # fmt: skip
DEVICE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "identifiers": {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]},
        "connections": {"type": "array", "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2}},
        **dict.fromkeys(DEVICE_TEXTS, TEXT),
    },
    "anyOf": [{"required": ["identifiers"]}, {"required": ["connections"]}],
    "additionalProperties": False,
}  # fmt: skip
ORIGIN: dict[str, Any] = {
    "type": "object",
    "properties": {"name": TEXT, "sw_version": TEXT, "support_url": TEXT},
    "required": ["name"],
    "additionalProperties": False,
}
AVAILABILITY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "topic": TOPIC, "payload_available": TEXT, "payload_not_available": TEXT, "value_template": TEMPLATE,
    },
    "required": ["topic"],
    "additionalProperties": False,
}  # fmt: skip
COMMON: dict[str, Any] = {
    "availability": {"type": "array", "items": AVAILABILITY},
    "availability_mode": {"enum": ["all", "any", "latest"]},
    "availability_template": TEMPLATE,
    "availability_topic": TOPIC,
    "device": DEVICE,
    "enabled_by_default": FLAG,
    "encoding": {"type": "string"},
    # "config" is for what can be changed.
    "entity_category": {"enum": ["diagnostic"]},
    "entity_picture": TEXT,
    "expire_after": SECONDS,
    "force_update": FLAG,
    "icon": {"type": "string", "pattern": "^[a-z]+:[a-z0-9-]+$"},
    "json_attributes_template": TEMPLATE,
    "json_attributes_topic": TOPIC,
    "name": {"type": ["string", "null"]},
    "object_id": {"type": "string", "pattern": "^[a-z0-9_]+$"},
    "origin": ORIGIN,
    "payload_available": TEXT,
    "payload_not_available": TEXT,
    "platform": TEXT,
    "qos": {"enum": [0, 1, 2]},
    "state_topic": TOPIC,
    "unique_id": TEXT,
    "value_template": TEMPLATE,
}
STATE_CLASSES = ["measurement", "measurement_angle", "total", "total_increasing"]
# Of the classes that forms here are likely to name: units and state classes that go with them, None for any.
DEVICE_CLASSES: dict[str, tuple[list[str] | None, list[str]]] = {
    "energy": (["J", "kJ", "MJ", "GJ", "mWh", "Wh", "kWh", "MWh", "GWh", "TWh", "cal", "kcal", "Mcal", "Gcal"],
               ["total", "total_increasing"]),
    "gas": (["m³", "ft³", "CCF", "MCF", "L"], ["total", "total_increasing"]),
    "monetary": (None, ["total"]),
    "temperature": (["°C", "°F", "K"], ["measurement"]),
    "water": (["L", "gal", "m³", "ft³", "CCF", "MCF"], ["total", "total_increasing"]),
    "weight": (["kg", "g", "mg", "µg", "oz", "lb", "st"], ["measurement", "total", "total_increasing"]),
}  # fmt: skip


def _class_rule(name: str, units: list[str] | None, state_classes: list[str]) -> dict[str, Any]:
    then: dict[str, Any] = {"properties": {"state_class": {"enum": state_classes}}}
    if units is not None:
        then["properties"]["unit_of_measurement"] = {"enum": units}
        then["required"] = ["unit_of_measurement"]
    return {"if": {"properties": {"device_class": {"const": name}}, "required": ["device_class"]}, "then": then}


def _entity(own: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            **COMMON,
            # Since 2025.10, with its domain.
            "default_entity_id": {"type": "string", "pattern": "^(sensor|binary_sensor)\\.[a-z0-9_]+$"},
            **own,
        },
        # A device is known by its entities' identifiers.
        "required": ["state_topic", "unique_id"],
        "additionalProperties": False,
        "not": {"required": ["availability", "availability_topic"]},
        "dependentRequired": {"json_attributes_template": ["json_attributes_topic"]},
        "allOf": rules,
    }


SENSOR = _entity(
    {
        "device_class": {"enum": list(DEVICE_CLASSES)},
        "last_reset_value_template": TEMPLATE,
        "options": {"type": "array", "items": TEXT},
        "state_class": {"enum": STATE_CLASSES},
        "suggested_display_precision": SECONDS,
        "unit_of_measurement": TEXT,
    },
    [_class_rule(name, units, classes) for name, (units, classes) in DEVICE_CLASSES.items()],
)
BINARY_SENSOR = _entity(
    {
        "device_class": {"enum": ["problem"]},
        "off_delay": SECONDS,
        "payload_on": TEXT,
        "payload_off": TEXT,
    },
    [],
)
SCHEMAS = {"sensor": SENSOR, "binary_sensor": BINARY_SENSOR}
