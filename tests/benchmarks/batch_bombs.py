"""Reads a folder of pages with `batch`, without and with bombs among them; exits 1 if a limit is not held.

Usage: python tests/benchmarks/batch_bombs.py [--pages N] [--bombs N]
"""

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.documents.decoder import FILES  # noqa: E402
from tests.benchmarks.batch_pages import make_images  # noqa: E402
from tests.edge_app.documents import bombs  # noqa: E402

MOST_TIMES = 1.3


def main() -> int:
    """Reads and prints."""
    parser = argparse.ArgumentParser(description="Reads pages with bombs among them.")
    parser.add_argument("--pages", type=int, default=10_000, help="(default: %(default)s)")
    parser.add_argument("--bombs", type=int, default=40, help="(default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        pages = make_images(folder / "pages", options.pages)
        mixed = folder / "mixed"
        mixed.mkdir()
        for page in pages.iterdir():
            os.link(page, mixed / page.name)
        kinds = {
            ".jpg": bombs.scans_jpeg((7000, 7000), 20_000),
            ".pdf": bombs.operators_pdf(4_000_000),
            ".forms.pdf": bombs.forms_pdf(7),
            ".webp": bombs.blank_webp(16383, 16383),
        }
        for number, (suffix, bomb) in enumerate(itertools.islice(itertools.cycle(kinds.items()), options.bombs)):
            (mixed / f"page{number * options.pages // options.bombs:06d}_bomb{suffix}").write_bytes(bomb)
        calm_s, read, errors = run(pages, folder / "calm")
        print(f"{read} pages read, {errors} error rows, {calm_s:.1f} s without bombs")
        bombed_s, all_pages, errors = run(mixed, folder / "bombed")
    read = all_pages - errors
    limit_s = MOST_TIMES * calm_s + options.bombs * FILES.cpu_s
    print(f"{read} pages read, {errors} error rows, {bombed_s:.1f} s with bombs, at most {limit_s:.1f} s")
    held = (read, errors) == (options.pages, options.bombs) and bombed_s <= limit_s
    print("held" if held else "NOT held")
    return int(not held)


def run(source: Path, output: Path) -> tuple[float, int, int]:
    """Seconds of a run, its pages in all and those that could not be read."""
    started_s = time.monotonic()
    command = [sys.executable, "-m", "edge_app", "batch", str(source), "--output", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) pages, \d+ digit strings, (\d+) unreadable", done.stdout)
    if found is None:
        raise SystemExit(f"expected a run, got {done.stdout} {done.stderr}")
    return time.monotonic() - started_s, int(found[1]), int(found[2])


if __name__ == "__main__":
    raise SystemExit(main())
