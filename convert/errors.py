"""What can go wrong on the way from Keras to a proven .tflite."""

from edge_app.errors import DigitsError


class SourceError(DigitsError, ValueError):
    """A Keras model or a metrics.json that is missing, corrupt or of the wrong shape."""


class VerificationError(DigitsError, RuntimeError):
    """A runtime that could not run a model over the images."""
