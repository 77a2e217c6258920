"""Prints how well forms are found on drawn photos: by how they lie, and what is wrongly taken for one.

Usage: python tests/benchmarks/forms.py [--photos N] [--seed N] [--failures PNG]
A form is found if every corner of its fields is within 2 % of its width. Its digits are MNIST's validation split.
"""

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.forms.locate import FormFinder, Located, NotLocated  # noqa: E402
from train.data.mnist import Split, load_mnist  # noqa: E402
from train.data.pen_pool import PenPool  # noqa: E402
from train.forms.canvas import DrawnForm  # noqa: E402
from train.forms.filling import fill  # noqa: E402
from train.forms.layouts import LAYOUTS, draw_form  # noqa: E402
from train.forms.photo import FormPhoto, Pose, photograph  # noqa: E402
from train.pages import grounds  # noqa: E402
from train.pages.maker import camera, draw_page  # noqa: E402

MOST_OFF_PART = 0.02
SIZES = ((640, 480), (1280, 960), (2000, 1500))
LARGE_WH = 4000, 3000
KINDS = tuple(LAYOUTS)
TILES, TILE_PX = 5, 420
LIES: dict[str, tuple[Callable[[Pose], float], tuple[int, ...]]] = {
    "turn": (lambda pose: abs(pose.turn_deg), (0, 10, 20, 30)),
    "tilt": (lambda pose: pose.tilt_deg, (0, 10, 20, 30)),
    "shift %": (lambda pose: 100 * float(np.hypot(*pose.shift)), (0, 7, 14, 20)),
    "scale %": (lambda pose: 100 * pose.scale, (50, 65, 80, 100)),
}


@dataclass(frozen=True)
class Look:
    """One look for a form on its photo: how far off in parts of its width (infinite if not found), and how long."""

    form: DrawnForm
    photo: FormPhoto
    off: float
    ms: float

    @property
    def right(self) -> bool:
        """Whether it was found."""
        return self.off <= MOST_OFF_PART


def main() -> int:
    """Draws, looks, and prints."""
    parser = argparse.ArgumentParser(description="Measures how well forms are found on photos.")
    parser.add_argument("--photos", type=int, default=200, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=3_000_017)
    parser.add_argument("--failures", type=Path, help="writes a picture of those that were not found")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    digits = load_mnist().validation
    looks, taken, refusals_ms = [], {"other publisher": 0, "other kind": 0}, []
    for number in range(options.photos):
        form, photo = draw(digits, options.seed, number)
        looks.append(look(form, photo))
        # What the same publisher prints differs little; another's has other words in much the same places.
        others = {"other publisher": KINDS[number % 4], "other kind": KINDS[(number + 1) % 4]}
        for name, kind in others.items():
            result, ms = timed(finder_of(draw_form(kind, options.seed + number + 500_000)), photo.image)
            taken[name] += isinstance(result, Located)
            refusals_ms.append(ms)
    report(looks)
    for name, count in taken.items():
        print(f"{name:24s} taken {count} of {options.photos}")
    print(f"{'no form at all':24s} taken {non_forms_taken(digits, options)} of {options.photos}")
    print(f"refusing takes {quantiles(refusals_ms)} ms")
    large = [timed(finder_of(one.form), enlarged(one.photo.image))[1] for one in looks[:24]]
    print(f"at 12 megapixels {quantiles(large)} ms")
    if options.failures:
        cv2.imwrite(str(options.failures), sheet([one for one in looks if not one.right]))
    return 0


def draw(digits: Split, seed: int, number: int, pens: PenPool | None = None) -> tuple[DrawnForm, FormPhoto]:
    """The form and the photo of that number, filled in with MNIST's digits, or by pens."""
    random = np.random.default_rng([seed, number])
    form = draw_form(KINDS[number % 4], seed + number)
    width, height = SIZES[number // 4 % len(SIZES)]
    size_wh = (width, height) if form.ink.shape[1] > form.ink.shape[0] else (height, width)
    return form, photograph(form, fill(form, digits, random, pens=pens), Pose.any(random), random, size_wh)


def finder_of(form: DrawnForm) -> FormFinder:
    """Looks for it by its empty picture."""
    return FormFinder(form.picture, [field.box for field in form.fields])


def timed(finder: FormFinder, image: NDArray[np.uint8]) -> tuple[Located | NotLocated, float]:
    """What is found, and the milliseconds it took."""
    started = time.perf_counter()
    result = finder.find(image)
    return result, (time.perf_counter() - started) * 1000


def look(form: DrawnForm, photo: FormPhoto) -> Look:
    """Looks for a form on its own photo."""
    result, ms = timed(finder_of(form), photo.image)
    if isinstance(result, NotLocated):
        return Look(form, photo, np.inf, ms)
    back, width = np.linalg.inv(photo.matrix), form.ink.shape[1]
    off = 0.0
    for field in form.fields:
        got = cv2.perspectiveTransform(result.corners(field.box)[None], back)[0]
        true = cv2.perspectiveTransform(photo.corners[field.name][None], back)[0]
        off = max(off, float(np.hypot(*(got - true).T).max()) / width)
    return Look(form, photo, off, ms)


def report(looks: Sequence[Look]) -> None:
    """Prints the share found, in all and by how the form lies."""
    found = [one.off for one in looks if one.right]
    print(f"{'all':24s} {share(looks)}  corners off by {quantiles([100 * off for off in found], 2)} % of the width")
    for name, (value, edges) in LIES.items():
        for low, high in itertools.pairwise(edges):
            own = [one for one in looks if low <= value(one.photo.pose) < high]
            print(f"{name:8s} {low:3d} to {high:3d}      {share(own)}")
    for kind in KINDS:
        print(f"{kind:24s} {share([one for one in looks if one.form.layout == kind])}")
    for size in SIZES:
        own = [one for one in looks if max(one.photo.image.shape) == size[0]]
        print(f"{f'{size[0]}x{size[1]}':24s} {share(own)}  {quantiles([one.ms for one in own])} ms")
    missed = [one for one in looks if np.isfinite(one.off) and not one.right]
    print(f"found in a wrong place   {len(missed)}")


def share(looks: Sequence[Look]) -> str:
    """Of some looks, how many found the form."""
    right = sum(one.right for one in looks)
    return f"{right:4d} of {len(looks):4d}  {100 * right / max(1, len(looks)):5.1f} %"


def quantiles(values: Sequence[float], decimals: int = 0) -> str:
    """Least, median and most."""
    if not values:
        return "-"
    return f"{min(values):.{decimals}f} / {statistics.median(values):.{decimals}f} / {max(values):.{decimals}f}"


def non_forms_taken(digits: Split, options: argparse.Namespace) -> int:
    """How often a form is seen on desks, blank paper, words, print, and tables of others."""
    finders = [finder_of(draw_form(kind, options.seed)) for kind in KINDS]
    taken = 0
    for number in range(options.photos):
        random = np.random.default_rng([options.seed, number, 1])
        if number % 3 == 0:
            ground = grounds.desk(random, 960, 720) if number % 2 else grounds.paper(random, 960, 720)
            image = camera(ground * grounds.light(random, 960, 720)[..., None], random)
        else:
            image = draw_page(digits, options.seed + number, (960, 720), "words" if number % 3 == 1 else None).image
        taken += any(isinstance(finder.find(image), Located) for finder in finders)
    return taken


def enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The photo with 12 megapixels."""
    size_wh = LARGE_WH if image.shape[1] > image.shape[0] else LARGE_WH[::-1]
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)


def sheet(failures: Sequence[Look]) -> NDArray[np.uint8]:
    """Pictures side by side, BGR, with how each lies."""
    tiles = []
    for one in failures or ():
        tile = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)
        factor = TILE_PX / max(one.photo.image.shape)
        small = cv2.resize(one.photo.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)[..., ::-1]
        tile[: small.shape[0], : small.shape[1]] = small[:TILE_PX, :TILE_PX]
        pose = one.photo.pose
        text = f"{max(one.photo.image.shape)} turn {pose.turn_deg:.0f} tilt {pose.tilt_deg:.0f} scale {pose.scale:.2f}"
        cv2.putText(tile, f"{text} off {one.off:.3f}", (4, TILE_PX - 6), 0, 0.4, (0, 255, 255), 1)
        tiles.append(tile)
    while not tiles or len(tiles) % TILES:
        tiles.append(np.zeros((TILE_PX, TILE_PX, 3), np.uint8))
    return np.vstack([np.hstack(tiles[start : start + TILES]) for start in range(0, len(tiles), TILES)])


if __name__ == "__main__":
    raise SystemExit(main())
