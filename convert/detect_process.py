"""One detector on one runtime in a process of its own, as evaluate_process does for the classifier.

`python -m convert.detect_process RUNTIME MODEL TILES.npz MAPS.npz`: "tiles", uint8 (N, side, side), become "centre",
"box" and "label", float32 (N, h, w, ...).
"""

import sys

import numpy as np

from edge_app.detector import DigitDetector
from edge_app.errors import DigitsError


def main(arguments: list[str]) -> int:
    """Runs the detector over every tile; prints a DigitsError as one line on stderr and returns 1."""
    runtime, model_path, tiles_path, maps_path = arguments
    try:
        detector = DigitDetector.load(model_path, runtime=runtime, allow_float=True)
    except DigitsError as error:
        print(error, file=sys.stderr)
        return 1
    with np.load(tiles_path) as tiles:
        maps = [detector.maps(tile) for tile in tiles["tiles"]]
    names = ("centre", "box", "label")
    np.savez(maps_path, **{name: np.stack(parts) for name, parts in zip(names, zip(*maps, strict=True), strict=True)})
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
