"""`run`: live reading, and what is done when no command is given."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cameras.settings import CameraSettings
from ..errors import OptionError
from .flags import add_address, add_form, add_model, add_view, add_writer, form_of, model_of, positive, view_of

if TYPE_CHECKING:
    from ..forms.described import DescribedForm
    from ..mqtt.open import MqttSettings
    from ..web.open import WebSettings
    from .run_live import LiveSettings


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "run",
        help="read live from a camera (the default)",
        description="Reads live from a camera and reports each number once: when it is stable, changes or leaves.",
    )
    add_live(parser)
    parser.add_argument(
        "--collect", type=Path, metavar="DIR", help="keep what was refused or unsure there, for the page /label"
    )
    add_writer(parser)
    parser.set_defaults(command=_run)


def add_live(parser: argparse.ArgumentParser) -> None:
    """Adds what live reading takes."""
    add_camera(parser)
    add_form(parser)
    add_view(parser, "a frame")
    parser.add_argument("--frames", type=positive, metavar="N", help="stop after N frames (default: never)")
    parser.add_argument("--json", action="store_true", help="JSON Lines on stdout even if it is a terminal")
    add_address(parser)
    parser.add_argument(
        "--forms", type=Path, metavar="DIR", help="forms NAME.toml that the web page's /api/read?form=NAME reads"
    )
    parser.add_argument(
        "--phone", type=Path, metavar="DIR", help="serve the page of python -m convert --web, too, under /phone/"
    )
    parser.add_argument(
        "--mqtt",
        metavar="URL",
        help="publish numbers to a broker: mqtt[s]://[user@]host[:port]/topic; password: $MQTT_PASSWORD",
    )
    parser.add_argument("--mqtt-password-file", type=Path, metavar="FILE", help="password for --mqtt")
    parser.add_argument(
        "--mqtt-ca", type=Path, metavar="FILE", help="certificate authority for mqtts (default: system's)"
    )
    parser.add_argument(
        "--model-url",
        metavar="URL",
        help="install models that TOPIC/model/set announces, fetched here and nowhere else: http(s)://…/{sha256}.tflite",
    )
    parser.add_argument(
        "--require-signature",
        type=Path,
        metavar="KEY.pub",
        help="only models signed by this key's owner, older ones too",
    )
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="where undelivered readings are kept (default: XDG's)"
    )
    add_model(parser)


def add_camera(parser: argparse.ArgumentParser) -> None:
    """Adds --camera, --size and --fps."""
    parser.add_argument(
        "--camera",
        default="auto",
        metavar="auto|picamera2|v4l2|PATH",
        help="v4l2:N for /dev/videoN; a picture, a folder or a video stands in for a camera (default: auto)",
    )
    parser.add_argument("--size", type=_size, default=(640, 480), metavar="WxH", help="of frames (default: 640x480)")
    parser.add_argument("--fps", type=_fps, default=30.0, metavar="N", help="frames a second (default: %(default)g)")


def _fps(text: str) -> float:
    number = float(text)
    try:
        return CameraSettings(fps=number).fps
    except OptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    whole = width.isdecimal() and height.isdecimal()
    try:
        return CameraSettings(size_wh=(int(width), int(height)) if whole else (0, 0)).size_wh
    except OptionError as error:
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT of 32 to 8192 pixels, got {text!r}") from error


def camera_of(options: argparse.Namespace) -> CameraSettings:
    """What --camera, --size and --fps say."""
    return CameraSettings(options.camera, options.size, options.fps)


def live_of(options: argparse.Namespace, collect: Path | None) -> "LiveSettings":
    """What the flags of add_live and --writer say, with the folder for crops."""
    from .run_live import LiveSettings

    form = form_of(options)
    return LiveSettings(
        camera_of(options),
        view_of(options),
        model_of(options),
        options.frames,
        json=options.json,
        collect=collect,
        writer=options.writer,
        web=_web(options),
        mqtt=None if options.mqtt is None else _mqtt_of(options, form),
        form=form,
        state=options.state,
    )


def _web(options: argparse.Namespace) -> "WebSettings | None":
    if options.preview_port is not None:
        return _web_of(options)
    for flag in ("forms", "phone"):
        if getattr(options, flag) is not None:
            raise OptionError(f"expected --preview-port with --{flag}, got none; give the web page's port")
    return None


def _web_of(options: argparse.Namespace) -> "WebSettings":
    from ..web.open import WebSettings

    # Others' photos may lie as they like, however the camera is mounted.
    turn = options.rotate != "none"
    return WebSettings(
        options.preview_host,
        options.preview_port,
        model_of(options),
        options.token_file,
        turn,
        options.forms,
        options.phone,
    )


def _mqtt_of(options: argparse.Namespace, form: "DescribedForm | None") -> "MqttSettings":
    from ..mqtt.open import MqttSettings
    from ..mqtt.url import parse_url

    return MqttSettings(
        parse_url(options.mqtt),
        model_of(options),
        options.mqtt_password_file,
        options.mqtt_ca,
        options.state,
        options.model_url,
        options.require_signature,
        () if form is None else form.form.fields,
    )


def _run(options: argparse.Namespace) -> int:
    from .run_live import run

    return run(live_of(options, options.collect))
