"""Prints how long a hundred doubtful fields take at the review page by a scripted keyboard, and the slowest request.

Usage: python tests/benchmarks/review.py [--fields N]
A real server, in a process of its own as `form review` runs it, and Chromium: each picture is waited for, every
third guess is wrong and corrected digit by digit, and the digits of all go to one's own handwriting. Exits 1 if a
request took longer than 200 ms, or if what is kept is not what stands on the sheets.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from edge_app.review.corrections import Corrections  # noqa: E402
from tests.browser import DESKTOP, FLAGS, PATIENCE_MS  # noqa: E402
from tests.edge_app.review.drawn import FORM, guessed, make_result, written  # noqa: E402
from tests.parts import find_program  # noqa: E402

MAX_REQUEST_MS, MAX_S = 200.0, 300.0
# From its sending to the end of the answer, as the browser has it.
REQUESTS = "performance.getEntriesByType('resource').map((each) => [each.name, each.responseEnd - each.requestStart])"


def main() -> int:
    """Makes a result, looks through it, and prints."""
    parser = argparse.ArgumentParser(description="Measures the review page.")
    parser.add_argument("--fields", type=int, default=100, help="an even number (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = make_result(folder, options.fields // 2)
        with serving(folder) as url, browsing(url) as page:
            started_s = time.perf_counter()
            review(page, options.fields)
            seconds = time.perf_counter() - started_s
            requests = page.evaluate(REQUESTS)
        kept = {each.key: each.text for each in Corrections(result.corrections).all()}
        wrong = wrong_in(kept, folder, options.fields // 2)
    times_ms = sorted((took_ms, urlsplit(url).path) for url, took_ms in requests)
    each_ms = 1000 * seconds / options.fields
    print(f"{options.fields} fields in {seconds:.1f} s, {each_ms:.0f} ms each; at most {MAX_S:.0f} s")
    print(
        f"{len(times_ms)} requests: median {statistics.median(each for each, _ in times_ms):.1f} ms, slowest "
        f"{times_ms[-1][0]:.1f} ms ({times_ms[-1][1]}); at most {MAX_REQUEST_MS:.0f} ms"
    )
    print(f"{len(kept)} answers kept, {wrong} of them not what stands on the sheet")
    return int(times_ms[-1][0] > MAX_REQUEST_MS or seconds > MAX_S or wrong > 0 or len(kept) != options.fields)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`form review` as it is started by hand; gives its address."""
    form = folder / "form.toml"
    form.write_text(FORM.to_toml())
    command = [sys.executable, "-m", "edge_app", "form", "review", str(folder / "read.jsonl"), "--form", str(form)]
    command += ["--collect", str(folder / "own")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        if process.stderr is None or "web page at " not in (line := process.stderr.readline()):
            raise SystemExit(f"expected the page's address, got {line!r}")
        try:
            yield line.split()[-1]
        finally:
            process.terminate()


@contextmanager
def browsing(url: str) -> Iterator[Tab]:
    """Chromium with the page open."""
    expect.set_options(timeout=PATIENCE_MS)
    program = find_program("chromium")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=program, args=FLAGS) as opened:
        page = opened.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url)
        page.evaluate("performance.setResourceTimingBufferSize(5000)")
        yield page


def review(page: Tab, fields: int) -> None:
    """Looks at each field, and says what stands there."""
    for number in range(fields):
        name = FORM.fields[number % 2].name
        text, guess = written(number // 2)[name], guessed(number // 2)[name]
        expect(page.locator("#where")).to_contain_text(f"sheet{number // 2:03d}.png")
        expect(page.locator("#field")).to_have_text(name)
        expect(page.locator("#ink")).to_be_visible()
        if text != guess:
            page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.locator("#none")).to_be_visible()


def wrong_in(kept: dict[tuple[str, int, str], str | None], folder: Path, sheets: int) -> int:
    """How many answers are not what stands there."""
    truth = {
        (str(folder / f"sheet{number:03d}.png"), 1, name): text
        for number in range(sheets)
        for name, text in written(number).items()
    }
    return sum(truth.get(key) != text for key, text in kept.items())


if __name__ == "__main__":
    raise SystemExit(main())
