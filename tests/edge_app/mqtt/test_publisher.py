"""Numbers told to Debian's mosquitto."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import Environment

from convert.report.card import ROOT
from edge_app.errors import OptionError
from edge_app.live.event import NumberEvent
from edge_app.live.state import LiveState
from edge_app.mqtt.client import MAX_PACKET_BYTES
from edge_app.mqtt.discovery import Topics, configurations
from edge_app.mqtt.open import MqttSettings, open_outputs, state_folder
from edge_app.mqtt.outbox import Item, Outbox
from edge_app.mqtt.publisher import MqttOutput
from edge_app.mqtt.url import parse_url
from edge_app.store.choice import ModelChoice
from tests.mosquitto import NEEDS, PASSWORD, Listener, Mosquitto, wait_until
from tests.parts import require

TOPIC = "home/meter/number"
PAGE = ROOT / "tests" / "pages" / "example.jpg"


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mosquitto]:
    """A running broker."""
    require(NEEDS)
    folder = tmp_path / "broker"
    folder.mkdir()
    with Mosquitto(folder, tls=request.param) as running:
        yield running


@pytest.fixture
def listener(broker: Mosquitto) -> Iterator[Listener]:
    """Somebody who hears everything."""
    listening = Listener(broker)
    assert listening.subscribed.wait(60)
    yield listening
    listening.close()


def event(number: int) -> NumberEvent:
    """A number that was read."""
    return NumberEvent("read", str(number), None, number, (1, 2, 3, 4), 0.9, number, 1.7e9, 5.0)


def output(broker: Mosquitto, folder: Path, password: str = PASSWORD) -> MqttOutput:
    """An output to it."""
    return MqttOutput(parse_url(broker.url()), Outbox(folder), password, broker.ca)


def texts(listener: Listener) -> list[str]:
    """The numbers that were heard; what a killed broker repeats has the same id."""
    return [payload["text"] for payload in {payload["id"]: payload for payload in listener.all(TOPIC)}.values()]


def test_numbers_arrive_in_order_with_discovery(broker: Mosquitto, listener: Listener, tmp_path: Path) -> None:
    """Home Assistant's configuration, online, each number with an id, offline at the end."""
    out = output(broker, tmp_path / "state")
    for number in range(30):
        out.publish(event(number))
    assert wait_until(lambda: len(texts(listener)) == 30)
    out.close()
    out.close()
    assert [payload["text"] for payload in listener.all(TOPIC)] == [str(number) for number in range(30)]
    ids = [payload["id"] for payload in listener.all(TOPIC)]
    assert ids == sorted(set(ids))
    config = listener.last("homeassistant/sensor/digits_home_meter/number/config")
    assert config["state_topic"] == TOPIC
    assert config["object_id"] == config["unique_id"] == "digits_home_meter_number"
    assert config["default_entity_id"] == "sensor.digits_home_meter_number"
    assert config["origin"]["name"] == "digits-edge"
    assert config["device"]["identifiers"] == ["digits_home_meter"]
    problem = listener.last("homeassistant/binary_sensor/digits_home_meter/doubtful/config")
    assert (problem["device_class"], problem["state_topic"]) == ("problem", "home/meter/drift")
    assert wait_until(lambda: listener.all("home/meter/availability")[-1:] == ["offline"])
    assert "online" in listener.all("home/meter/availability")


def test_a_doubtful_number_is_told_as_such(broker: Mosquitto, listener: Listener, tmp_path: Path) -> None:
    """Home Assistant shows it with its ?; how many there are and the guess are attributes, for automations."""
    out = output(broker, tmp_path / "state")
    out.publish(NumberEvent("read", "24?1", None, 1, (1, 2, 3, 4), 0.4, 1, 1.7e9, 5.0, guess="2471"))
    assert wait_until(lambda: len(listener.all(TOPIC)) == 1)
    told = listener.last(TOPIC)
    assert (told["text"], told["doubtful"], told["guess"]) == ("24?1", 1, "2471")
    config = listener.last("homeassistant/sensor/digits_home_meter/number/config")
    assert config["json_attributes_topic"] == config["state_topic"] == TOPIC
    # As Home Assistant does: Jinja's templates, with the entity as `this`.
    template = Environment(autoescape=False).from_string(config["value_template"])
    assert template.render(value_json=told, this={"state": "unknown"}) == "24?1"
    assert template.render(value_json={**told, "event": "left"}, this={"state": "24?1"}) == "24?1"
    out.close()


def test_what_was_read_while_the_broker_was_away_comes_later(
    broker: Mosquitto, listener: Listener, tmp_path: Path
) -> None:
    """Killed during a run, and away when the next run starts."""
    out = output(broker, tmp_path / "state")
    out.publish(event(0))
    assert wait_until(lambda: texts(listener) == ["0"])
    broker.kill()
    for number in range(1, 11):
        out.publish(event(number))
    out.close()
    out = output(broker, tmp_path / "state")
    out.publish(event(11))
    broker.start()
    assert wait_until(lambda: len(texts(listener)) == 12)
    out.close()
    assert texts(listener) == [str(number) for number in range(12)]


def test_a_large_message_does_not_come(broker: Mosquitto, listener: Listener, tmp_path: Path) -> None:
    """The broker drops it for us, retained or not; what fits comes, and delivery goes on."""
    sizes, large = list[int](), MAX_PACKET_BYTES + 1
    listener.send("home/meter/model/set", bytes(large), retain=True)
    out = output(broker, tmp_path / "state")
    out.listen("home/meter/model/set", lambda payload: sizes.append(len(payload)))
    assert wait_until(out._connected.is_set)
    for size in (large, 10_000, large, 10):
        listener.send("home/meter/model/set", bytes(size))
    assert wait_until(lambda: sizes[-1:] == [10])
    out.publish(event(0))
    assert wait_until(lambda: texts(listener) == ["0"])
    out.close()
    assert sizes == [10_000, 10]


def test_delivery_survives_a_disk_that_cannot_be_read(
    broker: Mosquitto,
    listener: Listener,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its thread tries again until the disk is back; the failure is logged once."""
    monkeypatch.setattr("edge_app.host.lasting_thread.PAUSE_S", 0.05)
    out, failures = output(broker, tmp_path / "state"), list[int]()
    first = out._outbox.first

    def failing() -> Item | None:
        if len(failures) < 5:
            failures.append(1)
            raise sqlite3.OperationalError("disk I/O error")
        return first()

    monkeypatch.setattr(out._outbox, "first", failing)
    out.publish(event(0))
    assert wait_until(lambda: texts(listener) == ["0"])
    out.close()
    assert caplog.text.count("mqtt-delivery: failed") == 1


def test_a_failure_while_connecting_does_not_end_the_connection(
    broker: Mosquitto, listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt gets through."""
    monkeypatch.setattr("edge_app.host.lasting_thread.PAUSE_S", 0.05)
    failures = list[int]()

    def failing(topics: Topics, version: str) -> dict[str, str]:
        if not failures:
            failures.append(1)
            raise OSError("disk I/O error")
        return configurations(topics, version)

    monkeypatch.setattr("edge_app.mqtt.publisher.configurations", failing)
    out = output(broker, tmp_path / "state")
    out.publish(event(0))
    assert wait_until(lambda: texts(listener) == ["0"])
    out.close()
    assert failures == [1]


def test_a_damaged_reading_holds_up_none_behind_it(broker: Mosquitto, listener: Listener, tmp_path: Path) -> None:
    """It is left out."""
    outbox = Outbox(tmp_path / "state")
    for text in ("no JSON", "[1]"):
        outbox.put(text)
    outbox.close()
    out = output(broker, tmp_path / "state")
    out.publish(event(0))
    assert wait_until(lambda: texts(listener) == ["0"])
    out.close()


def test_a_wrong_password_is_said_once_and_loses_nothing(
    broker: Mosquitto, listener: Listener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Readings wait for a run with the right one; neither password shows."""
    out = output(broker, tmp_path / "state", "wrong horse")
    out.publish(event(0))
    assert wait_until(lambda: "refuses" in caplog.text)
    out.close()
    assert texts(listener) == []
    out = output(broker, tmp_path / "state")
    assert wait_until(lambda: texts(listener) == ["0"])
    out.close()
    assert caplog.text.count("refuses") == 1
    assert "horse" not in caplog.text + repr(vars(out))


def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """The log says so, and reading goes on; in a process of its own, as paho leaves such a socket to be collected."""
    require(NEEDS)
    (tmp_path / "broker").mkdir()
    with Mosquitto(tmp_path / "broker", tls=True) as broker:
        command = [sys.executable, "-m", "edge_app", "run", "--camera", str(PAGE), "--frames", "60"]
        command += ["--mqtt", broker.url(), "--state", str(tmp_path / "state")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 7
    assert done.stderr.count("certificate verify failed") == 1


def test_telling_never_waits(tmp_path: Path) -> None:
    """Nobody listens there, and the live loop goes on."""
    out = MqttOutput(parse_url("mqtt://192.0.2.1/meter"), Outbox(tmp_path), None)
    started_s = time.monotonic()
    for number in range(200):
        out.publish(event(number))
    out.close()
    assert time.monotonic() - started_s < 3
    reopened = Outbox(tmp_path)
    assert len(reopened) == 200
    reopened.close()


def test_the_app_itself(broker: Mosquitto, listener: Listener, tmp_path: Path) -> None:
    """`run --mqtt`, with a password file, and killed: the last will says offline; drift is told, too."""
    (tmp_path / "password").write_text(PASSWORD + "\n")
    command = [sys.executable, "-m", "edge_app", "run", "--camera", str(PAGE), "--mqtt", broker.url()]
    command += ["--mqtt-password-file", str(tmp_path / "password"), "--state", str(tmp_path / "state")]
    command += [] if broker.ca is None else ["--mqtt-ca", str(broker.ca)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert wait_until(lambda: len(texts(listener)) == 7)
        process.send_signal(signal.SIGKILL)
    assert listener.last("home/meter/drift")["alarm"] is False
    assert sorted(texts(listener)) == sorted(["6639031729", "826", "92650", "761045536", "30", "8", "14"])
    assert wait_until(lambda: listener.last("home/meter/availability") == "offline")


def test_flags_that_cannot_be_used(tmp_path: Path) -> None:
    """A password file that is not there, an authority that is no certificate."""
    right = MqttSettings(parse_url("mqtts://broker/a"), ModelChoice(store=tmp_path / "store"), state=tmp_path)
    for wrong in (
        replace(right, password_file=tmp_path / "none"),
        replace(right, ca=PAGE),
        replace(right, model_url="file:///etc"),
    ):
        with pytest.raises(OptionError, match="expected"):
            open_outputs(wrong, LiveState())
    with pytest.raises(OptionError, match="expected --model-url or --model, got both"):
        replace(right, model_url="http://models/{sha256}.tflite", model=ModelChoice(PAGE))


def test_where_the_state_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The flag, systemd's folder, XDG's, the home folder, in that order."""
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert state_folder(None) == Path.home() / ".local" / "state" / "digits-edge"
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    assert state_folder(None) == Path("/x/digits-edge")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/digits:/other")
    assert state_folder(None) == Path("/var/lib/digits")
    assert state_folder(tmp_path) == tmp_path
