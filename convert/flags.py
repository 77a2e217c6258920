"""The flags of `python -m convert`: parsed, refused where they would do nothing, and made into settings."""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_app.host.parser import Parser
from train.settings import NO_PENS, PensFlag

from .keras_to_tflite import PRECISIONS
from .prove.gate import FineTuningLimits, Limits
from .settings import (
    AnyConversion,
    DetectorConversion,
    DigitsConversion,
    MicroExport,
    SequenceConversion,
    VectorsExport,
    WebExport,
)

MEANINGS = ("as trained", "float16 weights", "int8 weights, float activations", "integers throughout")
# The networks that only pages need, and what has no effect on them. --float32 has: it is made as asked, with int8.
PAGE_NETWORKS = ("detector", "sequence")
NOT_OF_PAGE_NETWORKS = ("nano", "float16", "dynamic", "max_accuracy_drop", "min_agreement", "max_fine_tuning_p")
# What is written out of models that were proven before, and which flags go with it.
EXPORTS = {"c_array": ("model",), "vectors": ("model", "data"), "web": ("model",)}
FORMER_P = "max_teaching_p"


def parse(arguments: Sequence[str]) -> AnyConversion | MicroExport | VectorsExport | WebExport:
    """The settings of a command line; ends the program with exit code 2 where it makes no sense."""
    parser = _parser()
    given = _renamed(vars(parser.parse_args(arguments)))
    refusal = _refusal(given)
    if refusal:
        parser.error(refusal)
    if "c_array" in given:
        return MicroExport(**given)
    if "vectors" in given:
        return VectorsExport(**given)
    if "web" in given:
        return WebExport(**given)
    common = {name: given[name] for name in ("model", "output", "publish", "data") if name in given}
    if "detector" in given:
        return DetectorConversion(**common)
    if "sequence" in given:
        return SequenceConversion(**common, pens=given.get("pens"))
    return DigitsConversion(
        **common,
        network="nano" if "nano" in given else "digits",
        precisions=tuple(precision for precision in PRECISIONS if precision in given),
        limits=_limits(given),
        has_fine_tuning_limit="max_fine_tuning_p" in given,
    )


def _parser() -> argparse.ArgumentParser:
    # Without defaults the parsed flags are those that were given.
    parser = Parser(
        prog="python -m convert",
        description="Convert trained Keras models to .tflite, prove them close to float, and write them.",
        argument_default=argparse.SUPPRESS,
    )
    for precision, meaning in zip(PRECISIONS, MEANINGS, strict=True):
        parser.add_argument(f"--{precision}", action="store_true", help=f"make the .tflite of {precision}: {meaning}")
    parser.add_argument("--nano", action="store_true", help="convert the network for microcontrollers instead")
    parser.add_argument("--detector", action="store_true", help="convert the page's digit detector instead")
    parser.add_argument("--sequence", action="store_true", help="convert the sequence reader instead")
    parser.add_argument(
        "--c-array",
        type=Path,
        metavar="OUT",
        help="write a microcontroller's C sources there; --model is an int8 .tflite then (default: the shipped one)",
    )
    parser.add_argument(
        "--vectors", type=Path, metavar="FILE",
        help="write crops and what the networks make of them there, as JSON; --model as with --c-array",
    )  # fmt: skip
    parser.add_argument(
        "--web",
        type=Path,
        metavar="OUT",
        help="write the phone's page there, for any static host; needs node and npm; --model is a training's folder "
        "(default: the shipped models)",
    )
    parser.add_argument("--model", type=Path, help="folder of python -m train, or one .h5 (default: the last in runs/)")
    parser.add_argument("--data", type=Path, help="MNIST: a Keras mnist.npz or a folder of IDX files")
    parser.add_argument(
        "--pens", type=_pens_place, metavar="PATH",
        help="--sequence: UNIPEN's folder or archive (found or downloaded as in training); none: prove without",
    )  # fmt: skip
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", type=Path, help="folder to write to (default: the model's own)")
    where.add_argument("--publish", action="store_true", help="write to models/, with the files of the training")
    _add_limits(parser)
    return parser


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = Limits()
    for flag, metavar, default, meaning in (
        ("--max-accuracy-drop", "PP", limits.max_accuracy_drop_pp,
         "percentage points that a model may lose to its float parent"),
        ("--min-agreement", "PERCENT", limits.min_agreement_percent,
         "share of test images on which both name the same digit"),
        ("--max-fine-tuning-p", "P", limits.fine_tuning.max_improvement_p,
         "McNemar's p of a fine-tuned model's gain on held-out digits; 1: no proof"),
    ):  # fmt: skip
        text = f"the gate: {meaning} (default: {default:g})"
        parser.add_argument(flag, type=_non_negative, metavar=metavar, help=text)
    parser.add_argument(_flag(FORMER_P), type=_non_negative, help=argparse.SUPPRESS)


def _renamed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The flags under their present names; a former name still works, and is answered with a line on stderr."""
    if FORMER_P not in given:
        return dict(given)
    print(
        f"convert: {_flag(FORMER_P)} is now --max-fine-tuning-p; the former name will go in the next version",
        file=sys.stderr,
    )
    return {"max_fine_tuning_p" if name == FORMER_P else name: value for name, value in given.items()}


def _refusal(given: Mapping[str, Any]) -> str:
    """What is wrong with flags that parse; empty if nothing is."""
    export = next((name for name in EXPORTS if name in given), None)
    if export:
        taken = EXPORTS[export]
        beside = next((_flag(name) for name in given if name not in (export, *taken)), None)
        alone = " and ".join(map(_flag, taken))
        return f"expected {_flag(export)} with {alone} alone, got {beside} too; leave it out" if beside else ""
    network = next((name for name in PAGE_NETWORKS if name in given), None)
    if network:
        return _refusal_of(network, given)
    if "pens" in given:
        return "expected --sequence with --pens, got --pens without it; add --sequence, or leave out --pens"
    if not given.keys() & set(PRECISIONS):
        return "expected at least one of --int8, --float32, --float16 and --dynamic, got none; add --int8"
    return _refusal_of_fine_tuning(given) if "max_fine_tuning_p" in given else ""


def _refusal_of_fine_tuning(given: Mapping[str, Any]) -> str:
    """The same for its limit."""
    if "nano" in given:
        return (
            "expected --nano without --max-fine-tuning-p, got both; leave out --max-fine-tuning-p, "
            "which would have no effect"
        )
    if "int8" in given:
        return ""
    return (
        "expected --int8 with --max-fine-tuning-p, got the limit without it; add --int8, "
        "or leave out --max-fine-tuning-p"
    )


def _refusal_of(network: str, given: Mapping[str, Any]) -> str:
    """The same for one of PAGE_NETWORKS."""
    other = tuple(name for name in PAGE_NETWORKS if name != network)
    of_others = (*other, *NOT_OF_PAGE_NETWORKS, *(() if network == "sequence" else ("pens",)))
    useless = next((_flag(name) for name in of_others if name in given), None)
    if useless:
        return f"expected --{network} without {useless}, got both; leave out {useless}, which would have no effect"
    if "int8" not in given:
        return f"expected --int8 with --{network}, got --{network} without it; add --int8, which makes float32 too"
    return ""


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _pens_place(text: str) -> PensFlag:
    return NO_PENS if text == NO_PENS else Path(text)


def _limits(given: Mapping[str, Any]) -> Limits:
    default = Limits()
    return Limits(
        given.get("max_accuracy_drop", default.max_accuracy_drop_pp),
        given.get("min_agreement", default.min_agreement_percent),
        FineTuningLimits(given.get("max_fine_tuning_p", default.fine_tuning.max_improvement_p)),
    )


def _non_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"expected a number >= 0, got {text!r}")
    return value
