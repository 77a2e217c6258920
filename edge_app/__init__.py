"""Reads handwritten digits on small devices."""

from .classifier import DigitClassifier, Prediction, Predictions
from .errors import DigitsError
from .image_file import load_image
from .page import Digit, Line, Page
from .page_reader import PageReader
from .version import __version__

__all__ = [
    "Digit",
    "DigitClassifier",
    "DigitsError",
    "Line",
    "Page",
    "PageReader",
    "Prediction",
    "Predictions",
    "__version__",
    "load_image",
]
