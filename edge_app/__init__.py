"""Reads handwritten digits on small devices."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .host.version import __version__

if TYPE_CHECKING:
    from .errors import DigitsError
    from .files.image import load_image
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

# Loaded when they are asked for: the process that decodes is small because it needs none of them.
PLACES = {
    "DigitsError": "errors",
    "load_image": "files.image",
    **dict.fromkeys(("DigitClassifier", "Prediction", "Predictions"), "model.classifier"),
    "PageReader": "page.reader",
    **dict.fromkeys(("Digit", "Line", "Page"), "page.result"),
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{PLACES[name]}", __name__), name)
