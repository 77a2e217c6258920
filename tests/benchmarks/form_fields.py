"""Prints how well the fields of drawn forms are read: without patterns, with them, and with check digits.

Usage: python tests/benchmarks/form_fields.py [--forms N] [--seed N]
The forms and photos are those of forms.py; a field is right if exactly what was written there is read, or blank where
nothing was, and marked if a person would be asked to look.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.forms.fields import ANY_NUMBER, Field  # noqa: E402
from edge_app.forms.form import Form  # noqa: E402
from edge_app.forms.reading import FieldReading, FormReader  # noqa: E402
from edge_app.model.classifier import DigitClassifier  # noqa: E402
from edge_app.model.detector import DigitDetector  # noqa: E402
from edge_app.model.sequence import SequenceReader  # noqa: E402
from tests.benchmarks.forms import draw  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.forms.canvas import DrawnForm  # noqa: E402

RULES = ("no patterns", "patterns", "check digits")
# Of a field in the photo, in pixels: below, people do not read it either.
HEIGHTS_PX = (0, 30, 60, 10_000)


def main() -> int:
    """Draws, reads, and prints."""
    parser = argparse.ArgumentParser(description="Measures how well fields of forms are read.")
    parser.add_argument("--forms", type=int, default=600, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=3_000_017)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    digits = load_mnist().validation
    networks = DigitClassifier.load(), DigitDetector.load(), SequenceReader.load()
    counts = {rules: Counter[str]() for rules in RULES}
    sizes, seconds = Counter[str](), []
    for number in range(options.forms):
        form, photo = draw(digits, options.seed, number)
        for rules in RULES:
            classifier, detector, sequence = networks
            reader = FormReader(form_of(form, rules), classifier, form.picture, detector, sequence)
            started = time.perf_counter()
            reading = reader.read(photo.image)
            seconds.append(time.perf_counter() - started)
            for field, place in zip(reading.fields, form.fields, strict=True):
                outcome = outcome_of(field, photo.values[field.name])
                counts[rules][outcome] += 1
                if rules == RULES[2] and place.checksum != "none":
                    counts.setdefault("only fields with one", Counter())[outcome] += 1
                if rules == RULES[2] and field.box is not None:
                    low = max(edge for edge in HEIGHTS_PX if edge <= field.box[3])
                    counts.setdefault(f"higher than {low} px", Counter())[outcome] += 1
        sizes[form.layout] += 1
    print(f"{options.forms} forms: {dict(sizes)}; {1000 * sum(seconds) / len(seconds):.0f} ms a photo")
    for name, own in counts.items():
        report(name, own)
    return 0


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


def outcome_of(field: FieldReading, truth: str) -> str:
    """What became of a field."""
    if field.text is not None:
        return "right" if field.text == truth else "wrong, unmarked"
    if field.state == "not found":
        return "not found"
    return "right guess, marked" if field.guess == truth else "marked"


def report(name: str, own: Counter[str]) -> None:
    """One line."""
    total = max(1, sum(own.values()))
    shares = (f"{100 * own[key] / total:5.1f} % {key}" for key in OUTCOMES)
    print(f"{name:22s} {total:5d} fields  {'  '.join(shares)}", flush=True)


OUTCOMES = ("right", "wrong, unmarked", "right guess, marked", "marked", "not found")


if __name__ == "__main__":
    raise SystemExit(main())
