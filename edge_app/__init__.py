"""Reads handwritten digits on small devices."""

from .errors import DigitsError
from .files.image import load_image
from .host.version import __version__
from .model.classifier import DigitClassifier, Prediction, Predictions
from .page.reader import PageReader
from .page.result import Digit, Line, Page

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
