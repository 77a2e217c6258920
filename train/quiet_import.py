"""Imports TensorFlow without its notes on this machine, such as a missing GPU, which no variable silences."""

import sys

from edge_app.host.stderr import stderr_without


def import_tensorflow() -> None:
    """Imports it, the first time; what it writes to stderr meanwhile is shown only if that fails."""
    if "tensorflow" in sys.modules:
        return
    with stderr_without(lambda _: "tensorflow" in sys.modules):
        import tensorflow  # noqa: F401
