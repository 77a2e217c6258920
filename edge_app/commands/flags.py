"""Flags that several commands take, and the settings that they become."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..model.runtime import CHOICES

if TYPE_CHECKING:
    from ..forms.described import DescribedForm
    from ..page.views import View
    from ..store.choice import ModelChoice


def positive(text: str) -> int:
    """An integer of at least 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return number


def add_view(parser: argparse.ArgumentParser, of: str) -> None:
    """Adds --rotate and --region, for view_of; `of` says whose pixels regions are in."""
    parser.add_argument(
        "--region",
        type=_region,
        action="append",
        default=[],
        metavar="[NAME=]X,Y,W,H",
        help=f"read only this place, in pixels of {of} before it is turned; repeatable",
    )
    parser.add_argument(
        "--rotate",
        choices=("auto", "none", "90", "180", "270"),
        default="auto",
        help="turn clockwise first; auto: only where that reads clearly better (default: %(default)s)",
    )


def view_of(options: argparse.Namespace) -> "View":
    """What --rotate and --region say."""
    from ..page.views import View

    return View(options.rotate, tuple(options.region))


def _region(text: str) -> Any:
    from ..page.regions import parse_region

    try:
        return parse_region(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected [NAME=]X,Y,W,H in pixels, got {text!r} ({error})") from error


def add_form(parser: argparse.ArgumentParser) -> None:
    """Adds --form and --form-picture, for form_of."""
    parser.add_argument("--form", type=Path, metavar="FILE", help="read the fields that this form.toml names; see form")
    parser.add_argument(
        "--form-picture",
        type=Path,
        metavar="IMAGE",
        help="the form's own picture, to find it by on photos (without one, images are of the form alone)",
    )


def form_of(options: argparse.Namespace) -> "DescribedForm | None":
    """What --form and --form-picture say; raises OptionError where they do not go with others."""
    if options.form is None:
        if options.form_picture is not None:
            raise OptionError("expected --form with --form-picture, got none; name the form's file")
        return None
    # A form says itself where to look.
    given = [flag for flag in ("annotate", "explain", "region") if getattr(options, flag, None)]
    if options.rotate not in ("auto", "none"):
        given.append("rotate")
    if given:
        raise OptionError(f"expected --form without --{given[0]}, got both; a form says itself where its fields are")
    from ..forms.described import DescribedForm

    return DescribedForm.load(options.form, options.form_picture)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Adds --model, --store, --runtime and --threads, as reading takes them."""
    parser.add_argument(
        "--model", type=Path, metavar="PATH", help="a .tflite made by python -m convert (default: the installed one)"
    )
    add_store(parser)
    parser.add_argument("--runtime", choices=CHOICES, default="auto", help="TFLite runtime (default: %(default)s)")
    parser.add_argument("--threads", type=positive, default=1, metavar="N", help="CPU threads (default: %(default)s)")


def model_of(options: argparse.Namespace) -> "ModelChoice":
    """What --model, --store, --runtime and --threads say."""
    from ..store.choice import ModelChoice

    return ModelChoice(options.model, options.store, options.runtime, options.threads)


def add_address(parser: argparse.ArgumentParser, port: int | None = None) -> None:
    """Adds --preview-host, --preview-port and --token-file; `port` is what is served on unless another is asked for."""
    parser.add_argument(
        "--preview-host", default="127.0.0.1", metavar="H", help="web page's address; needs the extra live"
    )
    parser.add_argument(
        "--preview-port", type=_port, default=port, metavar="P", help="serve the web page here; 0: any port"
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="the web page's token; default: $EDGE_APP_TOKEN, else a new one is printed; loopback needs none",
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"expected 0 to 65535, got {text}")
    return number


def add_store(parser: argparse.ArgumentParser) -> None:
    """Adds --store."""
    parser.add_argument(
        "--store", type=Path, metavar="DIR", help="installed models (default: $EDGE_APP_STORE, else systemd's or XDG's)"
    )


def add_writer(parser: argparse.ArgumentParser) -> None:
    """Adds --writer."""
    parser.add_argument(
        "--writer", type=_writer, default="me", metavar="NAME", help="whose digits: letters, digits, - and _ (me)"
    )


def _writer(text: str) -> str:
    from ..collect.folder import check_writer

    try:
        return check_writer(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
