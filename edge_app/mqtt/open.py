"""Opens what `run --mqtt` asks for: numbers, drift and models told to a broker."""

import argparse
import os
import time
from dataclasses import asdict
from pathlib import Path

from ..errors import OptionError
from ..live.event import NumberEvent, Output
from ..live.state import LiveState
from ..store.choice import store_folder
from ..store.store import ModelStore
from .fleet import ModelUpdates
from .outbox import Outbox
from .publisher import MqttOutput
from .url import parse_url

# Drift is told when the alarm goes on or off, else so often.
DRIFT_S = 60.0


class DriftOutput:
    """An Output that tells how doubtfully digits are read."""

    def __init__(self, mqtt: MqttOutput, state: LiveState) -> None:
        self._mqtt, self._state = mqtt, state
        self._told_s, self._alarm = float("-inf"), False

    def tell(self, event: NumberEvent) -> None:  # noqa: ARG002 - others tell it
        """Looks at the state after an event."""
        drift, now_s = self._state.now().drift, time.monotonic()
        if drift.alarm != self._alarm or now_s - self._told_s >= DRIFT_S:
            self._alarm, self._told_s = drift.alarm, now_s
            self._mqtt.state(self._mqtt.topics.drift, asdict(drift))

    def close(self) -> None:
        """Nothing is left to tell."""


def open_outputs(options: argparse.Namespace, state: LiveState) -> list[Output]:
    """The outputs of `run`'s flags; with --model-url also what installs announced models.

    Raises:
        OptionError: a flag that cannot be used.
        OutputError: the state folder cannot be written, or another run has it.
        MissingPartError: paho-mqtt is not installed.
    """
    broker, password = parse_url(options.mqtt), _password(options.mqtt_password_file)
    outbox = Outbox(state_folder(options.state))
    try:
        mqtt = MqttOutput(broker, outbox, password, options.mqtt_ca)
    except BaseException:
        outbox.close()
        raise
    try:
        if options.model_url is not None:
            _follow_announcements(options, mqtt)
    except BaseException:
        mqtt.close()
        raise
    return [mqtt, DriftOutput(mqtt, state)]


def _follow_announcements(options: argparse.Namespace, mqtt: MqttOutput) -> None:
    if options.model is not None:
        raise OptionError("expected --model-url or --model, got both; a model of the command line stays")
    store = ModelStore(store_folder(options.store))
    updates = ModelUpdates(
        store, options.model_url, options.require_signature, lambda record: mqtt.state(mqtt.topics.model, record)
    )
    mqtt.listen(mqtt.topics.model_wanted, updates.announced)


def state_folder(asked: Path | None) -> Path:
    """Where what must outlive a run is kept: --state, else systemd's, else XDG's."""
    if asked is not None:
        return asked
    if os.environ.get("STATE_DIRECTORY"):
        return Path(os.environ["STATE_DIRECTORY"].split(":")[0])
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "digits-edge"


def _password(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get("MQTT_PASSWORD")
    try:
        return path.read_text().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"expected a file for --mqtt-password-file, got {path} ({error}); check it") from error
