"""Where --mqtt points."""

import pytest

from edge_app.errors import OptionError
from edge_app.mqtt.url import Broker, parse_url


def test_urls_are_taken_apart() -> None:
    """Ports by default, users and topics unescaped, slashes trimmed."""
    assert parse_url("mqtt://broker/meter") == Broker("broker", 1883, False, None, "meter")
    assert parse_url("mqtts://a%40b@[::1]:99/home/my%20meter/") == Broker("::1", 99, True, "a@b", "home/my meter")


@pytest.mark.parametrize(
    "wrong",
    [
        *("broker", "http://broker/meter", "mqtt:///meter", "mqtt://broker", "mqtt://broker/", "mqtt://broker/a/+/b"),
        *("mqtt://broker/#", "mqtt://broker:99999/a", "mqtt://broker:x/a", "mqtt://broker:0/a", "mqtt://broker/a//b"),
        *("mqtt://broker/a%00", "mqtt://[::1/a", "mqtt://broker/a?retain=1", "mqtt://broker/" + "a" * 300),
    ],
)
def test_other_urls_are_refused(wrong: str) -> None:
    """With what was expected."""
    with pytest.raises(OptionError, match="expected"):
        parse_url(wrong)


def test_a_password_is_refused_and_not_repeated() -> None:
    """Others can see command lines."""
    with pytest.raises(OptionError) as error:
        parse_url("mqtt://me:hunter2@broker/meter")
    assert "hunter2" not in str(error.value)
    assert "MQTT_PASSWORD" in str(error.value)
