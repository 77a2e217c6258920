"""Opens what `run --mqtt` asks for: numbers, drift and models published to a broker."""

import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import OptionError
from ..forms.fields import Field
from ..live.event import NumberEvent, Output
from ..live.state import LiveState
from ..store.choice import ModelChoice, store_folder
from ..store.store import ModelStore
from .fleet import ModelUpdates
from .form_fields import FormOutput
from .outbox import Outbox
from .publisher import MqttOutput
from .url import Broker

# Drift is published when the alarm goes on or off, else at this interval.
DRIFT_S = 60.0


@dataclass(frozen=True)
class MqttSettings:
    """Which broker is told, and what it may announce.

    Attributes:
        broker: from parse_url.
        model: what this device reads with; announced models go to its store.
        password_file: holds its password; None for $MQTT_PASSWORD.
        ca: certificate authority of mqtts; None for the system's.
        state: folder of what is not delivered yet; None for the usual one, see state_folder.
        model_url: where announced models are fetched; None for no such models.
        public_key: of who has to have signed them; None for no signature.
        fields: of the form that is read, published each for itself.

    Raises:
        OptionError: announced models beside one of the command line.
    """

    broker: Broker
    model: ModelChoice
    password_file: Path | None = None
    ca: Path | None = None
    state: Path | None = None
    model_url: str | None = None
    public_key: Path | None = None
    fields: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        if self.model_url is not None and self.model.path is not None:
            raise OptionError("expected --model-url or --model, got both; a model of the command line stays")


class DriftOutput:
    """An Output that publishes how doubtfully digits are read."""

    def __init__(self, mqtt: MqttOutput, state: LiveState) -> None:
        self._mqtt, self._state = mqtt, state
        self._published_s, self._alarm = float("-inf"), False

    def publish(self, event: NumberEvent) -> None:  # noqa: ARG002 - others publish it
        """Looks at the state after an event."""
        drift, now_s = self._state.now().drift, time.monotonic()
        if drift.alarm != self._alarm or now_s - self._published_s >= DRIFT_S:
            self._alarm, self._published_s = drift.alarm, now_s
            self._mqtt.state(self._mqtt.topics.drift, asdict(drift))

    def close(self) -> None:
        """Nothing is left to publish."""


def open_outputs(settings: MqttSettings, state: LiveState) -> list[Output]:
    """The outputs of `run --mqtt`; with --model-url also what installs announced models.

    Raises:
        OptionError: a flag that cannot be used.
        OutputError: the state folder cannot be written, or another run has it.
        MissingPartError: paho-mqtt is not installed.
    """
    password = _password(settings.password_file)
    outbox = Outbox(state_folder(settings.state))
    try:
        mqtt = MqttOutput(settings.broker, outbox, password, settings.ca, settings.fields)
    except BaseException:
        outbox.close()
        raise
    try:
        if settings.model_url is not None:
            _follow_announcements(settings.model_url, settings, mqtt)
    except BaseException:
        mqtt.close()
        raise
    if settings.fields:
        state.when_form_is_read(FormOutput(mqtt).tell)
    return [mqtt, DriftOutput(mqtt, state)]


def _follow_announcements(url: str, settings: MqttSettings, mqtt: MqttOutput) -> None:
    store = ModelStore(store_folder(settings.model.store))
    updates = ModelUpdates(store, url, settings.public_key, lambda record: mqtt.state(mqtt.topics.model, record))
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
