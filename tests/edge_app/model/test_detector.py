"""The shipped detector and files that are none."""

from pathlib import Path

import numpy as np
import pytest

from edge_app import load_image
from edge_app.cli import main
from edge_app.errors import ImageError, ModelError
from edge_app.files.image import to_luma
from edge_app.model.detector import SHIPPED_NAME, DigitDetector
from edge_app.model.file import read_model, shipped_model_path
from edge_app.page.detection import detect
from edge_app.page.ink import find_ink

EXAMPLE = Path(__file__).parents[2] / "pages" / "desk.jpg"


def test_the_shipped_detector_finds_handwriting() -> None:
    """Most digits of the example page are found. On tflite-runtime, which fails beside TensorFlow, CI reads it too."""
    ink = find_ink(to_luma(load_image(EXAMPLE))).ink
    places = [(x, y, 26, 26) for x in range(20, 600, 60) for y in range(20, 440, 60)]
    found = detect(ink, places, DigitDetector.load())
    assert 15 <= int((found.scores > 0.5).sum()) <= 30


def test_a_tile_has_one_size() -> None:
    """Anything else is refused before an interpreter sees it."""
    with pytest.raises(ImageError, match="expected a tile"):
        DigitDetector.load().maps(np.zeros((64, 64), np.uint8))


def test_a_classifier_is_no_detector_and_the_other_way_round() -> None:
    """The contracts keep them apart."""
    with pytest.raises(ModelError, match="contract of a detector"):
        DigitDetector.load(shipped_model_path())
    with pytest.raises(ModelError, match="expected a model that reads digits"):
        read_model(shipped_model_path(SHIPPED_NAME))


def test_inspect_shows_a_detector_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Its contract, its input and its three maps."""
    assert main(["inspect", str(shipped_model_path(SHIPPED_NAME))]) == 0
    printed = capsys.readouterr().out
    assert "digit-detector-1" in printed
    assert printed.count("\noutput: ") == 3
