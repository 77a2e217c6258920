"""Prints how well the fields of drawn forms are read: without patterns, with them, and with check digits.

Usage: python tests/benchmarks/form_fields.py [--forms N] [--seed N] [--hands pens|mnist] [--rules R]
       python tests/benchmarks/form_fields.py --limits [--forms N]
The forms and photos are those of forms.py, filled in by UNIPEN's writers whom no network learnt from, or with MNIST's
validation split. A field is right if exactly what was written there is read, or blank where nothing was, and marked if
a person would be asked to look; of those that a person is shown, the guess may be right. --limits draws others than
those that judge, and prints how few wrong ones slip through unmarked, and how many right ones are marked, by what
decide.Limits believes; it is to be asked again when a network changes.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.forms.decide import Limits  # noqa: E402
from edge_app.forms.fields import ANY_NUMBER, Field  # noqa: E402
from edge_app.forms.form import Form  # noqa: E402
from edge_app.forms.reading import FieldReading, FormReader  # noqa: E402
from edge_app.model.classifier import DigitClassifier  # noqa: E402
from edge_app.model.detector import DigitDetector  # noqa: E402
from edge_app.model.sequence import SequenceReader  # noqa: E402
from tests.benchmarks.forms import draw  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.data.pen_pool import PenPool, make_pool  # noqa: E402
from train.data.unipen import DIGITS, load_unipen  # noqa: E402
from train.data.unipen_found import find_unipen  # noqa: E402
from train.forms.canvas import DrawnForm  # noqa: E402

RULES = ("no patterns", "patterns", "check digits")
JUDGES_SEED, LIMITS_SEED = 3_000_017, 1_000
# Of a field in the photo, in pixels: below the first, people hardly read it either.
LEGIBLE_PX = 20
HEIGHTS_PX = (0, LEGIBLE_PX, 30, 60, 10_000)
OUTCOMES = ("right", "wrong, unmarked", "right guess, marked", "marked", "not found")
LIMITS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98)
MOST_WRONG = 0.003


@dataclass(frozen=True)
class Outcome:
    """What became of a field that is so high in the photo."""

    field: FieldReading
    place: Field
    truth: str
    height_px: float

    @property
    def name(self) -> str:
        """One of OUTCOMES."""
        if self.field.text is not None:
            return OUTCOMES[0] if self.field.text == self.truth else OUTCOMES[1]
        if self.field.state == "not found":
            return OUTCOMES[4]
        return OUTCOMES[2] if self.field.guess == self.truth else OUTCOMES[3]


def main() -> int:
    """Draws, reads, and prints."""
    parser = argparse.ArgumentParser(description="Measures how well fields of forms are read.")
    parser.add_argument("--forms", type=int, default=600, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--hands", choices=("pens", "mnist"), default="pens", help="(default: %(default)s)")
    parser.add_argument("--rules", choices=RULES, action="append", help="only these; more than once (default: all)")
    parser.add_argument("--limits", action="store_true", help="print what decide.Limits should be")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.seed is None:
        options.seed = LIMITS_SEED if options.limits else JUDGES_SEED
    pens = validation_pens() if options.hands == "pens" else None
    return print_limits(options, pens) if options.limits else print_fields(options, pens)


def validation_pens() -> PenPool:
    """UNIPEN's writers for validation; ends the program without UNIPEN."""
    shared = Path(os.environ.get("DIGITS_DATA", ROOT.parent / "shared" / "data")) / "unipen_train_r01_v07.tar.xz"
    found = find_unipen(shared if shared.exists() and not os.environ.get("UNIPEN") else None)
    if found is None:
        raise SystemExit(1)
    return make_pool(load_unipen(found, DIGITS).split()[1], (), (), DigitClassifier.load())


def print_fields(options: argparse.Namespace, pens: PenPool | None) -> int:
    """The shares of each outcome."""
    chosen = tuple(options.rules or RULES)
    counts = {rules: Counter[str]() for rules in chosen}
    seconds: list[float] = []
    for rules, outcome in outcomes(options, pens, chosen, seconds):
        counts[rules][outcome.name] += 1
        if rules == RULES[2]:
            names = ["only fields with one"] if outcome.place.checksum else []
            if outcome.field.box is not None:
                low = max(edge for edge in HEIGHTS_PX if edge <= outcome.height_px)
                names += [f"{low} px high and more", *(["all that are legible"] if low >= LEGIBLE_PX else [])]
            for name in names:
                counts.setdefault(name, Counter())[outcome.name] += 1
    print(f"{options.forms} forms by {options.hands}; {1000 * sum(seconds) / len(seconds):.0f} ms a photo")
    for name, own in counts.items():
        report(name, own)
    return 0


def outcomes(
    options: argparse.Namespace,
    pens: PenPool | None,
    all_rules: tuple[str, ...],
    seconds: list[float],
    limits: Limits | None = None,
) -> Iterator[tuple[str, Outcome]]:
    """Each field of each form under each of some rules; `seconds` gets what each photo took."""
    digits = load_mnist().validation
    networks = DigitClassifier.load(), DigitDetector.load(), SequenceReader.load()
    for number in range(options.forms):
        form, photo = draw(digits, options.seed, number, pens)
        for rules in all_rules:
            ruled = form_of(form, rules)
            reader = FormReader(ruled, networks[0], form.picture, networks[1], networks[2], limits)
            started = time.perf_counter()
            reading = reader.read(photo.image)
            seconds.append(time.perf_counter() - started)
            for field, place in zip(reading.fields, ruled.fields, strict=True):
                sides = photo.corners[field.name][[0, 1]] - photo.corners[field.name][[3, 2]]
                height_px = float(np.hypot(*sides.T).min())
                yield rules, Outcome(field, place, photo.values[field.name], height_px)


def form_of(form: DrawnForm, rules: str) -> Form:
    """The drawn form with some of its rules."""
    fields = []
    for place in form.fields:
        checksum = None if place.checksum == "none" else place.checksum
        field = Field(place.name, place.box, place.pattern, checksum=checksum)
        if rules != RULES[2]:
            field = replace(field, checksum=None)
        fields.append(replace(field, pattern=ANY_NUMBER) if rules == RULES[0] else field)
    return Form(form.layout, tuple(fields))


def print_limits(options: argparse.Namespace, pens: PenPool | None) -> int:
    """For each limit of a reading's confidence what it lets through, and the least one that is good enough."""
    found = [each for _, each in outcomes(options, pens, RULES[2:], [], Limits(read=0.0)) if each.name != OUTCOMES[4]]
    enough = None
    for limit in LIMITS:
        # What is doubtful whatever the limit stays so.
        read = [each for each in found if each.field.state == "blank" or each.field.confidence >= limit]
        names = Counter(each.name for each in read)
        right, wrong = (names[name] / len(found) for name in OUTCOMES[:2])
        if enough is None and wrong <= MOST_WRONG:
            enough = limit
        print(f"read={limit:.2f}  {100 * right:5.1f} % right  {100 * wrong:5.2f} % wrong, unmarked", flush=True)
    print(f"of {len(found)} fields; decide.Limits().read is {Limits().read}, the least that is enough {enough}")
    return 0


def report(name: str, own: Counter[str]) -> None:
    """One line."""
    total = max(1, sum(own.values()))
    shares = "  ".join(f"{100 * own[key] / total:5.1f} % {key}" for key in OUTCOMES)
    either = 100 * (own[OUTCOMES[0]] + own[OUTCOMES[2]]) / total
    print(f"{name:22s} {total:5d} fields  {shares}  {either:5.1f} % right or right guess", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
