"""`python -m edge_app read`: image files to lines of text or JSON."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from .annotate import annotate, save_image
from .classifier import DigitClassifier
from .errors import ImageError
from .explain import explain
from .image_file import load_image
from .orientation import read_turned
from .page import Digit, Page
from .page_reader import PageReader
from .regions import read_regions
from .store.choice import chosen_model


def read_files(options: argparse.Namespace) -> int:
    """Reads each image and prints it; an unreadable one does not stop the others. Returns the exit code."""
    reader = PageReader(DigitClassifier(chosen_model(options), options.runtime, options.threads))
    failed = False
    for path in options.images:
        try:
            record = _read_one(reader, path, options)
        except ImageError as error:
            failed = True
            record = {"source": str(path), "error": str(error)}
        if options.json:
            print(json.dumps(record, ensure_ascii=False), flush=True)
        elif "error" in record:
            print(f"edge_app: error: {record['error']}", file=sys.stderr)
        else:
            _print_text(record, many=len(options.images) > 1)
    return int(failed)


def to_record(page: Page, source: str, latency_ms: float) -> dict[str, Any]:
    """The JSON object of one read image."""
    return {
        "source": source,
        "width": page.width,
        "height": page.height,
        "text": page.text,
        "lines": [
            {
                **({} if line.region is None else {"region": line.region}),
                "text": line.text,
                "digits": [_digit_record(digit) for digit in line.digits],
            }
            for line in page.lines
        ],
        "latency_ms": round(latency_ms, 2),
    }


def _digit_record(digit: Digit) -> dict[str, Any]:
    return {
        "label": digit.label,
        **({"guess": digit.guess} if digit.label is None else {}),
        "confidence": round(digit.confidence, 4),
        "box": list(digit.box),
    }


def _read_one(reader: PageReader, path: Path, options: argparse.Namespace) -> dict[str, Any]:
    image = load_image(path)
    started = time.perf_counter()
    page = read_turned(lambda turned: read_regions(reader, turned, options.region), image, options.rotate)
    latency_ms = (time.perf_counter() - started) * 1000
    if options.annotate is not None:
        save_image(annotate(image, page), options.annotate / f"{path.name}.png")
    if options.explain is not None:
        for stage, picture in explain(image, page, reader.detector).items():
            save_image(picture, options.explain / f"{path.name}-{stage}.png")
    return to_record(page, str(path), latency_ms)


def _print_text(record: dict[str, Any], many: bool) -> None:
    if many:
        print(f"{record['source']}:")
    if record["text"]:
        print(record["text"], flush=True)
