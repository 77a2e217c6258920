"""The flags of `python -m train`: parsed, refused where they would do nothing, and made into settings."""

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from edge_app.host.parser import Parser

from .detector.recipe import DETECTOR_RECIPES, DetectorRecipe
from .recipe import RECIPES, FineTuningRecipe, Recipe
from .runs import FINE_TUNED, SHIPPED, default_output
from .sequence.recipe import SEQUENCE_RECIPES, SequenceRecipe
from .settings import (
    NO_PENS,
    AnyTraining,
    DetectorTraining,
    DigitsTraining,
    FineTuning,
    PensFlag,
    SeedsTraining,
    SequenceTraining,
)

SEED_COUNT = 1 << 32
AnyRecipe = TypeVar("AnyRecipe", Recipe, FineTuningRecipe, DetectorRecipe, SequenceRecipe)
Given = Mapping[str, Any]

# The flag that chooses each kind of training, the first that is given; without any, digits are trained.
MODES = {"add": "--add DIR", "detector": "--detector", "sequence": "--sequence", "seeds": "--seeds N"}
EVERYWHERE = {"epochs", "batch_size", "seed", "data", "output"}
# What else has an effect in each mode.
ALLOWED = {
    "digits": {"nano", "quick", "teacher", "train_limit", "pens"},
    "seeds": {"seeds", "quick", "teacher", "train_limit", "pens"},
    "detector": {"detector", "quick", "start", "pages", "pens"},
    "sequence": {"sequence", "quick", "start", "strips", "pens"},
    "add": {"add", "parent", "train_limit"},
}
# What digits' training lacks for each flag that has no effect there.
NEEDS = {"parent": "add", "start": "detector", "pages": "detector", "strips": "sequence"}


def parse(arguments: Sequence[str]) -> AnyTraining:
    """The settings of a command line; ends the program with exit code 2 where it makes no sense."""
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    mode = next((mode for mode in MODES if mode in given), "digits")
    refusal = _refusal(given, mode)
    if refusal:
        parser.error(refusal)
    if mode == "add":
        return _fine_tuning(given)
    if mode == "detector":
        return _detector_training(given)
    if mode == "sequence":
        return _sequence_training(given)
    recipe = _with_flags(_digits_base(given), given)
    if mode == "seeds":
        flags = child_flags(arguments)
        return SeedsTraining(
            **_common(given, mode), recipe=recipe, count=given["seeds"], flags=flags, pens=_pens(given)
        )
    return DigitsTraining(**_common(given, mode), recipe=recipe, teacher=given.get("teacher"), pens=_pens(given))


def _digits_base(given: Given) -> Recipe:
    if given.get("quick"):
        return dataclasses.replace(RECIPES["quick"], network="nano" if given.get("nano") else "digits")
    return RECIPES["nano" if given.get("nano") else "default"]


def child_flags(arguments: Sequence[str]) -> tuple[str, ...]:
    """A command line without what differs from seed to seed; flags that are unknown here go through."""
    own = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for flag in ("--seed", "--seeds", "--output", "--pens"):
        own.add_argument(flag)
    return tuple(own.parse_known_args(arguments)[1])


def _parser() -> argparse.ArgumentParser:
    # Without defaults the parsed flags are those that were given.
    parser = Parser(
        prog="python -m train",
        description="Train a digit network on MNIST, quantization-aware.",
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--epochs", type=_positive, metavar="N", help="epochs of the float network")
    parser.add_argument("--batch-size", type=_positive, metavar="N", help="images a step")
    parser.add_argument("--seed", type=_seed, metavar="N", help="of everything random (default 0)")
    parser.add_argument("--seeds", type=_positive, metavar="N", help="train N seeds, report all, take the best one")
    parser.add_argument("--data", type=Path, metavar="PATH", help="mnist.npz or a folder of IDX files")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where models go (a folder in runs/)")
    parser.add_argument("--add", type=Path, metavar="DIR", help="fine-tune a trained model on these WRITER/LABEL/*.png")
    parser.add_argument("--from", type=Path, dest="parent", metavar="DIR", help="the model to fine-tune (models/)")
    parser.add_argument("--nano", action="store_true", help="train the network for microcontrollers, of 12 kB")
    parser.add_argument("--quick", action="store_true", help="a model of about 99 %% in a minute or two")
    parser.add_argument("--teacher", type=Path, metavar="FILE", help="learn from this digits_teacher.h5, train none")
    parser.add_argument("--detector", action="store_true", help="train the page's digit detector, on drawn pages")
    parser.add_argument(
        "--start", type=Path, metavar="FILE", help="--detector, --sequence: go on from this float network"
    )
    parser.add_argument("--pages", type=_positive, metavar="N", help="--detector: how many pages are drawn")
    parser.add_argument("--sequence", action="store_true", help="train the sequence reader, on drawn numbers")
    parser.add_argument("--strips", type=_positive, metavar="N", help="--sequence: how many numbers are drawn")
    parser.add_argument(
        "--pens", type=_pens_place, metavar="PATH",
        help="UNIPEN's folder or archive (found in $UNIPEN or the cache, or downloaded); none: draw without",
    )  # fmt: skip
    parser.add_argument("--train-limit", type=_positive, metavar="N", help="use only the first N training images")
    return parser


def _refusal(given: Given, mode: str) -> str:
    """What is wrong with flags that parse; empty if nothing is."""
    for name in sorted(given.keys() - EVERYWHERE - ALLOWED[mode]):
        flag = _flag(name)
        if mode == "digits":
            needed = MODES[NEEDS[name]]
            return f"expected {needed} with {flag}, got {flag} without it; add {needed}, or leave out {flag}"
        return f"expected {_flag(mode)} without {flag}, got both; leave out {flag}, which would have no effect"
    seed, count = given.get("seed", 0), given.get("seeds", 1)
    if seed + count > SEED_COUNT:
        return f"expected seeds below {SEED_COUNT}, got --seed {seed} and {count} of them; choose a smaller --seed"
    if mode == "sequence":
        recipe = _with_flags(_sequence_base(given), given)
        if min(recipe.strips, recipe.validation_strips) < recipe.batch_size:
            return (
                f"expected a batch of at most {min(recipe.strips, recipe.validation_strips)} strips, all that are "
                f"drawn, got {recipe.batch_size}; choose more --strips or a smaller --batch-size"
            )
    return ""


def _flag(name: str) -> str:
    return "--from" if name == "parent" else f"--{name.replace('_', '-')}"


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, got {text}")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < SEED_COUNT:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to {SEED_COUNT - 1}, got {text}")
    return value


def _fine_tuning(given: Given) -> FineTuning:
    recipe = _with_flags(FineTuningRecipe(), given)
    return FineTuning(**_common(given, "add"), recipe=recipe, parent=given.get("parent", SHIPPED), added=given["add"])


def _detector_training(given: Given) -> DetectorTraining:
    start = given.get("start")
    recipe = _with_flags(DETECTOR_RECIPES[_kind(given)], given)
    return DetectorTraining(**_common(given, "detector"), recipe=recipe, start=start, pens=_pens(given))


def _kind(given: Given) -> str:
    return "quick" if given.get("quick") else "continued" if "start" in given else "default"


def _pens(given: Given) -> PensFlag:
    """What --pens says; a quick training takes only what is named, as reading UNIPEN takes half a minute."""
    found: PensFlag = given.get("pens", NO_PENS if given.get("quick") else None)
    return found


def _pens_place(text: str) -> PensFlag:
    return NO_PENS if text == NO_PENS else Path(text)


def _sequence_training(given: Given) -> SequenceTraining:
    recipe = _with_flags(_sequence_base(given), given)
    return SequenceTraining(**_common(given, "sequence"), recipe=recipe, start=given.get("start"), pens=_pens(given))


def _sequence_base(given: Given) -> SequenceRecipe:
    return SEQUENCE_RECIPES[_kind(given)]


def _common(given: Given, mode: str) -> dict[str, Any]:
    seed = given.get("seed", 0)
    what = [
        mode if mode in ("detector", "sequence") else "nano" if "nano" in given else "digits",
        *(name for name in ("quick", "start") if name in given),
    ]
    found = FINE_TUNED if mode == "add" else default_output(what, seed, given.get("seeds"))
    return {"output": given.get("output", found), "seed": seed, "data": given.get("data")}


def _with_flags(base: AnyRecipe, given: Given) -> AnyRecipe:
    fields = {
        "epochs": "float_epochs",
        **{name: name for name in ("batch_size", "train_limit", "pages", "strips")},
    }
    return dataclasses.replace(base, **{fields[name]: value for name, value in given.items() if name in fields})
