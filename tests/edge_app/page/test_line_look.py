"""What is seen along a line of digits."""

import math

import numpy as np
from numpy.typing import NDArray

from edge_app.model.sequence_contract import BLANK, COLUMN_PX, DIGIT_PX, STRIP_PX
from edge_app.page.ink import Grey
from edge_app.page.line_look import SCALES, look_along
from edge_app.page.spelling import spell, text_of
from edge_app.page.strip import variants

from ..made_wholes import Named

BOXES = [(150, 200, 24, 60), (210, 200, 24, 60), (270, 200, 24, 60)]


def page_of(*boxes: tuple[int, int, int, int]) -> Grey:
    """The ink of a page on which each box is full of it."""
    ink = np.zeros((480, 800), np.uint8)
    for x, y, width, height in boxes:
        ink[y : y + height, x : x + width] = 255
    return ink


def test_a_line_is_seen_at_each_scale() -> None:
    """What is named lies on the strip where its ink does."""
    look = look_along(BOXES, [], [], page_of(*BOXES), Named("4", "0", "8"), (0.0,))
    assert len(look.looks) == len(SCALES)
    assert [text_of(spell(columns)) for columns in look.looks] == ["408"] * len(SCALES)
    assert len({columns.shape for columns in look.looks}) == len(SCALES)
    for each, box in zip(spell(look.columns), BOXES, strict=True):
        assert abs(each.x - look.strip.places([box])[0, 0]) <= COLUMN_PX


def test_one_look_is_enough_where_it_names_what_was_read() -> None:
    """Surely, and nothing else."""
    ink_of_page = page_of(*BOXES)
    assert len(look_along(BOXES, [], [], ink_of_page, Named("4", "0", "8"), (0.0,), [4, 0, 8]).looks) == 1
    assert len(look_along(BOXES, [], [], ink_of_page, Named("4", "0", "8"), (0.0,), [4, 0, 3]).looks) == len(SCALES)
    assert len(look_along(BOXES, [], [], ink_of_page, Named("4", {0: 0.6}, "8"), (0.0,), [4, 0, 8]).looks) == len(
        SCALES
    )


def test_a_close_look_reads_variants_of_the_strip_too() -> None:
    """Digits of other lines are left out there as well; where one look is enough, no more are taken."""
    ink_of_page, names = page_of(*BOXES), Named("4", "0", "8")
    look = look_along(BOXES[::2], [], [BOXES[1]], ink_of_page, names, (0.0,), closely=True)
    assert len(look.looks) == len(SCALES) + len(variants(look.strip.ink))
    assert {text_of(spell(columns)) for columns in look.looks} == {"48"}
    assert len(look_along(BOXES, [], [], ink_of_page, names, (0.0,), [4, 0, 8], closely=True).looks) == 1


class Tallest:
    """Is surer the more rows of a strip have ink."""

    width_px = 512

    def columns(self, strip: Grey) -> NDArray[np.float32]:
        """Nothing stands there, says it."""
        columns = np.zeros((self.width_px // COLUMN_PX, BLANK + 1), np.float32)
        columns[:, BLANK] = 0.5 + 0.4 * (strip > 0).any(axis=1).mean()
        return columns


def test_the_strip_is_the_one_that_reads_most_surely() -> None:
    """Here the one on which the digits are largest."""
    look = look_along(BOXES, [], [], page_of(*BOXES), Tallest(), (0.0,))
    looks = list(look.looks)
    assert look.columns.shape == max((columns.shape for columns in looks), key=lambda shape: shape[0])
    assert (look.strip.ink > 100).any(axis=1).sum() >= math.floor(DIGIT_PX / min(SCALES))
    assert any(look.columns is columns for columns in look.looks)


def test_ink_that_continues_a_line_is_seen_too() -> None:
    """And what lies far from it is not."""
    beside, far = (350, 200, 24, 60), (700, 200, 24, 60)
    ink_of_page = page_of(*BOXES, beside, far)
    names = Named("4", "0", "8", "1", "7")
    assert text_of(spell(look_along(BOXES, [beside, far], [], ink_of_page, names, (0.0,)).columns)) == "4081"
    alone = look_along(BOXES[:1], [], [], page_of(BOXES[0], far), names, (0.0,))
    assert text_of(spell(alone.columns)) == "4"


def test_digits_of_other_lines_are_left_out() -> None:
    """Only where they reach in: a line's own digit above or below them stays."""
    ink_of_page, names = page_of(*BOXES), Named("4", "0", "8")
    look = look_along([BOXES[0], BOXES[2]], [], [BOXES[1]], ink_of_page, names, (0.0,))
    assert [text_of(spell(columns)) for columns in look.looks] == ["48"] * len(SCALES)
    away = (210, 400, 24, 60)
    look = look_along([BOXES[0], BOXES[2]], [], [away], ink_of_page, names, (0.0,))
    assert text_of(spell(look.columns)) == "408"


class Both(Named):
    """Is torn unless it sees two digits."""

    def columns(self, strip: Grey) -> NDArray[np.float32]:
        """As they are named, or blurred."""
        columns = super().columns(strip)
        return columns if len(spell(columns)) == 2 else 0.5 * columns + 0.5 / (BLANK + 1)


def test_a_pair_that_is_slanted_as_its_page_is_read_along_that() -> None:
    """Level, the second would not be seen."""
    rise = round(350 * math.tan(math.radians(-20)))
    pair = [(150, 250, 24, 60), (500, 250 + rise, 24, 60)]
    look = look_along(pair, [], [], page_of(*pair), Both("4", "8"), (math.radians(-20), 0.0))
    assert text_of(spell(look.columns)) == "48"
    assert math.atan2(look.strip.to_page[1, 0], look.strip.to_page[0, 0]) == math.radians(-20)


def test_a_level_pair_on_a_slanted_page_is_read_level() -> None:
    """Two digits show no slant of their own; along the page's the second is not seen."""
    pair = [BOXES[0], (500, 200, 24, 60)]
    look = look_along(pair, [], [], page_of(*pair), Both("4", "8"), (math.radians(30), 0.0))
    assert text_of(spell(look.columns)) == "48"
    assert len(look.looks) == len(SCALES)
    assert look.strip.ink.shape[0] == STRIP_PX
    assert look.strip.to_page[1, 0] == 0
