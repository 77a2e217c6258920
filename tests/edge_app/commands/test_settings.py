"""Flags become typed settings."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from edge_app.batch.settings import BatchSettings
from edge_app.bench.bench import BenchSettings
from edge_app.cameras.settings import CameraSettings
from edge_app.commands import run
from edge_app.commands.run_live import LiveSettings
from edge_app.errors import BenchError, OptionError
from edge_app.host.parser import Parser
from edge_app.mqtt.open import MqttSettings
from edge_app.mqtt.url import Broker
from edge_app.page.regions import Region
from edge_app.page.views import View
from edge_app.store.choice import ModelChoice
from edge_app.web.open import WebSettings


def parsed(*flags: str) -> argparse.Namespace:
    """What `run` with flags is parsed to."""
    parser = Parser(prog="digits")
    run.add(parser.add_subparsers())
    return parser.parse_args(["run", *flags])


def live(*flags: str) -> LiveSettings:
    """What `run` with flags is asked to do."""
    return run.live_of(parsed(*flags), Path("crops"))


def test_run_alone() -> None:
    """Neither page nor broker; the defaults that --help names."""
    assert live() == LiveSettings(
        CameraSettings("auto", (640, 480), 30.0),
        View("auto"),
        ModelChoice(None, None, "auto", 1),
        collect=Path("crops"),
    )


def test_run_with_everything() -> None:
    """Each flag arrives at what it is for; one model reads frames and uploads, and announced ones go to its store."""
    flags = "--camera v4l2:1 --size 320x240 --fps 5 --region total=1,2,40,50 --rotate 90 --frames 7 --json "
    flags += "--writer ann --preview-host 0.0.0.0 --preview-port 8000 --token-file token --mqtt mqtts://me@host/a/b "
    flags += "--phone site --mqtt-password-file password --mqtt-ca ca --model-url http://host/{sha256}.tflite "
    flags += "--require-signature KEY.pub --state state --store store --runtime litert --threads 2"
    model = ModelChoice(None, Path("store"), "litert", 2)
    assert live(*flags.split()) == LiveSettings(
        CameraSettings("v4l2:1", (320, 240), 5.0),
        View("90", (Region("total", (1, 2, 40, 50)),)),
        model,
        frames=7,
        json=True,
        collect=Path("crops"),
        state=Path("state"),
        writer="ann",
        web=WebSettings("0.0.0.0", 8000, model, Path("token"), turn=True, phone=Path("site")),
        mqtt=MqttSettings(
            Broker("host", 8883, True, "me", "a/b"),
            model,
            password_file=Path("password"),
            ca=Path("ca"),
            state=Path("state"),
            model_url="http://host/{sha256}.tflite",
            public_key=Path("KEY.pub"),
        ),
    )


@pytest.mark.parametrize(("rotate", "turn"), [("auto", True), ("90", True), ("none", False)])
def test_uploads_are_turned_unless_nothing_is(rotate: str, turn: bool) -> None:
    """However the camera is mounted; --rotate none leaves pictures alone."""
    web = live("--preview-port", "0", "--rotate", rotate).web
    assert web is not None
    assert web.turn is turn


def test_a_model_of_the_command_line_stays() -> None:
    """Before a camera or a broker is opened."""
    with pytest.raises(OptionError, match="expected --model-url or --model, got both"):
        live("--mqtt", "mqtt://host/a", "--model", "m.tflite", "--model-url", "http://host/{sha256}.tflite")
    with pytest.raises(OptionError, match="for --mqtt, got 'nonsense'"):
        live("--mqtt", "nonsense")


@pytest.mark.parametrize(
    ("flag", "value", "message"),
    [
        ("--fps", "0", "expected more than 0 and at most 1000, got 0"),
        ("--fps", "1001", "expected more than 0 and at most 1000, got 1001"),
        ("--fps", "nan", "expected more than 0 and at most 1000, got nan"),
        ("--fps", "often", "invalid _fps value: 'often'"),
        ("--size", "31x480", "expected WIDTHxHEIGHT of 32 to 8192 pixels, got '31x480'"),
        ("--size", "640x8193", "expected WIDTHxHEIGHT of 32 to 8192 pixels, got '640x8193'"),
        ("--size", "640", "expected WIDTHxHEIGHT of 32 to 8192 pixels, got '640'"),
        ("--size", "+640x-480", "expected WIDTHxHEIGHT of 32 to 8192 pixels, got '+640x-480'"),
    ],
)
def test_a_value_out_of_range_is_wrong_usage(
    flag: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The settings' own limits, with the flag named."""
    with pytest.raises(SystemExit, match="2"):
        parsed(flag, value)
    assert f"argument {flag}: {message}\n" in capsys.readouterr().err


def test_settings_refuse_what_no_flag_says() -> None:
    """Whoever makes them without flags hears it when they are made."""
    for wrong in ({"size_wh": (8, 480)}, {"size_wh": (640, 9000)}, {"fps": 0.0}):
        with pytest.raises(OptionError, match="expected"):
            CameraSettings(**wrong)
    with pytest.raises(OptionError, match="expected a runtime of auto, litert, tflite-runtime, got 'none'"):
        ModelChoice(runtime="none")
    with pytest.raises(OptionError, match="expected 1 or more threads, got 0"):
        ModelChoice(threads=0)
    with pytest.raises(BenchError, match="expected 1 or more frames and threads, got 0"):
        BenchSettings(threads=(2, 0))
    assert BenchSettings().frames == 100


def test_batch_settings_refuse_what_no_flag_says(tmp_path: Path) -> None:
    """As the others."""
    right = BatchSettings(("a",), tmp_path, View(), ModelChoice())
    assert right.formats == ("parquet",)
    for wrong in (
        {"formats": ("csv",)},
        {"formats": ()},
        {"workers": 0},
        {"batch_pages": 0},
        {"dpi": 0},
        {"scheduler": "tcp://host:8786", "workers": 2},
    ):
        with pytest.raises(OptionError, match="expected"):
            replace(right, **wrong)


def test_forms_are_the_web_pages() -> None:
    """Without a page nobody could ask for one."""
    asked = live("--preview-port", "0", "--forms", "forms").web
    assert asked is not None
    assert asked.forms == Path("forms")
    with pytest.raises(OptionError, match="expected --preview-port with --forms"):
        live("--forms", "forms")


def test_a_form_is_read_beside_the_numbers(tmp_path: Path) -> None:
    """Its fields go to the broker; what its rules look back to goes where --state says."""
    path = tmp_path / "form.toml"
    path.write_text('[form]\nname = "n"\n[[field]]\nname = "a"\nbox = [0.0, 0.0, 1.0, 1.0]\n')
    asked = live("--form", str(path), "--state", "state", "--mqtt", "mqtt://host/a")
    assert asked.form is not None
    assert asked.mqtt is not None
    assert asked.mqtt.fields == asked.form.form.fields
    assert asked.state == Path("state")
    with pytest.raises(OptionError, match="expected --form without --region"):
        live("--form", str(path), "--region", "1,2,40,50")
