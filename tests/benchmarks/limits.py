"""What each limit of page reading is worth: F1 with each a fifth lower and a quarter higher.

Usage: python tests/benchmarks/limits.py [NAME ...] [--pages N] [--photos PHOTOS_DIR]
NAME is a module of edge_app/page, or a limit in it, such as fusion or fusion.NEEDED; all of them if none is given. The
pages are drawn, from seeds that no training uses; with --photos those are read as well. A limit whose change costs
nothing could go; one whose change gains something on pages that did not choose it should move.
"""

import argparse
import json
import pkgutil
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402

import edge_app.page  # noqa: E402
from edge_app import DigitClassifier, PageReader, load_image  # noqa: E402
from edge_app.page.record import to_record  # noqa: E402
from tests.benchmarks.drawn import truth_of  # noqa: E402
from tests.benchmarks.scoring import Score, score_page  # noqa: E402
from train.data.mnist import load_mnist  # noqa: E402
from train.pages.layouts import LAYOUTS  # noqa: E402
from train.pages.maker import draw_page  # noqa: E402

LOWER, HIGHER = 0.8, 1.25
# Drawing, records and speed have no part in what is read.
BESIDE = {"captions", "drawing", "explain", "record", "stages", "normalise"}


def main() -> int:
    """Reads all pages as they are, and with each limit changed; prints a line for each."""
    parser = argparse.ArgumentParser(description="Changes the limits of page reading one by one.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--pages", type=int, default=3, help="of each layout (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=3_000_017)
    parser.add_argument("--photos", type=Path)
    options = parser.parse_args()
    reader = PageReader(DigitClassifier.load())
    digits = load_mnist().validation
    drawn = [
        draw_page(digits, options.seed + n, (800, 600), layout) for layout in LAYOUTS for n in range(options.pages)
    ]
    groups = {"drawn": [(page.image, truth_of(page)) for page in drawn]}
    for entry in [] if options.photos is None else json.loads((options.photos / "pages.json").read_text())["pages"]:
        groups.setdefault(entry["group"], []).append((load_image(options.photos / entry["file"]), entry))

    def measured() -> tuple[float, float]:
        """F1 on drawn pages, and over the groups of photos; NaN without these."""
        scores: dict[str, Score] = defaultdict(Score)
        for group, pages in groups.items():
            for image, truth in pages:
                scores[group] += score_page(truth, to_record(reader.read(image), "", 0.0))
        photos = [score.f1 for group, score in scores.items() if group != "drawn"]
        return scores["drawn"].f1, statistics.mean(photos) if photos else float("nan")

    whole = measured()
    print(f"{'limit':42s} {'value':>10s}   drawn {whole[0]:.4f}: lower, higher   photos {whole[1]:.4f}: lower, higher")
    for name, value in _limits(options.names):
        lower, higher = (_with(name, factor, measured) for factor in (LOWER, HIGHER))
        changes = " ".join(f"{lower[i] - whole[i]:+.4f} {higher[i] - whole[i]:+.4f}        " for i in range(2))
        print(f"{name:42s} {value:10.4g}   {changes}", flush=True)
    return 0


def _modules() -> dict[str, ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(edge_app.page.__path__) if module.name not in BESIDE]
    return {name: import_module(f"edge_app.page.{name}") for name in names}


def _limits(wanted: list[str]) -> Iterator[tuple[str, float]]:
    """(module.NAME, value) of each number that a module of its own gives a name in capitals."""
    for name, module in _modules().items():
        own = {line.split("=")[0] for line in Path(str(module.__file__)).read_text().splitlines() if line[:1].isupper()}
        for limit in sorted({each.strip() for names in own for each in names.split(",")}):
            value = getattr(module, limit, None)
            if isinstance(value, int | float) and (not wanted or {name, f"{name}.{limit}"} & set(wanted)):
                yield f"{name}.{limit}", float(value)


def _with(name: str, factor: float, measured: Callable[[], tuple[float, float]]) -> tuple[float, float]:
    with _changed(name, factor):
        try:
            return measured()
        except (ValueError, cv2.error):  # as a quantile above 1
            return float("nan"), float("nan")


@contextmanager
def _changed(name: str, factor: float) -> Iterator[None]:
    """Within the block a limit is another number, wherever it was imported to."""
    module, _, limit = name.partition(".")
    former: Any = getattr(_modules()[module], limit)
    changed = type(former)(round(former * factor) if isinstance(former, int) else former * factor)
    places = [each for each in _modules().values() if getattr(each, limit, None) is former]
    for place in places:
        setattr(place, limit, changed)
    try:
        yield
    finally:
        for place in places:
            setattr(place, limit, former)


if __name__ == "__main__":
    raise SystemExit(main())
