"""What each key of a field may be; each check returns what was expected, or None if the value is good."""

import difflib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ..host.printable import printable
from .checksum import CHECKSUMS

# left, top, right, bottom as parts of the form's width and height.
FormBox = tuple[float, float, float, float]

MAX_NAME, MAX_UNIT = 60, 20
# Numbers of a rule: digits before the point, and behind it.
MAX_WHOLE, MAX_FRACTION = 15, 9
# https://developers.home-assistant.io/docs/core/entity/sensor/#available-state-classes
STATE_CLASSES = ("measurement", "measurement_angle", "total", "total_increasing")
# https://www.home-assistant.io/integrations/sensor/#device-class, those of numbers: of any other it makes no entity.
DEVICE_CLASSES = (
    "apparent_power", "aqi", "area", "atmospheric_pressure", "battery", "blood_glucose_concentration",
    "carbon_dioxide", "carbon_monoxide", "conductivity", "current", "data_rate", "data_size", "distance", "duration",
    "energy", "energy_distance", "energy_storage", "frequency", "gas", "humidity", "illuminance", "irradiance",
    "moisture", "monetary", "nitrogen_dioxide", "nitrogen_monoxide", "nitrous_oxide", "ozone", "ph", "pm1", "pm10",
    "pm25", "pm4", "power", "power_factor", "precipitation", "precipitation_intensity", "pressure", "reactive_energy",
    "reactive_power", "signal_strength", "sound_pressure", "speed", "sulphur_dioxide", "temperature",
    "temperature_delta", "volatile_organic_compounds", "volatile_organic_compounds_parts", "voltage", "volume",
    "volume_flow_rate", "volume_storage", "water", "weight", "wind_direction", "wind_speed",
)  # fmt: skip
NO_CHECKSUM = "none"


def name(value: Any) -> str | None:
    """A field's name is one level of an MQTT topic, and a column's name."""
    good = isinstance(value, str) and 0 < len(value) <= MAX_NAME and value == value.strip() and _one_line(value)
    if good and not re.search(r"[+#/]", value) and not value.startswith("$"):
        return None
    return f"1 to {MAX_NAME} characters that can be part of an MQTT topic, without + # / and $ at its beginning"


def title(value: Any) -> str | None:
    """A form's name."""
    good = isinstance(value, str) and 0 < len(value.strip()) <= MAX_NAME and _one_line(value)
    return None if good else f"1 to {MAX_NAME} characters in one line"


def _unit(value: Any) -> str | None:
    good = value is None or (isinstance(value, str) and 0 < len(value) <= MAX_UNIT and _one_line(value))
    return None if good else f"1 to {MAX_UNIT} characters in one line"


def _box(value: Any) -> str | None:
    parts = list(value) if isinstance(value, tuple) else []
    if len(parts) == 4 and all(isinstance(part, float) and 0 <= part <= 1 for part in parts):
        left, top, right, bottom = parts
        return None if left < right and top < bottom else "a box that is not empty: left < right, top < bottom"
    return "left, top, right and bottom, each a part of the form from 0 to 1"


def _number(value: Any) -> str | None:
    if value is None or (isinstance(value, Decimal) and value.is_finite() and _short(value)):
        return None
    return f"a number of at most {MAX_WHOLE} digits before the point and {MAX_FRACTION} behind it"


def _above_zero(value: Any) -> str | None:
    return _number(value) or (None if value is None or value > 0 else "a number above 0")


def _switch(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _checksum(value: Any) -> str | None:
    # A list of the file is not hashable, so that it could be asked for in no mapping.
    return None if value is None or value in list(CHECKSUMS) else f"one of {', '.join([NO_CHECKSUM, *CHECKSUMS])}"


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) else 'a text such as "[0-9]{5}"'


def _device_class(value: Any) -> str | None:
    if value is None or value in list(DEVICE_CLASSES):
        return None
    near = difflib.get_close_matches(str(value), DEVICE_CLASSES, 3) or ["water", "energy", "weight"]
    return f"one of Home Assistant's device classes, such as {', '.join(near)}"


def _state_class(value: Any) -> str | None:
    return None if value is None or value in list(STATE_CLASSES) else f"one of {', '.join(STATE_CLASSES)}"


def _one_line(text: str) -> bool:
    return printable(text) == text


def _short(number: Decimal) -> bool:
    # By its exponents alone: 1e999999999 would be a gigabyte to write out.
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_FRACTION and number.adjusted() < MAX_WHOLE


CHECKS: Mapping[str, Callable[[Any], str | None]] = MappingProxyType(
    {
        "name": name,
        "box": _box,
        "pattern": _text,
        "min": _number,
        "max": _number,
        "unit": _unit,
        "scale": _above_zero,
        "only_rises": _switch,
        "max_step": _above_zero,
        "checksum": _checksum,
        "device_class": _device_class,
        "state_class": _state_class,
    }
)
