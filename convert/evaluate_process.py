"""One model on one runtime in a process of its own: tflite-runtime fails beside TensorFlow, and the Pi has neither.

`python -m convert.evaluate_process RUNTIME MODEL IMAGES.npz LOGITS.npz` runs what a Pi runs, edge_app and numpy. Every
array of uint8 (N, 28, 28) in IMAGES.npz becomes one of float32 (N, number of labels) of the same name in LOGITS.npz.
"""

import sys

import numpy as np

from edge_app.classifier import DigitClassifier
from edge_app.errors import DigitsError


def main(arguments: list[str]) -> int:
    """Runs the classifier over every image; prints a DigitsError as one line on stderr and returns 1."""
    runtime, model_path, images_path, logits_path = arguments
    try:
        classifier = DigitClassifier.load(model_path, runtime=runtime, allow_float=True)
    except DigitsError as error:
        print(error, file=sys.stderr)
        return 1
    with np.load(images_path) as images:
        np.savez(logits_path, **{name: classifier.logits(images[name]) for name in images.files})
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
