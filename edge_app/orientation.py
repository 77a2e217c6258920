"""Pages that lie on their side or upside down."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .page import Box, Page

TURNS = ("none", "auto", "90", "180", "270")
# Another way up has to be this much clearer than the image as it is: 0, 1 and 8 read both ways.
CLEARER = 1.15


def read_turned(read: Callable[[NDArray[np.uint8]], Page], image: NDArray[np.uint8], turn: str) -> Page:
    """Reads an image after turning it.

    Args:
        read: reads an upright image.
        image: uint8 (H, W) or (H, W, 3) RGB.
        turn: "none", degrees clockwise ("90", "180", "270"), or "auto" for the way up that reads most clearly.

    Returns:
        A page whose boxes lie on the image as it was given.
    """
    if turn != "auto":
        quarters = 0 if turn == "none" else int(turn) // 90
        return _turned_back(read(np.rot90(image, -quarters)), quarters)
    pages = [_turned_back(read(np.ascontiguousarray(np.rot90(image, -quarters))), quarters) for quarters in range(4)]
    clearest = max(pages, key=clarity)
    return clearest if clarity(clearest) > CLEARER * clarity(pages[0]) else pages[0]


def clarity(page: Page) -> float:
    """How clearly a page reads: lines of many sure digits count most, doubtful ones nothing."""
    lines = [[digit.confidence - 0.5 for digit in line.digits if digit.label is not None] for line in page.lines]
    return float(sum(sum(line) * len(line) ** 0.5 for line in lines))


def _turned_back(page: Page, quarters: int) -> Page:
    if quarters == 0:
        return page
    width, height = (page.height, page.width) if quarters % 2 else (page.width, page.height)

    def back(box: Box) -> Box:
        x, y, w, h = box
        if quarters == 1:
            return y, height - x - w, h, w
        if quarters == 2:
            return width - x - w, height - y - h, w, h
        return width - y - h, x, h, w

    lines = tuple(
        replace(line, digits=tuple(replace(digit, box=back(digit.box)) for digit in line.digits)) for line in page.lines
    )
    return Page(lines, width, height, tuple(back(box) for box in page.refused))
