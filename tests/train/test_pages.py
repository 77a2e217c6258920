"""Drawn pages and their truth."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from convert.report.card import ROOT
from edge_app.files.image import load_image
from train.data.mnist import Split
from train.pages.cli import main, parse
from train.pages.hand import SIGNS, Hand
from train.pages.ink import cut, sheared, turned
from train.pages.layouts import LAYOUTS
from train.pages.letters import CAPITAL, SMALL, LetterStyle, write_word
from train.pages.maker import draw_page
from train.pages.printing import any_font, any_word, font_files, print_text
from train.pages.sheet import VISIBLE, Sheet, outline


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_draws_its_truth(layout: str, rings: Split) -> None:
    """Boxes lie on the page, and there is ink in them that differs from the paper around."""
    drawn = 0
    for seed in range(3):
        page = draw_page(rings, seed, (320, 240), layout)
        assert page.image.shape == (240, 320, 3)
        assert page.image.dtype == np.uint8
        for digit in page.digits:
            x, y, width, height = digit.box
            assert 0 <= digit.label <= 9
            assert x >= 0 and y >= 0 and x + width <= 320 and y + height <= 240  # noqa: PT018
            assert np.ptp(page.image[y : y + height, x : x + width].astype(int)) > 10
            drawn += 1
    assert drawn > 0 or layout in {"words", "printed", "nothing"}


def test_the_same_seed_draws_the_same_page(rings: Split) -> None:
    """Pages are reproducible, and differ by seed; luma alone has the shape that a reader takes."""
    page, again, other = (draw_page(rings, seed, (320, 240), colour=False) for seed in (4, 4, 5))
    assert page.image.shape == (240, 320)
    assert np.array_equal(page.image, again.image)
    assert page.lines == again.lines
    assert not np.array_equal(page.image, other.image)


def test_a_hand_writes_digits_words_and_signs(rings: Split) -> None:
    """About as high as asked for, with ink at all four sides of its box."""
    for seed in range(12):
        hand = Hand.any(rings, np.random.default_rng(seed))
        label, ink = hand.digit(60)
        assert 0 <= label <= 9
        assert 30 < ink.shape[0] < 120
        assert min(side.max() for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1])) > VISIBLE
        assert hand.word(40, 6).shape[1] > hand.word(40, 1).shape[1] / 2
        assert all(hand.sign(name, 40).max() > VISIBLE for name in SIGNS)


def test_every_letter_is_drawn() -> None:
    """Each letter gives curves of points; a joined word goes on where the letter before ended."""
    random = np.random.default_rng(0)
    for letter in SMALL + CAPITAL:
        assert all(
            curve.ndim == 2 and len(curve) > 4
            for curve in write_word(letter, random, LetterStyle(0, 1))
            if len(curve) > 3
        )
    first, second = write_word("un", random, LetterStyle(0, 1))[:2]
    assert np.allclose(first[-1], second[0])


def test_print_uses_all_fonts() -> None:
    """There are several families, each one prints, and words vary."""
    random = np.random.default_rng(1)
    assert len({path.parent for path in font_files()}) >= 2
    assert all(print_text("Ag 7", any_font(random), 24).max() > 200 for _ in range(10))
    assert len({any_word(random) for _ in range(20)}) > 15


def test_a_sheet_keeps_places() -> None:
    """What is taken is not free, what is outside is not held, and ink over the edge is lost without harm."""
    sheet = Sheet(100, 50)
    assert sheet.free(10, 10, 20, 20)
    sheet.take(15, 15, 5, 5)
    assert not sheet.free(10, 10, 20, 20)
    assert not sheet.holds(90, 10, 20, 20)
    sheet.stamp("pen", np.full((20, 20), 255, np.uint8), 90, -10)
    assert int((sheet.layer("pen") > 0).sum()) == 10 * 10


def test_shapes_move_as_asked() -> None:
    """Shearing to the right moves the top, a quarter turn swaps the sides, and cutting leaves the box."""
    bar = np.zeros((40, 9), np.uint8)
    bar[:, 3:6] = 255
    top, bottom = (np.flatnonzero(sheared(bar, 0.5)[row]).mean() for row in (1, -2))
    assert top > bottom + 10
    assert cut(turned(bar, 90)).shape[1] >= 36
    assert cut(bar).shape == (40, 3)
    assert outline(bar)[:, 0].max() == 5


def test_the_command_writes_a_page_and_prints_its_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture of the size asked for, what to do with it, and but to a terminal its truth; a wrong name is usage."""
    path = tmp_path / "page.png"
    assert main([str(path), "--seed", "3", "--layout", "numbers", "--size", "320x200"]) == 0
    assert cv2.imread(str(path)).shape == (200, 320, 3)
    printed = capsys.readouterr()
    lines = json.loads(printed.out)
    said = f"wrote {path}: {sum(map(len, lines))} digits; next: python -m edge_app read {path}\n"
    assert printed.err == said
    assert all(set(digit) == {"label", "box"} for line in lines for digit in line)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main([str(path), "--seed", "3", "--layout", "numbers", "--size", "320x200"]) == 0
    assert capsys.readouterr() == ("", said)
    for wrong in ([str(tmp_path / "page.txt")], [str(path), "--size", "5x5"]):
        with pytest.raises(SystemExit, match="2"):
            main(wrong)


def test_a_reader_that_has_gone_is_no_traceback(tmp_path: Path) -> None:
    """As with `| head -c 0`: the page is written, nothing is complained about, and the exit code is 1."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "train.pages", str(tmp_path / "page.png"), "--layout", "numbers", "--size", "320x200"],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"wrote {tmp_path / 'page.png'}: ")


# Which kind of page each flag has an effect on.
EFFECTIVE = {
    "--seed 7": ("", "--template", "--note"),
    "--size 320x200": ("", "--template", "--note"),
    "--data mnist.npz": ("", "--template", "--note"),
    "--layout numbers": ("",),
    "--lean 0.3": ("--template", "--note"),
}


@pytest.mark.parametrize("kind", ["", "--template", "--note"])
@pytest.mark.parametrize("flag", EFFECTIVE)
def test_a_flag_has_an_effect_or_is_refused(flag: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is taken makes other settings; what would do nothing is usage, in one line with a next step."""
    line = f"page.png {kind} {flag}".split()
    if kind in EFFECTIVE[flag]:
        assert parse(line) != parse(f"page.png {kind}".split())
        return
    with pytest.raises(SystemExit, match="2"):
        parse(line)
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 2
    assert error[1].startswith("train.pages: error: expected --")
    assert f"leave out {flag.split(maxsplit=1)[0]}" in error[1]


def test_a_template_is_filled_in_and_photographed(
    rings: Split, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All hundred boxes hold their rows' digits, and collect cuts them out of the photo that the command writes."""
    from edge_app.collect.sheet import read_sheet
    from train.pages.template import photograph_template

    page = photograph_template(rings, 3, (1200, 1600), lean=0.4)
    assert [len(line) for line in page.lines] == [10] * 10
    assert np.array_equal(page.image, photograph_template(rings, 3, (1200, 1600), lean=0.4).image)
    found = read_sheet(page.image)
    assert len(found.crops) == 100
    path = tmp_path / "sheet.jpg"
    assert main([str(path), "--template", "--seed", "1"]) == 0
    assert f"wrote {path}: 100 digits; next: python -m edge_app collect --sheet {path} " in capsys.readouterr().err
    assert len(read_sheet(load_image(path)).crops) >= 98
